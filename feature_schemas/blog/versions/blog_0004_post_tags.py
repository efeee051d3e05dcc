"""Create blog_post_tags."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "blog_0004"
down_revision = "blog_0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "blog_post_tags",
        sa.Column("post_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("post_id", "tag_id", name="blog_post_tags_pkey"),
        sa.ForeignKeyConstraint(["post_id"], ["blog_posts.id"], ondelete="CASCADE", name="blog_post_tags_post_id_fkey"),
        sa.ForeignKeyConstraint(["tag_id"], ["blog_tags.id"], ondelete="CASCADE", name="blog_post_tags_tag_id_fkey"),
        sa.Index("blog_post_tags_tag_id_idx", "tag_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("blog_post_tags")
