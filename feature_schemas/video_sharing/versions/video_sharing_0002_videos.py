"""Create videos."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "video_sharing_0002"
down_revision = "video_sharing_0001"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "videos",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("channel_id", sa.BigInteger()),
        sa.Column("uploaded_by", sa.BigInteger()),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(190), nullable=False),
        sa.Column("description", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("status", sa.String(20), nullable=False, server_default="uploading"),
        sa.Column("failure_reason", sa.Text()),
        sa.Column("visibility", sa.String(20), nullable=False, server_default="private"),
        sa.Column("storage_key", sa.String(500), nullable=False),
        sa.Column("media_type", sa.String(190)),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("duration_ms", sa.BigInteger()),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("frame_rate", sa.Numeric(6, 3)),
        sa.Column("thumbnail_url", sa.String(500)),
        sa.Column("language", sa.String(20)),
        sa.Column("licence", sa.String(50)),
        sa.Column("tags", sa.JSON()),
        sa.Column("is_sensitive", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("allows_comments", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("allows_download", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("view_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("like_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("comment_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("published_at", sa.DateTime()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="videos_pkey"),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["video_sharing_channels.id"], ondelete="SET NULL", name="videos_channel_id_fkey"
        ),
        sa.UniqueConstraint("slug", name="videos_slug_key"),
        sa.UniqueConstraint("storage_key", name="videos_storage_key_key"),
        sa.CheckConstraint("duration_ms >= 0", name="videos_duration_ms_check"),
        sa.CheckConstraint("size_bytes >= 0", name="videos_size_bytes_check"),
        sa.Index("videos_channel_id_published_at_idx", "channel_id", "published_at"),
        sa.Index("videos_status_created_at_idx", "status", "created_at"),
        sa.Index("videos_uploaded_by_idx", "uploaded_by"),
        sa.Index("videos_visibility_published_at_idx", "visibility", "published_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("videos")
