"""Create video_sharing_comments."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "video_sharing_0007"
down_revision = "video_sharing_0006"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "video_sharing_comments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("video_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("member_id", sa.BigInteger()),
        sa.Column("author_name", sa.String(255), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger()),
        sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("edited_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="video_sharing_comments_pkey"),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], ondelete="CASCADE", name="video_sharing_comments_video_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["video_sharing_comments.id"],
            ondelete="CASCADE",
            name="video_sharing_comments_parent_id_fkey",
        ),
        sa.Index("video_sharing_comments_member_id_idx", "member_id"),
        sa.Index("video_sharing_comments_parent_id_idx", "parent_id"),
        sa.Index("video_sharing_comments_status_created_at_idx", "status", "created_at"),
        sa.Index("video_sharing_comments_video_id_created_at_idx", "video_id", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("video_sharing_comments")
