"""Create notifications."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "social_platform_0011"
down_revision = "social_platform_0010"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger()),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("post_id", sa.BigInteger()),
        sa.Column("comment_id", sa.BigInteger()),
        sa.Column("data", sa.JSON()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("read_at", sa.DateTime()),
        sa.Column("emailed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="notifications_pkey"),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["social_platform_profiles.id"], ondelete="CASCADE", name="notifications_profile_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["social_platform_profiles.id"], ondelete="CASCADE", name="notifications_actor_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["social_posts.id"], ondelete="CASCADE", name="notifications_post_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["social_comments.id"], ondelete="CASCADE", name="notifications_comment_id_fkey"
        ),
        sa.Index("notifications_actor_id_idx", "actor_id"),
        sa.Index("notifications_comment_id_idx", "comment_id"),
        sa.Index("notifications_post_id_idx", "post_id"),
        sa.Index("notifications_profile_id_created_at_idx", "profile_id", "created_at"),
        sa.Index("notifications_profile_id_read_at_idx", "profile_id", "read_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("notifications")
