"""Products, stock, carts, orders and payments. Amounts are DECIMAL with their currency beside them.

An order copies what it sold: names, prices and addresses stay what they were when products and customers change or go.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_ci"}
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
NOW = sa.text("CURRENT_TIMESTAMP")
ZERO = sa.text("0")
MONEY = sa.Numeric(12, 2)
CURRENCY = sa.CHAR(3)

sa.Table(
    "shop_categories",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("parent_id", ID),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("image_url", sa.String(500)),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.ForeignKeyConstraint(["parent_id"], ["shop_categories.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("slug"),
    sa.Index(None, "parent_id"),
    **MYSQL,
)

sa.Table(
    "shop_products",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("sku", sa.String(100)),
    sa.Column("short_description", sa.Text),
    sa.Column("description", LONG_TEXT),
    sa.Column("status", sa.String(20), nullable=False, server_default="draft"),
    sa.Column("price", MONEY, nullable=False, server_default=ZERO),
    sa.Column("compare_at_price", MONEY),
    sa.Column("currency", CURRENCY, nullable=False, server_default="EUR"),
    sa.Column("tax_rate", sa.Numeric(5, 2), nullable=False, server_default=ZERO),
    sa.Column("tracks_stock", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("stock_quantity", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("allows_backorder", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("is_physical", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("weight_grams", sa.Integer),
    sa.Column("is_featured", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("image_url", sa.String(500)),
    sa.Column("attributes", sa.JSON),
    sa.Column("meta_title", sa.String(255)),
    sa.Column("meta_description", sa.String(500)),
    sa.Column("published_at", sa.DateTime),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.UniqueConstraint("slug"),
    sa.UniqueConstraint("sku"),
    sa.CheckConstraint("price >= 0", name="price"),
    sa.Index(None, "status", "published_at"),
    sa.Index(None, "name"),
    **MYSQL,
)

sa.Table(
    "shop_product_categories",
    metadata,
    sa.Column("product_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("category_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.ForeignKeyConstraint(["product_id"], ["shop_products.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["category_id"], ["shop_categories.id"], ondelete="CASCADE"),
    sa.Index(None, "category_id", "position"),
    **MYSQL,
)

sa.Table(
    "shop_product_images",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("product_id", sa.BigInteger, nullable=False),
    sa.Column("url", sa.String(500), nullable=False),
    sa.Column("alt_text", sa.String(255)),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.ForeignKeyConstraint(["product_id"], ["shop_products.id"], ondelete="CASCADE"),
    sa.Index(None, "product_id", "position"),
    **MYSQL,
)

sa.Table(
    "shop_product_variants",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("product_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("sku", sa.String(100)),
    sa.Column("options", sa.JSON),
    sa.Column("price", MONEY),
    sa.Column("stock_quantity", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("weight_grams", sa.Integer),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.ForeignKeyConstraint(["product_id"], ["shop_products.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("sku"),
    sa.CheckConstraint("price >= 0", name="price"),
    sa.Index(None, "product_id", "position"),
    **MYSQL,
)

sa.Table(
    "shop_customers",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("email", sa.String(255), nullable=False),
    sa.Column("first_name", sa.String(255)),
    sa.Column("last_name", sa.String(255)),
    sa.Column("company", sa.String(255)),
    sa.Column("phone", sa.String(50)),
    sa.Column("default_address", sa.JSON),
    sa.Column("accepts_marketing", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("note", sa.Text),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.UniqueConstraint("email"),
    sa.Index(None, "last_name"),
    **MYSQL,
)

sa.Table(
    "shop_coupons",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("code", sa.String(100), nullable=False),
    sa.Column("discount_type", sa.String(20), nullable=False, server_default="percent"),
    sa.Column("amount", MONEY, nullable=False, server_default=ZERO),
    sa.Column("currency", CURRENCY),
    sa.Column("minimum_total", MONEY),
    sa.Column("usage_limit", sa.Integer),
    sa.Column("used_count", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("starts_at", sa.DateTime),
    sa.Column("expires_at", sa.DateTime),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.UniqueConstraint("code"),
    sa.CheckConstraint("amount >= 0", name="amount"),
    **MYSQL,
)

sa.Table(
    "shop_carts",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("token", sa.String(64), nullable=False),
    sa.Column("customer_id", sa.BigInteger),
    sa.Column("coupon_id", sa.BigInteger),
    sa.Column("email", sa.String(255)),
    sa.Column("currency", CURRENCY, nullable=False, server_default="EUR"),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("expires_at", sa.DateTime),
    sa.ForeignKeyConstraint(["customer_id"], ["shop_customers.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["coupon_id"], ["shop_coupons.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("token"),
    sa.Index(None, "customer_id"),
    sa.Index(None, "coupon_id"),
    sa.Index(None, "expires_at"),
    **MYSQL,
)

sa.Table(
    "shop_cart_items",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("cart_id", sa.BigInteger, nullable=False),
    sa.Column("product_id", sa.BigInteger, nullable=False),
    sa.Column("variant_id", sa.BigInteger),
    sa.Column("quantity", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("unit_price", MONEY, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["cart_id"], ["shop_carts.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["product_id"], ["shop_products.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["variant_id"], ["shop_product_variants.id"], ondelete="CASCADE"),
    sa.CheckConstraint("quantity > 0", name="quantity"),
    sa.Index(None, "cart_id"),
    sa.Index(None, "product_id"),
    sa.Index(None, "variant_id"),
    **MYSQL,
)

sa.Table(
    "shop_orders",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("order_number", sa.String(40), nullable=False),
    sa.Column("customer_id", sa.BigInteger),
    sa.Column("coupon_code", sa.String(100)),
    sa.Column("email", sa.String(255), nullable=False),
    sa.Column("customer_name", sa.String(255)),
    sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
    sa.Column("payment_status", sa.String(20), nullable=False, server_default="unpaid"),
    sa.Column("fulfilment_status", sa.String(20), nullable=False, server_default="unfulfilled"),
    sa.Column("currency", CURRENCY, nullable=False, server_default="EUR"),
    sa.Column("subtotal", MONEY, nullable=False, server_default=ZERO),
    sa.Column("discount_total", MONEY, nullable=False, server_default=ZERO),
    sa.Column("shipping_total", MONEY, nullable=False, server_default=ZERO),
    sa.Column("tax_total", MONEY, nullable=False, server_default=ZERO),
    sa.Column("grand_total", MONEY, nullable=False, server_default=ZERO),
    sa.Column("billing_address", sa.JSON),
    sa.Column("shipping_address", sa.JSON),
    sa.Column("shipping_method", sa.String(100)),
    sa.Column("customer_note", sa.Text),
    sa.Column("placed_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("paid_at", sa.DateTime),
    sa.Column("shipped_at", sa.DateTime),
    sa.Column("cancelled_at", sa.DateTime),
    sa.Column("updated_at", sa.DateTime),
    sa.ForeignKeyConstraint(["customer_id"], ["shop_customers.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("order_number"),
    sa.Index(None, "customer_id"),
    sa.Index(None, "email"),
    sa.Index(None, "placed_at"),
    sa.Index(None, "status", "placed_at"),
    **MYSQL,
)

sa.Table(
    "shop_order_items",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("order_id", sa.BigInteger, nullable=False),
    sa.Column("product_id", sa.BigInteger),
    sa.Column("variant_id", sa.BigInteger),
    sa.Column("product_name", sa.String(255), nullable=False),
    sa.Column("sku", sa.String(100)),
    sa.Column("options", sa.JSON),
    sa.Column("quantity", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("unit_price", MONEY, nullable=False, server_default=ZERO),
    sa.Column("discount_total", MONEY, nullable=False, server_default=ZERO),
    sa.Column("tax_total", MONEY, nullable=False, server_default=ZERO),
    sa.Column("line_total", MONEY, nullable=False, server_default=ZERO),
    sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["product_id"], ["shop_products.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["variant_id"], ["shop_product_variants.id"], ondelete="SET NULL"),
    sa.CheckConstraint("quantity > 0", name="quantity"),
    sa.Index(None, "order_id"),
    sa.Index(None, "product_id"),
    sa.Index(None, "variant_id"),
    **MYSQL,
)

sa.Table(
    "shop_payments",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("order_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False, server_default="payment"),
    sa.Column("provider", sa.String(50), nullable=False),
    sa.Column("provider_reference", sa.String(190)),
    sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("currency", CURRENCY, nullable=False, server_default="EUR"),
    sa.Column("failure_reason", sa.Text),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("settled_at", sa.DateTime),
    sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"]),
    sa.UniqueConstraint("provider", "provider_reference"),
    sa.Index(None, "order_id"),
    sa.Index(None, "status", "created_at"),
    **MYSQL,
)
