"""Create shop_product_variants."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "shop_0005"
down_revision = "shop_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "shop_product_variants",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("sku", sa.String(100)),
        sa.Column("options", sa.JSON()),
        sa.Column("price", sa.Numeric(12, 2)),
        sa.Column("stock_quantity", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("weight_grams", sa.Integer()),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="shop_product_variants_pkey"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], ondelete="CASCADE", name="shop_product_variants_product_id_fkey"
        ),
        sa.UniqueConstraint("sku", name="shop_product_variants_sku_key"),
        sa.CheckConstraint("price >= 0", name="shop_product_variants_price_check"),
        sa.Index("shop_product_variants_product_id_position_idx", "product_id", "position"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("shop_product_variants")
