"""Create video_sharing_renditions."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "video_sharing_0003"
down_revision = "video_sharing_0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "video_sharing_renditions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("video_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, server_default="hls"),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bitrate_kbps", sa.Integer()),
        sa.Column("codec", sa.String(50)),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("storage_key", sa.String(500), nullable=False),
        sa.Column("status", sa.String(20), nullable=False, server_default="queued"),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("finished_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="video_sharing_renditions_pkey"),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], ondelete="CASCADE", name="video_sharing_renditions_video_id_fkey"
        ),
        sa.UniqueConstraint("video_id", "kind", "height", name="video_sharing_renditions_video_id_kind_height_key"),
        sa.CheckConstraint("size_bytes >= 0", name="video_sharing_renditions_size_bytes_check"),
        sa.Index("video_sharing_renditions_status_created_at_idx", "status", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("video_sharing_renditions")
