"""Create video_sharing_channels."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "video_sharing_0001"
down_revision: str | None = None
branch_labels = ("video_sharing",)
depends_on = ("core_0002",)


def upgrade(op: Operations) -> None:
    op.create_table(
        "video_sharing_channels",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(190), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("avatar_url", sa.String(500)),
        sa.Column("banner_url", sa.String(500)),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="video_sharing_channels_pkey"),
        sa.UniqueConstraint("slug", name="video_sharing_channels_slug_key"),
        sa.Index("video_sharing_channels_owner_id_idx", "owner_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("video_sharing_channels")
