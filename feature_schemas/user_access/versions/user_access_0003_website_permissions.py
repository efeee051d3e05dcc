"""Create website_permissions."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "user_access_0003"
down_revision = "user_access_0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "website_permissions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(190), nullable=False),
        sa.Column("title", sa.String(255)),
        sa.Column("group_name", sa.String(100)),
        sa.Column("description", sa.Text()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="website_permissions_pkey"),
        sa.UniqueConstraint("name", name="website_permissions_name_key"),
        sa.Index("website_permissions_group_name_idx", "group_name"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("website_permissions")
