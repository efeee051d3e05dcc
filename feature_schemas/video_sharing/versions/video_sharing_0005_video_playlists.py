"""Create video_playlists."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "video_sharing_0005"
down_revision = "video_sharing_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "video_playlists",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("channel_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(190), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("visibility", sa.String(20), nullable=False, server_default="public"),
        sa.Column("thumbnail_url", sa.String(500)),
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="video_playlists_pkey"),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["video_sharing_channels.id"], ondelete="CASCADE", name="video_playlists_channel_id_fkey"
        ),
        sa.UniqueConstraint("slug", name="video_playlists_slug_key"),
        sa.Index("video_playlists_channel_id_position_idx", "channel_id", "position"),
        sa.Index("video_playlists_owner_id_idx", "owner_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("video_playlists")
