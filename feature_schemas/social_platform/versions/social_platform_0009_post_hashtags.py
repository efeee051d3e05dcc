"""Create social_platform_post_hashtags."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "social_platform_0009"
down_revision = "social_platform_0008"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "social_platform_post_hashtags",
        sa.Column("post_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("hashtag_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("post_id", "hashtag_id", name="social_platform_post_hashtags_pkey"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["social_posts.id"], ondelete="CASCADE", name="social_platform_post_hashtags_post_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["hashtag_id"],
            ["social_platform_hashtags.id"],
            ondelete="CASCADE",
            name="social_platform_post_hashtags_hashtag_id_fkey",
        ),
        sa.Index("social_platform_post_hashtags_hashtag_id_post_id_idx", "hashtag_id", "post_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("social_platform_post_hashtags")
