"""Create social_platform_profiles."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "social_platform_0001"
down_revision: str | None = None
branch_labels = ("social_platform",)
depends_on = ("core_0002",)


def upgrade(op: Operations) -> None:
    op.create_table(
        "social_platform_profiles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("member_id", sa.BigInteger()),
        sa.Column("handle", sa.String(100), nullable=False),
        sa.Column("display_name", sa.String(255), nullable=False),
        sa.Column("bio", sa.Text()),
        sa.Column("avatar_url", sa.String(500)),
        sa.Column("banner_url", sa.String(500)),
        sa.Column("is_private", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("is_verified", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("post_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("follower_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("following_count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("suspended_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="social_platform_profiles_pkey"),
        sa.UniqueConstraint("handle", name="social_platform_profiles_handle_key"),
        sa.UniqueConstraint("member_id", name="social_platform_profiles_member_id_key"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("social_platform_profiles")
