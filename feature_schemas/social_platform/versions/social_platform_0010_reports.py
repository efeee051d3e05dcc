"""Create social_platform_reports."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "social_platform_0010"
down_revision = "social_platform_0009"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "social_platform_reports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("reporter_id", sa.BigInteger()),
        sa.Column("profile_id", sa.BigInteger()),
        sa.Column("post_id", sa.BigInteger()),
        sa.Column("comment_id", sa.BigInteger()),
        sa.Column("reason", sa.String(50), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("status", sa.String(20), nullable=False, server_default="open"),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("resolved_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="social_platform_reports_pkey"),
        sa.ForeignKeyConstraint(
            ["reporter_id"],
            ["social_platform_profiles.id"],
            ondelete="SET NULL",
            name="social_platform_reports_reporter_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["social_platform_profiles.id"],
            ondelete="SET NULL",
            name="social_platform_reports_profile_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["social_posts.id"], ondelete="SET NULL", name="social_platform_reports_post_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["social_comments.id"], ondelete="SET NULL", name="social_platform_reports_comment_id_fkey"
        ),
        sa.Index("social_platform_reports_comment_id_idx", "comment_id"),
        sa.Index("social_platform_reports_post_id_idx", "post_id"),
        sa.Index("social_platform_reports_profile_id_idx", "profile_id"),
        sa.Index("social_platform_reports_reporter_id_idx", "reporter_id"),
        sa.Index("social_platform_reports_status_created_at_idx", "status", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("social_platform_reports")
