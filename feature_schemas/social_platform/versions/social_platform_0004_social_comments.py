"""Create social_comments."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "social_platform_0004"
down_revision = "social_platform_0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "social_comments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False, server_default="published"),
        sa.Column("like_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("edited_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="social_comments_pkey"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["social_posts.id"], ondelete="CASCADE", name="social_comments_post_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["social_platform_profiles.id"], ondelete="CASCADE", name="social_comments_profile_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["social_comments.id"], ondelete="CASCADE", name="social_comments_parent_id_fkey"
        ),
        sa.Index("social_comments_parent_id_idx", "parent_id"),
        sa.Index("social_comments_post_id_created_at_idx", "post_id", "created_at"),
        sa.Index("social_comments_profile_id_created_at_idx", "profile_id", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("social_comments")
