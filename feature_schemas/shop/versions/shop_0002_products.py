"""Create shop_products."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "shop_0002"
down_revision = "shop_0001"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "shop_products",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(190), nullable=False),
        sa.Column("sku", sa.String(100)),
        sa.Column("short_description", sa.Text()),
        sa.Column("description", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("status", sa.String(20), nullable=False, server_default="draft"),
        sa.Column("price", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("compare_at_price", sa.Numeric(12, 2)),
        sa.Column("currency", sa.CHAR(3), nullable=False, server_default="EUR"),
        sa.Column("tax_rate", sa.Numeric(5, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("tracks_stock", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("stock_quantity", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("allows_backorder", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("is_physical", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("weight_grams", sa.Integer()),
        sa.Column("is_featured", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("image_url", sa.String(500)),
        sa.Column("attributes", sa.JSON()),
        sa.Column("meta_title", sa.String(255)),
        sa.Column("meta_description", sa.String(500)),
        sa.Column("published_at", sa.DateTime()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="shop_products_pkey"),
        sa.UniqueConstraint("slug", name="shop_products_slug_key"),
        sa.UniqueConstraint("sku", name="shop_products_sku_key"),
        sa.CheckConstraint("price >= 0", name="shop_products_price_check"),
        sa.Index("shop_products_name_idx", "name"),
        sa.Index("shop_products_status_published_at_idx", "status", "published_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("shop_products")
