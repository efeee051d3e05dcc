"""Create social_platform_blocks."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "social_platform_0007"
down_revision = "social_platform_0006"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "social_platform_blocks",
        sa.Column("profile_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("blocked_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(20), nullable=False, server_default="block"),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("profile_id", "blocked_id", name="social_platform_blocks_pkey"),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["social_platform_profiles.id"],
            ondelete="CASCADE",
            name="social_platform_blocks_profile_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["blocked_id"],
            ["social_platform_profiles.id"],
            ondelete="CASCADE",
            name="social_platform_blocks_blocked_id_fkey",
        ),
        sa.CheckConstraint("profile_id <> blocked_id", name="social_platform_blocks_not_oneself_check"),
        sa.Index("social_platform_blocks_blocked_id_idx", "blocked_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("social_platform_blocks")
