"""Create shop_carts."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "shop_0008"
down_revision = "shop_0007"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "shop_carts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("customer_id", sa.BigInteger()),
        sa.Column("coupon_id", sa.BigInteger()),
        sa.Column("email", sa.String(255)),
        sa.Column("currency", sa.CHAR(3), nullable=False, server_default="EUR"),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("expires_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="shop_carts_pkey"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["shop_customers.id"], ondelete="SET NULL", name="shop_carts_customer_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["shop_coupons.id"], ondelete="SET NULL", name="shop_carts_coupon_id_fkey"
        ),
        sa.UniqueConstraint("token", name="shop_carts_token_key"),
        sa.Index("shop_carts_customer_id_idx", "customer_id"),
        sa.Index("shop_carts_coupon_id_idx", "coupon_id"),
        sa.Index("shop_carts_expires_at_idx", "expires_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("shop_carts")
