"""Create shop_cart_items."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "shop_0009"
down_revision = "shop_0008"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "shop_cart_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger()),
        sa.Column("quantity", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("unit_price", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="shop_cart_items_pkey"),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["shop_carts.id"], ondelete="CASCADE", name="shop_cart_items_cart_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], ondelete="CASCADE", name="shop_cart_items_product_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["shop_product_variants.id"], ondelete="CASCADE", name="shop_cart_items_variant_id_fkey"
        ),
        sa.CheckConstraint("quantity > 0", name="shop_cart_items_quantity_check"),
        sa.Index("shop_cart_items_cart_id_idx", "cart_id"),
        sa.Index("shop_cart_items_product_id_idx", "product_id"),
        sa.Index("shop_cart_items_variant_id_idx", "variant_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("shop_cart_items")
