"""Create shop_order_items."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "shop_0011"
down_revision = "shop_0010"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "shop_order_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("variant_id", sa.BigInteger()),
        sa.Column("product_name", sa.String(255), nullable=False),
        sa.Column("sku", sa.String(100)),
        sa.Column("options", sa.JSON()),
        sa.Column("quantity", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("unit_price", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("discount_total", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("tax_total", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("line_total", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="shop_order_items_pkey"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_orders.id"], ondelete="CASCADE", name="shop_order_items_order_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], ondelete="SET NULL", name="shop_order_items_product_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["shop_product_variants.id"], ondelete="SET NULL", name="shop_order_items_variant_id_fkey"
        ),
        sa.CheckConstraint("quantity > 0", name="shop_order_items_quantity_check"),
        sa.Index("shop_order_items_order_id_idx", "order_id"),
        sa.Index("shop_order_items_product_id_idx", "product_id"),
        sa.Index("shop_order_items_variant_id_idx", "variant_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("shop_order_items")
