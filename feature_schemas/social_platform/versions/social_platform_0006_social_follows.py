"""Create social_follows."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "social_platform_0006"
down_revision = "social_platform_0005"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "social_follows",
        sa.Column("follower_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("followed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("status", sa.String(20), nullable=False, server_default="accepted"),
        sa.Column("notifies", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("accepted_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("follower_id", "followed_id", name="social_follows_pkey"),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["social_platform_profiles.id"], ondelete="CASCADE", name="social_follows_follower_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["followed_id"], ["social_platform_profiles.id"], ondelete="CASCADE", name="social_follows_followed_id_fkey"
        ),
        sa.CheckConstraint("follower_id <> followed_id", name="social_follows_not_oneself_check"),
        sa.Index("social_follows_followed_id_status_idx", "followed_id", "status"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("social_follows")
