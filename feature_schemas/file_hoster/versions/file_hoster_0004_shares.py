"""Create file_hoster_shares."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "file_hoster_0004"
down_revision = "file_hoster_0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "file_hoster_shares",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("file_id", sa.BigInteger()),
        sa.Column("folder_id", sa.BigInteger()),
        sa.Column("kind", sa.String(20), nullable=False, server_default="link"),
        sa.Column("member_id", sa.BigInteger()),
        sa.Column("email", sa.String(255)),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("permission", sa.String(20), nullable=False, server_default="download"),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("maximum_downloads", sa.Integer()),
        sa.Column("download_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("note", sa.Text()),
        sa.Column("created_by", sa.BigInteger()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("expires_at", sa.DateTime()),
        sa.Column("revoked_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="file_hoster_shares_pkey"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["hosted_files.id"], ondelete="CASCADE", name="file_hoster_shares_file_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["file_hoster_folders.id"], ondelete="CASCADE", name="file_hoster_shares_folder_id_fkey"
        ),
        sa.UniqueConstraint("token", name="file_hoster_shares_token_key"),
        sa.CheckConstraint("(file_id IS NULL) <> (folder_id IS NULL)", name="file_hoster_shares_target_check"),
        sa.Index("file_hoster_shares_created_by_idx", "created_by"),
        sa.Index("file_hoster_shares_expires_at_idx", "expires_at"),
        sa.Index("file_hoster_shares_file_id_idx", "file_id"),
        sa.Index("file_hoster_shares_folder_id_idx", "folder_id"),
        sa.Index("file_hoster_shares_member_id_idx", "member_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("file_hoster_shares")
