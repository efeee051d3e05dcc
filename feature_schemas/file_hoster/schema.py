"""Files that a website keeps for others: folders, versions, shares, and who downloaded what.

The bytes are in the platform's storage under `storage_key`; here is what is known of them. Names are shown and
never used as paths. The same name may occur twice in a folder: engines disagree on whether Photo.jpg is photo.jpg.
"""

from typing import Any

import sqlalchemy as sa

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
NOW = sa.text("CURRENT_TIMESTAMP")
ZERO = sa.text("0")
ONE = sa.text("1")

# Members belong to the feature user_access, which may come and go: no foreign key across features, the id alone.
MEMBER = {"soft_reference": "website_users.id"}

sa.Table(
    "file_hoster_folders",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("parent_id", ID),
    sa.Column("owner_id", sa.BigInteger, info=MEMBER),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("visibility", sa.String(20), nullable=False, server_default="private"),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("deleted_at", sa.DateTime),
    sa.ForeignKeyConstraint(["parent_id"], ["file_hoster_folders.id"], ondelete="CASCADE"),
    sa.Index(None, "parent_id", "name"),
    sa.Index(None, "owner_id"),
    **MYSQL,
)

sa.Table(
    "hosted_files",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("folder_id", sa.BigInteger),
    sa.Column("owner_id", sa.BigInteger, info=MEMBER),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("media_type", sa.String(190), nullable=False, server_default="application/octet-stream"),
    sa.Column("size_bytes", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("sha256", sa.String(64)),
    sa.Column("storage_disk", sa.String(50), nullable=False, server_default="local"),
    sa.Column("storage_key", sa.String(500), nullable=False),
    sa.Column("public_token", sa.String(64), nullable=False),
    sa.Column("visibility", sa.String(20), nullable=False, server_default="private"),
    sa.Column("password_hash", sa.String(255)),
    sa.Column("scan_status", sa.String(20), nullable=False, server_default="pending"),
    sa.Column("version", sa.Integer, nullable=False, server_default=ONE),
    sa.Column("details", sa.JSON),
    sa.Column("download_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("maximum_downloads", sa.Integer),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("expires_at", sa.DateTime),
    sa.Column("deleted_at", sa.DateTime),
    sa.ForeignKeyConstraint(["folder_id"], ["file_hoster_folders.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("storage_key"),
    sa.UniqueConstraint("public_token"),
    sa.CheckConstraint("size_bytes >= 0", name="size_bytes"),
    sa.CheckConstraint("version > 0", name="version"),
    sa.Index(None, "folder_id", "name"),
    sa.Index(None, "owner_id"),
    sa.Index(None, "sha256"),
    sa.Index(None, "expires_at"),
    sa.Index(None, "deleted_at"),
    **MYSQL,
)

sa.Table(
    "file_hoster_versions",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("file_id", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("sha256", sa.String(64)),
    sa.Column("storage_key", sa.String(500), nullable=False),
    sa.Column("uploaded_by", sa.BigInteger, info=MEMBER),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["file_id"], ["hosted_files.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("file_id", "version"),
    sa.UniqueConstraint("storage_key"),
    sa.CheckConstraint("size_bytes >= 0", name="size_bytes"),
    sa.Index(None, "uploaded_by"),
    **MYSQL,
)

sa.Table(
    "file_hoster_shares",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("file_id", sa.BigInteger),
    sa.Column("folder_id", sa.BigInteger),
    sa.Column("kind", sa.String(20), nullable=False, server_default="link"),
    sa.Column("member_id", sa.BigInteger, info=MEMBER),
    sa.Column("email", sa.String(255)),
    sa.Column("token", sa.String(64), nullable=False),
    sa.Column("permission", sa.String(20), nullable=False, server_default="download"),
    sa.Column("password_hash", sa.String(255)),
    sa.Column("maximum_downloads", sa.Integer),
    sa.Column("download_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("note", sa.Text),
    sa.Column("created_by", sa.BigInteger, info=MEMBER),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("expires_at", sa.DateTime),
    sa.Column("revoked_at", sa.DateTime),
    sa.ForeignKeyConstraint(["file_id"], ["hosted_files.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["folder_id"], ["file_hoster_folders.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("token"),
    sa.CheckConstraint("(file_id IS NULL) <> (folder_id IS NULL)", name="target"),
    sa.Index(None, "file_id"),
    sa.Index(None, "folder_id"),
    sa.Index(None, "member_id"),
    sa.Index(None, "created_by"),
    sa.Index(None, "expires_at"),
    **MYSQL,
)

sa.Table(
    "file_downloads",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("file_id", sa.BigInteger, nullable=False),
    sa.Column("share_id", sa.BigInteger),
    sa.Column("member_id", sa.BigInteger, info=MEMBER),
    sa.Column("status", sa.String(20), nullable=False, server_default="complete"),
    sa.Column("bytes_sent", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("ip_address", sa.String(45)),
    sa.Column("country", sa.CHAR(2)),
    sa.Column("user_agent", sa.String(500)),
    sa.Column("referrer", sa.String(500)),
    sa.Column("started_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("finished_at", sa.DateTime),
    sa.ForeignKeyConstraint(["file_id"], ["hosted_files.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["share_id"], ["file_hoster_shares.id"], ondelete="SET NULL"),
    sa.CheckConstraint("bytes_sent >= 0", name="bytes_sent"),
    sa.Index(None, "file_id", "started_at"),
    sa.Index(None, "share_id"),
    sa.Index(None, "member_id"),
    sa.Index(None, "started_at"),
    **MYSQL,
)
