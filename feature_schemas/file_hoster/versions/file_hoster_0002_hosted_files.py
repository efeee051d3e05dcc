"""Create hosted_files."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "file_hoster_0002"
down_revision = "file_hoster_0001"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "hosted_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("folder_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("media_type", sa.String(190), nullable=False, server_default="application/octet-stream"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("sha256", sa.String(64)),
        sa.Column("storage_disk", sa.String(50), nullable=False, server_default="local"),
        sa.Column("storage_key", sa.String(500), nullable=False),
        sa.Column("public_token", sa.String(64), nullable=False),
        sa.Column("visibility", sa.String(20), nullable=False, server_default="private"),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("scan_status", sa.String(20), nullable=False, server_default="pending"),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("details", sa.JSON()),
        sa.Column("download_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("maximum_downloads", sa.Integer()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("expires_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="hosted_files_pkey"),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["file_hoster_folders.id"], ondelete="SET NULL", name="hosted_files_folder_id_fkey"
        ),
        sa.UniqueConstraint("public_token", name="hosted_files_public_token_key"),
        sa.UniqueConstraint("storage_key", name="hosted_files_storage_key_key"),
        sa.CheckConstraint("size_bytes >= 0", name="hosted_files_size_bytes_check"),
        sa.CheckConstraint("version > 0", name="hosted_files_version_check"),
        sa.Index("hosted_files_deleted_at_idx", "deleted_at"),
        sa.Index("hosted_files_expires_at_idx", "expires_at"),
        sa.Index("hosted_files_folder_id_name_idx", "folder_id", "name"),
        sa.Index("hosted_files_owner_id_idx", "owner_id"),
        sa.Index("hosted_files_sha256_idx", "sha256"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("hosted_files")
