"""Videos in channels and playlists, their renditions and captions, and what viewers make of them.

The bytes are in the platform's storage under `storage_key`. Counts beside a video are for showing; the rows are the
truth.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_ci"}
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
NOW = sa.text("CURRENT_TIMESTAMP")
ZERO = sa.text("0")

# Members belong to the feature user_access, which may come and go: no foreign key across features, the id alone.
MEMBER = {"soft_reference": "website_users.id"}

sa.Table(
    "video_sharing_channels",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("owner_id", sa.BigInteger, info=MEMBER),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("avatar_url", sa.String(500)),
    sa.Column("banner_url", sa.String(500)),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.UniqueConstraint("slug"),
    sa.Index(None, "owner_id"),
    **MYSQL,
)

sa.Table(
    "videos",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("channel_id", sa.BigInteger),
    sa.Column("uploaded_by", sa.BigInteger, info=MEMBER),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("description", LONG_TEXT),
    sa.Column("status", sa.String(20), nullable=False, server_default="uploading"),
    sa.Column("failure_reason", sa.Text),
    sa.Column("visibility", sa.String(20), nullable=False, server_default="private"),
    sa.Column("storage_key", sa.String(500), nullable=False),
    sa.Column("media_type", sa.String(190)),
    sa.Column("size_bytes", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("duration_ms", sa.BigInteger),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("frame_rate", sa.Numeric(6, 3)),
    sa.Column("thumbnail_url", sa.String(500)),
    sa.Column("language", sa.String(20)),
    sa.Column("licence", sa.String(50)),
    sa.Column("tags", sa.JSON),
    sa.Column("is_sensitive", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("allows_comments", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("allows_download", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("view_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("like_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("comment_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("published_at", sa.DateTime),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("deleted_at", sa.DateTime),
    sa.ForeignKeyConstraint(["channel_id"], ["video_sharing_channels.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("slug"),
    sa.UniqueConstraint("storage_key"),
    sa.CheckConstraint("size_bytes >= 0", name="size_bytes"),
    sa.CheckConstraint("duration_ms >= 0", name="duration_ms"),
    sa.Index(None, "channel_id", "published_at"),
    sa.Index(None, "uploaded_by"),
    sa.Index(None, "status", "created_at"),
    sa.Index(None, "visibility", "published_at"),
    **MYSQL,
)

sa.Table(
    "video_sharing_renditions",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("video_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False, server_default="hls"),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("bitrate_kbps", sa.Integer),
    sa.Column("codec", sa.String(50)),
    sa.Column("size_bytes", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("storage_key", sa.String(500), nullable=False),
    sa.Column("status", sa.String(20), nullable=False, server_default="queued"),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("finished_at", sa.DateTime),
    sa.ForeignKeyConstraint(["video_id"], ["videos.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("video_id", "kind", "height"),
    sa.CheckConstraint("size_bytes >= 0", name="size_bytes"),
    sa.Index(None, "status", "created_at"),
    **MYSQL,
)

sa.Table(
    "video_sharing_captions",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("video_id", sa.BigInteger, nullable=False),
    sa.Column("language", sa.String(20), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False, server_default="subtitles"),
    sa.Column("label", sa.String(255)),
    sa.Column("storage_key", sa.String(500), nullable=False),
    sa.Column("is_automatic", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["video_id"], ["videos.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("video_id", "language", "kind"),
    **MYSQL,
)

sa.Table(
    "video_playlists",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("channel_id", sa.BigInteger),
    sa.Column("owner_id", sa.BigInteger, info=MEMBER),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("visibility", sa.String(20), nullable=False, server_default="public"),
    sa.Column("thumbnail_url", sa.String(500)),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.ForeignKeyConstraint(["channel_id"], ["video_sharing_channels.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("slug"),
    sa.Index(None, "channel_id", "position"),
    sa.Index(None, "owner_id"),
    **MYSQL,
)

sa.Table(
    "video_sharing_playlist_items",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("playlist_id", sa.BigInteger, nullable=False),
    sa.Column("video_id", sa.BigInteger, nullable=False),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("added_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["playlist_id"], ["video_playlists.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["video_id"], ["videos.id"], ondelete="CASCADE"),
    sa.Index(None, "playlist_id", "position"),
    sa.Index(None, "video_id"),
    **MYSQL,
)

sa.Table(
    "video_sharing_comments",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("video_id", sa.BigInteger, nullable=False),
    sa.Column("parent_id", ID),
    sa.Column("member_id", sa.BigInteger, info=MEMBER),
    sa.Column("author_name", sa.String(255), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger),
    sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("edited_at", sa.DateTime),
    sa.ForeignKeyConstraint(["video_id"], ["videos.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["parent_id"], ["video_sharing_comments.id"], ondelete="CASCADE"),
    sa.Index(None, "video_id", "created_at"),
    sa.Index(None, "parent_id"),
    sa.Index(None, "member_id"),
    sa.Index(None, "status", "created_at"),
    **MYSQL,
)

sa.Table(
    "video_sharing_reactions",
    metadata,
    sa.Column("video_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("member_id", sa.BigInteger, primary_key=True, autoincrement=False, info=MEMBER),
    sa.Column("kind", sa.String(20), nullable=False, server_default="like"),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["video_id"], ["videos.id"], ondelete="CASCADE"),
    sa.Index(None, "member_id", "created_at"),
    **MYSQL,
)

sa.Table(
    "video_sharing_views",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("video_id", sa.BigInteger, nullable=False),
    sa.Column("member_id", sa.BigInteger, info=MEMBER),
    sa.Column("visitor_hash", sa.String(64)),
    sa.Column("watched_ms", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("country", sa.CHAR(2)),
    sa.Column("device", sa.String(20)),
    sa.Column("referrer", sa.String(500)),
    sa.Column("started_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["video_id"], ["videos.id"], ondelete="CASCADE"),
    sa.CheckConstraint("watched_ms >= 0", name="watched_ms"),
    sa.Index(None, "video_id", "started_at"),
    sa.Index(None, "member_id", "started_at"),
    sa.Index(None, "started_at"),
    **MYSQL,
)
