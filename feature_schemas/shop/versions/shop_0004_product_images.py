"""Create shop_product_images."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "shop_0004"
down_revision = "shop_0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "shop_product_images",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("alt_text", sa.String(255)),
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="shop_product_images_pkey"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], ondelete="CASCADE", name="shop_product_images_product_id_fkey"
        ),
        sa.Index("shop_product_images_product_id_position_idx", "product_id", "position"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("shop_product_images")
