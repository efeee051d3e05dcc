"""Create video_sharing_views."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "video_sharing_0009"
down_revision = "video_sharing_0008"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "video_sharing_views",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("video_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger()),
        sa.Column("visitor_hash", sa.String(64)),
        sa.Column("watched_ms", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("country", sa.CHAR(2)),
        sa.Column("device", sa.String(20)),
        sa.Column("referrer", sa.String(500)),
        sa.Column("started_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="video_sharing_views_pkey"),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], ondelete="CASCADE", name="video_sharing_views_video_id_fkey"
        ),
        sa.CheckConstraint("watched_ms >= 0", name="video_sharing_views_watched_ms_check"),
        sa.Index("video_sharing_views_member_id_started_at_idx", "member_id", "started_at"),
        sa.Index("video_sharing_views_started_at_idx", "started_at"),
        sa.Index("video_sharing_views_video_id_started_at_idx", "video_id", "started_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("video_sharing_views")
