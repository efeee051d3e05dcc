"""Create user_pages."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "pagevoo_master_0006"
down_revision = "pagevoo_master_0005"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "user_pages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("website_id", sa.BigInteger()),
        sa.Column("name", sa.String(255)),
        sa.Column("slug", sa.String(190)),
        sa.Column("meta_title", sa.String(255)),
        sa.Column("meta_description", sa.Text()),
        sa.Column("is_homepage", sa.Boolean(), server_default=sa.false()),
        sa.Column("position", sa.Integer(), server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="user_pages_pkey"),
        sa.ForeignKeyConstraint(
            ["website_id"], ["user_websites.id"], ondelete="CASCADE", name="user_pages_website_id_fkey"
        ),
        sa.Index("user_pages_website_id_position_idx", "website_id", "position"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("user_pages")
