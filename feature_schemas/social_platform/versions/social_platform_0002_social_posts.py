"""Create social_posts."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "social_platform_0002"
down_revision = "social_platform_0001"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "social_posts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("shared_post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("content", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("content_warning", sa.String(255)),
        sa.Column("language", sa.String(20)),
        sa.Column("visibility", sa.String(20), nullable=False, server_default="public"),
        sa.Column("status", sa.String(20), nullable=False, server_default="published"),
        sa.Column("is_pinned", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("allows_comments", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("like_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("comment_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("share_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("published_at", sa.DateTime()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("edited_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="social_posts_pkey"),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["social_platform_profiles.id"], ondelete="CASCADE", name="social_posts_profile_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["shared_post_id"], ["social_posts.id"], ondelete="SET NULL", name="social_posts_shared_post_id_fkey"
        ),
        sa.Index("social_posts_profile_id_published_at_idx", "profile_id", "published_at"),
        sa.Index("social_posts_shared_post_id_idx", "shared_post_id"),
        sa.Index("social_posts_status_created_at_idx", "status", "created_at"),
        sa.Index("social_posts_visibility_published_at_idx", "visibility", "published_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("social_posts")
