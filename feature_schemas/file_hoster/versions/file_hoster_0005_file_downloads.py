"""Create file_downloads."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "file_hoster_0005"
down_revision = "file_hoster_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "file_downloads",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("share_id", sa.BigInteger()),
        sa.Column("member_id", sa.BigInteger()),
        sa.Column("status", sa.String(20), nullable=False, server_default="complete"),
        sa.Column("bytes_sent", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("ip_address", sa.String(45)),
        sa.Column("country", sa.CHAR(2)),
        sa.Column("user_agent", sa.String(500)),
        sa.Column("referrer", sa.String(500)),
        sa.Column("started_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("finished_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="file_downloads_pkey"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["hosted_files.id"], ondelete="CASCADE", name="file_downloads_file_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["share_id"], ["file_hoster_shares.id"], ondelete="SET NULL", name="file_downloads_share_id_fkey"
        ),
        sa.CheckConstraint("bytes_sent >= 0", name="file_downloads_bytes_sent_check"),
        sa.Index("file_downloads_file_id_started_at_idx", "file_id", "started_at"),
        sa.Index("file_downloads_member_id_idx", "member_id"),
        sa.Index("file_downloads_share_id_idx", "share_id"),
        sa.Index("file_downloads_started_at_idx", "started_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("file_downloads")
