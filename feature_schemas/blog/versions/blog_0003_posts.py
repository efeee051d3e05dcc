"""Create blog_posts."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "blog_0003"
down_revision = "blog_0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "blog_posts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("category_id", sa.BigInteger()),
        sa.Column("author_name", sa.String(255)),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(190), nullable=False),
        sa.Column("excerpt", sa.Text()),
        sa.Column("content", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("featured_image", sa.String(500)),
        sa.Column("status", sa.String(20), nullable=False, server_default="draft"),
        sa.Column("is_featured", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("allows_comments", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("view_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("meta_title", sa.String(255)),
        sa.Column("meta_description", sa.String(500)),
        sa.Column("published_at", sa.DateTime()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="blog_posts_pkey"),
        sa.ForeignKeyConstraint(
            ["category_id"], ["blog_categories.id"], ondelete="SET NULL", name="blog_posts_category_id_fkey"
        ),
        sa.UniqueConstraint("slug", name="blog_posts_slug_key"),
        sa.Index("blog_posts_category_id_idx", "category_id"),
        sa.Index("blog_posts_status_published_at_idx", "status", "published_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("blog_posts")
