"""Create social_platform_attachments."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "social_platform_0003"
down_revision = "social_platform_0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "social_platform_attachments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, server_default="image"),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("media_type", sa.String(190)),
        sa.Column("alt_text", sa.Text()),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="social_platform_attachments_pkey"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["social_posts.id"], ondelete="CASCADE", name="social_platform_attachments_post_id_fkey"
        ),
        sa.CheckConstraint("size_bytes >= 0", name="social_platform_attachments_size_bytes_check"),
        sa.Index("social_platform_attachments_post_id_position_idx", "post_id", "position"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("social_platform_attachments")
