"""Create bookings."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "booking_0006"
down_revision = "booking_0005"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("service_id", sa.BigInteger()),
        sa.Column("resource_id", sa.BigInteger()),
        sa.Column("member_id", sa.BigInteger()),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("service_name", sa.String(255), nullable=False),
        sa.Column("customer_name", sa.String(255), nullable=False),
        sa.Column("customer_email", sa.String(255), nullable=False),
        sa.Column("customer_phone", sa.String(50)),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False, server_default="UTC"),
        sa.Column("seat", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
        sa.Column("payment_status", sa.String(20), nullable=False, server_default="unpaid"),
        sa.Column("price", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("currency", sa.CHAR(3), nullable=False, server_default="EUR"),
        sa.Column("manage_token_hash", sa.String(64)),
        sa.Column("customer_note", sa.Text()),
        sa.Column("internal_note", sa.Text()),
        sa.Column("cancellation_reason", sa.String(255)),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("confirmed_at", sa.DateTime()),
        sa.Column("cancelled_at", sa.DateTime()),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column(
            "live_resource_id",
            sa.BigInteger(),
            sa.Computed("CASE WHEN status = 'cancelled' THEN NULL ELSE resource_id END", persisted=True),
        ),
        sa.PrimaryKeyConstraint("id", name="bookings_pkey"),
        sa.ForeignKeyConstraint(
            ["service_id"], ["booking_services.id"], ondelete="SET NULL", name="bookings_service_id_fkey"
        ),
        sa.ForeignKeyConstraint(["resource_id"], ["booking_resources.id"], name="bookings_resource_id_fkey"),
        sa.UniqueConstraint(
            "live_resource_id", "starts_at", "seat", name="bookings_live_resource_id_starts_at_seat_key"
        ),
        sa.UniqueConstraint("manage_token_hash", name="bookings_manage_token_hash_key"),
        sa.UniqueConstraint("reference", name="bookings_reference_key"),
        sa.CheckConstraint("ends_at > starts_at", name="bookings_ends_at_check"),
        sa.CheckConstraint("price >= 0", name="bookings_price_check"),
        sa.CheckConstraint("seat > 0", name="bookings_seat_check"),
        sa.Index("bookings_customer_email_idx", "customer_email"),
        sa.Index("bookings_member_id_idx", "member_id"),
        sa.Index("bookings_order_id_idx", "order_id"),
        sa.Index("bookings_resource_id_starts_at_idx", "resource_id", "starts_at"),
        sa.Index("bookings_service_id_idx", "service_id"),
        sa.Index("bookings_starts_at_idx", "starts_at"),
        sa.Index("bookings_status_starts_at_idx", "status", "starts_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("bookings")
