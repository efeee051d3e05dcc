"""Events with venues, ticket types and the answers of those who come.

Times are UTC; `timezone` says in which place's time they are shown and repeated. Whoever answers twice changes their
answer: one row an address and event.
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
ONE = sa.text("1")
MONEY = sa.Numeric(12, 2)
CURRENCY = sa.CHAR(3)

# Members belong to the feature user_access, which may come and go: no foreign key across features, the id alone.
MEMBER = {"soft_reference": "website_users.id"}
# The order that was paid for it, in the feature shop: the id alone, for the same reason.
ORDER = {"soft_reference": "shop_orders.id"}

sa.Table(
    "event_categories",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("colour", sa.String(20)),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.UniqueConstraint("slug"),
    **MYSQL,
)

sa.Table(
    "events_venues",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("address", sa.String(255)),
    sa.Column("postcode", sa.String(20)),
    sa.Column("city", sa.String(255)),
    sa.Column("country", sa.CHAR(2)),
    sa.Column("latitude", sa.Numeric(9, 6)),
    sa.Column("longitude", sa.Numeric(9, 6)),
    sa.Column("capacity", sa.Integer),
    sa.Column("directions", sa.Text),
    sa.Column("website_url", sa.String(500)),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.CheckConstraint("capacity >= 0", name="capacity"),
    sa.CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
    sa.CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    sa.Index(None, "city"),
    **MYSQL,
)

sa.Table(
    "events",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("category_id", sa.BigInteger),
    sa.Column("venue_id", sa.BigInteger),
    sa.Column("organiser_id", sa.BigInteger, info=MEMBER),
    sa.Column("organiser_name", sa.String(255)),
    sa.Column("organiser_email", sa.String(255)),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("summary", sa.Text),
    sa.Column("description", LONG_TEXT),
    sa.Column("image_url", sa.String(500)),
    sa.Column("status", sa.String(20), nullable=False, server_default="draft"),
    sa.Column("visibility", sa.String(20), nullable=False, server_default="public"),
    sa.Column("attendance_mode", sa.String(20), nullable=False, server_default="in_person"),
    sa.Column("online_url", sa.String(500)),
    sa.Column("starts_at", sa.DateTime, nullable=False),
    sa.Column("ends_at", sa.DateTime, nullable=False),
    sa.Column("timezone", sa.String(64), nullable=False, server_default="UTC"),
    sa.Column("is_all_day", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("recurrence_rule", sa.String(255)),
    sa.Column("capacity", sa.Integer),
    sa.Column("has_waiting_list", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("rsvp_opens_at", sa.DateTime),
    sa.Column("rsvp_closes_at", sa.DateTime),
    sa.Column("published_at", sa.DateTime),
    sa.Column("cancelled_at", sa.DateTime),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.ForeignKeyConstraint(["category_id"], ["event_categories.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["venue_id"], ["events_venues.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("slug"),
    sa.CheckConstraint("ends_at >= starts_at", name="ends_at"),
    sa.CheckConstraint("capacity >= 0", name="capacity"),
    sa.Index(None, "category_id"),
    sa.Index(None, "venue_id"),
    sa.Index(None, "organiser_id"),
    sa.Index(None, "starts_at"),
    sa.Index(None, "status", "starts_at"),
    **MYSQL,
)

sa.Table(
    "events_ticket_types",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("event_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("price", MONEY, nullable=False, server_default=ZERO),
    sa.Column("currency", CURRENCY, nullable=False, server_default="EUR"),
    sa.Column("quantity", sa.Integer),
    sa.Column("maximum_per_rsvp", sa.Integer, nullable=False, server_default=sa.text("10")),
    sa.Column("sales_start_at", sa.DateTime),
    sa.Column("sales_end_at", sa.DateTime),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
    sa.CheckConstraint("price >= 0", name="price"),
    sa.CheckConstraint("quantity >= 0", name="quantity"),
    sa.Index(None, "event_id", "position"),
    **MYSQL,
)

sa.Table(
    "event_rsvps",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("event_id", sa.BigInteger, nullable=False),
    sa.Column("ticket_type_id", sa.BigInteger),
    sa.Column("member_id", sa.BigInteger, info=MEMBER),
    sa.Column("order_id", sa.BigInteger, info=ORDER),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("email", sa.String(255), nullable=False),
    sa.Column("phone", sa.String(50)),
    sa.Column("status", sa.String(20), nullable=False, server_default="going"),
    sa.Column("party_size", sa.Integer, nullable=False, server_default=ONE),
    sa.Column("total", MONEY, nullable=False, server_default=ZERO),
    sa.Column("currency", CURRENCY, nullable=False, server_default="EUR"),
    sa.Column("check_in_code", sa.String(64), nullable=False),
    sa.Column("answers", sa.JSON),
    sa.Column("note", sa.Text),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("cancelled_at", sa.DateTime),
    sa.Column("checked_in_at", sa.DateTime),
    sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["ticket_type_id"], ["events_ticket_types.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("event_id", "email"),
    sa.UniqueConstraint("check_in_code"),
    sa.CheckConstraint("party_size > 0", name="party_size"),
    sa.CheckConstraint("total >= 0", name="total"),
    sa.Index(None, "event_id", "status"),
    sa.Index(None, "ticket_type_id"),
    sa.Index(None, "member_id"),
    sa.Index(None, "order_id"),
    sa.Index(None, "email"),
    **MYSQL,
)
