"""Services that can be booked, who or what carries them out, when that is free, and the bookings.

Times are UTC, except for the weekly hours: those are minutes since midnight where the resource is, so that nine o'clock
stays nine o'clock in summer. A resource's start can be sold once a seat, which the key over `live_resource_id` holds;
a cancelled booking gives it back. A resource that was ever booked is switched off rather than deleted.
"""

from typing import Any

import sqlalchemy as sa

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
NOW = sa.text("CURRENT_TIMESTAMP")
ZERO = sa.text("0")
ONE = sa.text("1")
MONEY = sa.Numeric(12, 2)
CURRENCY = sa.CHAR(3)

# Members belong to the feature user_access, which may come and go: no foreign key across features, the id alone.
MEMBER = {"soft_reference": "website_users.id"}
# The order that was paid for it, in the feature shop: the id alone, for the same reason.
ORDER = {"soft_reference": "shop_orders.id"}

sa.Table(
    "booking_services",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("duration_minutes", sa.Integer, nullable=False),
    sa.Column("buffer_before_minutes", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("buffer_after_minutes", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("price", MONEY, nullable=False, server_default=ZERO),
    sa.Column("deposit", MONEY),
    sa.Column("currency", CURRENCY, nullable=False, server_default="EUR"),
    sa.Column("capacity", sa.Integer, nullable=False, server_default=ONE),
    sa.Column("location", sa.String(255)),
    sa.Column("colour", sa.String(20)),
    sa.Column("minimum_notice_minutes", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("cancellation_notice_minutes", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("maximum_days_ahead", sa.Integer),
    sa.Column("requires_confirmation", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.UniqueConstraint("slug"),
    sa.CheckConstraint("duration_minutes > 0", name="duration_minutes"),
    sa.CheckConstraint("price >= 0", name="price"),
    sa.CheckConstraint("capacity > 0", name="capacity"),
    **MYSQL,
)

sa.Table(
    "booking_resources",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("member_id", sa.BigInteger, info=MEMBER),
    sa.Column("kind", sa.String(20), nullable=False, server_default="staff"),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("email", sa.String(255)),
    sa.Column("timezone", sa.String(64), nullable=False, server_default="UTC"),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.Index(None, "member_id"),
    **MYSQL,
)

sa.Table(
    "booking_service_resources",
    metadata,
    sa.Column("service_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("resource_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("price", MONEY),
    sa.ForeignKeyConstraint(["service_id"], ["booking_services.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["resource_id"], ["booking_resources.id"], ondelete="CASCADE"),
    sa.CheckConstraint("price >= 0", name="price"),
    sa.Index(None, "resource_id"),
    **MYSQL,
)

sa.Table(
    "booking_availability",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("resource_id", sa.BigInteger, nullable=False),
    sa.Column("weekday", sa.SmallInteger, nullable=False),
    sa.Column("starts_minute", sa.Integer, nullable=False),
    sa.Column("ends_minute", sa.Integer, nullable=False),
    sa.Column("valid_from", sa.Date),
    sa.Column("valid_until", sa.Date),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["resource_id"], ["booking_resources.id"], ondelete="CASCADE"),
    sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
    sa.CheckConstraint("starts_minute >= 0 AND starts_minute < ends_minute AND ends_minute <= 1440", name="minutes"),
    sa.Index(None, "resource_id", "weekday"),
    **MYSQL,
)

sa.Table(
    "booking_exceptions",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("resource_id", sa.BigInteger),
    sa.Column("is_available", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("starts_at", sa.DateTime, nullable=False),
    sa.Column("ends_at", sa.DateTime, nullable=False),
    sa.Column("reason", sa.String(255)),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["resource_id"], ["booking_resources.id"], ondelete="CASCADE"),
    sa.CheckConstraint("ends_at > starts_at", name="ends_at"),
    sa.Index(None, "resource_id", "starts_at"),
    sa.Index(None, "starts_at"),
    **MYSQL,
)

sa.Table(
    "bookings",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("reference", sa.String(40), nullable=False),
    sa.Column("service_id", sa.BigInteger),
    sa.Column("resource_id", sa.BigInteger),
    sa.Column("member_id", sa.BigInteger, info=MEMBER),
    sa.Column("order_id", sa.BigInteger, info=ORDER),
    sa.Column("service_name", sa.String(255), nullable=False),
    sa.Column("customer_name", sa.String(255), nullable=False),
    sa.Column("customer_email", sa.String(255), nullable=False),
    sa.Column("customer_phone", sa.String(50)),
    sa.Column("starts_at", sa.DateTime, nullable=False),
    sa.Column("ends_at", sa.DateTime, nullable=False),
    sa.Column("timezone", sa.String(64), nullable=False, server_default="UTC"),
    sa.Column("seat", sa.Integer, nullable=False, server_default=ONE),
    sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
    sa.Column("payment_status", sa.String(20), nullable=False, server_default="unpaid"),
    sa.Column("price", MONEY, nullable=False, server_default=ZERO),
    sa.Column("currency", CURRENCY, nullable=False, server_default="EUR"),
    sa.Column("manage_token_hash", sa.String(64)),
    sa.Column("customer_note", sa.Text),
    sa.Column("internal_note", sa.Text),
    sa.Column("cancellation_reason", sa.String(255)),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("confirmed_at", sa.DateTime),
    sa.Column("cancelled_at", sa.DateTime),
    sa.Column("updated_at", sa.DateTime),
    sa.Column(
        "live_resource_id",
        sa.BigInteger,
        sa.Computed("CASE WHEN status = 'cancelled' THEN NULL ELSE resource_id END", persisted=True),
    ),
    sa.ForeignKeyConstraint(["service_id"], ["booking_services.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["resource_id"], ["booking_resources.id"]),
    sa.UniqueConstraint("reference"),
    sa.UniqueConstraint("manage_token_hash"),
    sa.UniqueConstraint("live_resource_id", "starts_at", "seat"),
    sa.CheckConstraint("ends_at > starts_at", name="ends_at"),
    sa.CheckConstraint("seat > 0", name="seat"),
    sa.CheckConstraint("price >= 0", name="price"),
    sa.Index(None, "service_id"),
    sa.Index(None, "resource_id", "starts_at"),
    sa.Index(None, "member_id"),
    sa.Index(None, "order_id"),
    sa.Index(None, "customer_email"),
    sa.Index(None, "starts_at"),
    sa.Index(None, "status", "starts_at"),
    **MYSQL,
)

sa.Table(
    "booking_reminders",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("booking_id", sa.BigInteger, nullable=False),
    sa.Column("channel", sa.String(20), nullable=False, server_default="email"),
    sa.Column("send_at", sa.DateTime, nullable=False),
    sa.Column("sent_at", sa.DateTime),
    sa.Column("failure_reason", sa.Text),
    sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("booking_id", "channel", "send_at"),
    sa.Index(None, "sent_at", "send_at"),
    **MYSQL,
)
