"""Create user_access_user_roles."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "user_access_0005"
down_revision = "user_access_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "user_access_user_roles",
        sa.Column("user_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("granted_by", sa.BigInteger()),
        sa.Column("granted_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("expires_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("user_id", "role_id", name="user_access_user_roles_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["website_users.id"], ondelete="CASCADE", name="user_access_user_roles_user_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["website_roles.id"], ondelete="CASCADE", name="user_access_user_roles_role_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["website_users.id"], ondelete="SET NULL", name="user_access_user_roles_granted_by_fkey"
        ),
        sa.Index("user_access_user_roles_granted_by_idx", "granted_by"),
        sa.Index("user_access_user_roles_role_id_idx", "role_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("user_access_user_roles")
