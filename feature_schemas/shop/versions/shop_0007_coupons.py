"""Create shop_coupons."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "shop_0007"
down_revision = "shop_0006"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "shop_coupons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("discount_type", sa.String(20), nullable=False, server_default="percent"),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("currency", sa.CHAR(3)),
        sa.Column("minimum_total", sa.Numeric(12, 2)),
        sa.Column("usage_limit", sa.Integer()),
        sa.Column("used_count", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("starts_at", sa.DateTime()),
        sa.Column("expires_at", sa.DateTime()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="shop_coupons_pkey"),
        sa.UniqueConstraint("code", name="shop_coupons_code_key"),
        sa.CheckConstraint("amount >= 0", name="shop_coupons_amount_check"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("shop_coupons")
