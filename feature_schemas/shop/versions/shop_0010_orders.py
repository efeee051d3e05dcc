"""Create shop_orders."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "shop_0010"
down_revision = "shop_0009"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "shop_orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("order_number", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.BigInteger()),
        sa.Column("coupon_code", sa.String(100)),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("customer_name", sa.String(255)),
        sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
        sa.Column("payment_status", sa.String(20), nullable=False, server_default="unpaid"),
        sa.Column("fulfilment_status", sa.String(20), nullable=False, server_default="unfulfilled"),
        sa.Column("currency", sa.CHAR(3), nullable=False, server_default="EUR"),
        sa.Column("subtotal", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("discount_total", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("shipping_total", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("tax_total", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("grand_total", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("billing_address", sa.JSON()),
        sa.Column("shipping_address", sa.JSON()),
        sa.Column("shipping_method", sa.String(100)),
        sa.Column("customer_note", sa.Text()),
        sa.Column("placed_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("paid_at", sa.DateTime()),
        sa.Column("shipped_at", sa.DateTime()),
        sa.Column("cancelled_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="shop_orders_pkey"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["shop_customers.id"], ondelete="SET NULL", name="shop_orders_customer_id_fkey"
        ),
        sa.UniqueConstraint("order_number", name="shop_orders_order_number_key"),
        sa.Index("shop_orders_customer_id_idx", "customer_id"),
        sa.Index("shop_orders_email_idx", "email"),
        sa.Index("shop_orders_status_placed_at_idx", "status", "placed_at"),
        sa.Index("shop_orders_placed_at_idx", "placed_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("shop_orders")
