"""Create blog_comments."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "blog_0005"
down_revision = "blog_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "blog_comments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("author_name", sa.String(255), nullable=False),
        sa.Column("author_email", sa.String(255)),
        sa.Column("author_url", sa.String(500)),
        sa.Column("author_ip", sa.String(45)),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="blog_comments_pkey"),
        sa.ForeignKeyConstraint(["post_id"], ["blog_posts.id"], ondelete="CASCADE", name="blog_comments_post_id_fkey"),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["blog_comments.id"], ondelete="CASCADE", name="blog_comments_parent_id_fkey"
        ),
        sa.Index("blog_comments_post_id_created_at_idx", "post_id", "created_at"),
        sa.Index("blog_comments_parent_id_idx", "parent_id"),
        sa.Index("blog_comments_status_created_at_idx", "status", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("blog_comments")
