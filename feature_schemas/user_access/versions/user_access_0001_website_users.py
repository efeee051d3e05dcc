"""Create website_users."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "user_access_0001"
down_revision: str | None = None
branch_labels = ("user_access",)
depends_on = ("core_0002",)


def upgrade(op: Operations) -> None:
    op.create_table(
        "website_users",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("username", sa.String(100)),
        sa.Column("display_name", sa.String(255)),
        sa.Column("first_name", sa.String(255)),
        sa.Column("last_name", sa.String(255)),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
        sa.Column("phone", sa.String(50)),
        sa.Column("avatar_url", sa.String(500)),
        sa.Column("bio", sa.Text()),
        sa.Column("locale", sa.String(20)),
        sa.Column("timezone", sa.String(64), nullable=False, server_default="UTC"),
        sa.Column("profile", sa.JSON()),
        sa.Column("accepts_marketing", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("terms_accepted_at", sa.DateTime()),
        sa.Column("email_verified_at", sa.DateTime()),
        sa.Column("two_factor_secret", sa.String(255)),
        sa.Column("two_factor_enabled_at", sa.DateTime()),
        sa.Column("failed_login_count", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("locked_until", sa.DateTime()),
        sa.Column("last_login_at", sa.DateTime()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("closed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="website_users_pkey"),
        sa.UniqueConstraint("email", name="website_users_email_key"),
        sa.UniqueConstraint("username", name="website_users_username_key"),
        sa.CheckConstraint("failed_login_count >= 0", name="website_users_failed_login_count_check"),
        sa.Index("website_users_last_name_idx", "last_name"),
        sa.Index("website_users_status_created_at_idx", "status", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("website_users")
