"""Create video_sharing_reactions."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "video_sharing_0008"
down_revision = "video_sharing_0007"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "video_sharing_reactions",
        sa.Column("video_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(20), nullable=False, server_default="like"),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("video_id", "member_id", name="video_sharing_reactions_pkey"),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], ondelete="CASCADE", name="video_sharing_reactions_video_id_fkey"
        ),
        sa.Index("video_sharing_reactions_member_id_created_at_idx", "member_id", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("video_sharing_reactions")
