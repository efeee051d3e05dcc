"""Create social_likes."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "social_platform_0005"
down_revision = "social_platform_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "social_likes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger()),
        sa.Column("comment_id", sa.BigInteger()),
        sa.Column("kind", sa.String(20), nullable=False, server_default="like"),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="social_likes_pkey"),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["social_platform_profiles.id"], ondelete="CASCADE", name="social_likes_profile_id_fkey"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["social_posts.id"], ondelete="CASCADE", name="social_likes_post_id_fkey"),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["social_comments.id"], ondelete="CASCADE", name="social_likes_comment_id_fkey"
        ),
        sa.UniqueConstraint("profile_id", "comment_id", name="social_likes_profile_id_comment_id_key"),
        sa.UniqueConstraint("profile_id", "post_id", name="social_likes_profile_id_post_id_key"),
        sa.CheckConstraint("(post_id IS NULL) <> (comment_id IS NULL)", name="social_likes_target_check"),
        sa.Index("social_likes_comment_id_idx", "comment_id"),
        sa.Index("social_likes_post_id_idx", "post_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("social_likes")
