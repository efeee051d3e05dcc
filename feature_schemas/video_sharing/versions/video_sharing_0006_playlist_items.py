"""Create video_sharing_playlist_items."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "video_sharing_0006"
down_revision = "video_sharing_0005"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "video_sharing_playlist_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("playlist_id", sa.BigInteger(), nullable=False),
        sa.Column("video_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("added_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="video_sharing_playlist_items_pkey"),
        sa.ForeignKeyConstraint(
            ["playlist_id"],
            ["video_playlists.id"],
            ondelete="CASCADE",
            name="video_sharing_playlist_items_playlist_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], ondelete="CASCADE", name="video_sharing_playlist_items_video_id_fkey"
        ),
        sa.Index("video_sharing_playlist_items_playlist_id_position_idx", "playlist_id", "position"),
        sa.Index("video_sharing_playlist_items_video_id_idx", "video_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("video_sharing_playlist_items")
