"""Create users."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "pagevoo_master_0001"
down_revision: str | None = None
branch_labels = ("pagevoo_master",)
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("email", sa.String(255)),
        sa.Column("email_verified_at", sa.DateTime()),
        sa.Column("password", sa.String(255)),
        sa.Column("remember_token", sa.String(100)),
        sa.Column("tier", sa.String(50), server_default="trial"),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="users_pkey"),
        sa.Index("users_email_idx", "email"),
        sa.Index("users_tier_idx", "tier"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("users")
