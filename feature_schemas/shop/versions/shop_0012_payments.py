"""Create shop_payments."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "shop_0012"
down_revision = "shop_0011"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "shop_payments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, server_default="payment"),
        sa.Column("provider", sa.String(50), nullable=False),
        sa.Column("provider_reference", sa.String(190)),
        sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False),
        sa.Column("currency", sa.CHAR(3), nullable=False, server_default="EUR"),
        sa.Column("failure_reason", sa.Text()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("settled_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="shop_payments_pkey"),
        sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"], name="shop_payments_order_id_fkey"),
        sa.UniqueConstraint("provider", "provider_reference", name="shop_payments_provider_provider_reference_key"),
        sa.Index("shop_payments_order_id_idx", "order_id"),
        sa.Index("shop_payments_status_created_at_idx", "status", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("shop_payments")
