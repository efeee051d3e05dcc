"""Create blog_categories."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "blog_0001"
down_revision: str | None = None
branch_labels = ("blog",)
depends_on = ("core_0002",)


def upgrade(op: Operations) -> None:
    op.create_table(
        "blog_categories",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(190), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="blog_categories_pkey"),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["blog_categories.id"], ondelete="SET NULL", name="blog_categories_parent_id_fkey"
        ),
        sa.UniqueConstraint("slug", name="blog_categories_slug_key"),
        sa.Index("blog_categories_parent_id_idx", "parent_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("blog_categories")
