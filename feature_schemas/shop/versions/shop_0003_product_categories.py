"""Create shop_product_categories."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "shop_0003"
down_revision = "shop_0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "shop_product_categories",
        sa.Column("product_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("product_id", "category_id", name="shop_product_categories_pkey"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], ondelete="CASCADE", name="shop_product_categories_product_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["shop_categories.id"], ondelete="CASCADE", name="shop_product_categories_category_id_fkey"
        ),
        sa.Index("shop_product_categories_category_id_position_idx", "category_id", "position"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("shop_product_categories")
