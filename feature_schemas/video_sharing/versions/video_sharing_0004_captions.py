"""Create video_sharing_captions."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "video_sharing_0004"
down_revision = "video_sharing_0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "video_sharing_captions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("video_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, server_default="subtitles"),
        sa.Column("label", sa.String(255)),
        sa.Column("storage_key", sa.String(500), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="video_sharing_captions_pkey"),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], ondelete="CASCADE", name="video_sharing_captions_video_id_fkey"
        ),
        sa.UniqueConstraint("video_id", "language", "kind", name="video_sharing_captions_video_id_language_kind_key"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("video_sharing_captions")
