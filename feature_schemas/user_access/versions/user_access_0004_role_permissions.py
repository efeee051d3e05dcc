"""Create user_access_role_permissions."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "user_access_0004"
down_revision = "user_access_0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "user_access_role_permissions",
        sa.Column("role_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("permission_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("role_id", "permission_id", name="user_access_role_permissions_pkey"),
        sa.ForeignKeyConstraint(
            ["role_id"], ["website_roles.id"], ondelete="CASCADE", name="user_access_role_permissions_role_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["permission_id"],
            ["website_permissions.id"],
            ondelete="CASCADE",
            name="user_access_role_permissions_permission_id_fkey",
        ),
        sa.Index("user_access_role_permissions_permission_id_idx", "permission_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("user_access_role_permissions")
