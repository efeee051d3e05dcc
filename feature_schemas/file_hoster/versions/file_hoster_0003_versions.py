"""Create file_hoster_versions."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "file_hoster_0003"
down_revision = "file_hoster_0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "file_hoster_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("sha256", sa.String(64)),
        sa.Column("storage_key", sa.String(500), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="file_hoster_versions_pkey"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["hosted_files.id"], ondelete="CASCADE", name="file_hoster_versions_file_id_fkey"
        ),
        sa.UniqueConstraint("file_id", "version", name="file_hoster_versions_file_id_version_key"),
        sa.UniqueConstraint("storage_key", name="file_hoster_versions_storage_key_key"),
        sa.CheckConstraint("size_bytes >= 0", name="file_hoster_versions_size_bytes_check"),
        sa.Index("file_hoster_versions_uploaded_by_idx", "uploaded_by"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("file_hoster_versions")
