"""Create user_access_password_resets."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "user_access_0008"
down_revision = "user_access_0007"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "user_access_password_resets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("ip_address", sa.String(45)),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="user_access_password_resets_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["website_users.id"], ondelete="CASCADE", name="user_access_password_resets_user_id_fkey"
        ),
        sa.UniqueConstraint("token_hash", name="user_access_password_resets_token_hash_key"),
        sa.Index("user_access_password_resets_expires_at_idx", "expires_at"),
        sa.Index("user_access_password_resets_user_id_idx", "user_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("user_access_password_resets")
