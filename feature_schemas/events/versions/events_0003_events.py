"""Create events."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "events_0003"
down_revision = "events_0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("category_id", sa.BigInteger()),
        sa.Column("venue_id", sa.BigInteger()),
        sa.Column("organiser_id", sa.BigInteger()),
        sa.Column("organiser_name", sa.String(255)),
        sa.Column("organiser_email", sa.String(255)),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(190), nullable=False),
        sa.Column("summary", sa.Text()),
        sa.Column("description", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("image_url", sa.String(500)),
        sa.Column("status", sa.String(20), nullable=False, server_default="draft"),
        sa.Column("visibility", sa.String(20), nullable=False, server_default="public"),
        sa.Column("attendance_mode", sa.String(20), nullable=False, server_default="in_person"),
        sa.Column("online_url", sa.String(500)),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False, server_default="UTC"),
        sa.Column("is_all_day", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("recurrence_rule", sa.String(255)),
        sa.Column("capacity", sa.Integer()),
        sa.Column("has_waiting_list", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("rsvp_opens_at", sa.DateTime()),
        sa.Column("rsvp_closes_at", sa.DateTime()),
        sa.Column("published_at", sa.DateTime()),
        sa.Column("cancelled_at", sa.DateTime()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="events_pkey"),
        sa.ForeignKeyConstraint(
            ["category_id"], ["event_categories.id"], ondelete="SET NULL", name="events_category_id_fkey"
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["events_venues.id"], ondelete="SET NULL", name="events_venue_id_fkey"),
        sa.UniqueConstraint("slug", name="events_slug_key"),
        sa.CheckConstraint("capacity >= 0", name="events_capacity_check"),
        sa.CheckConstraint("ends_at >= starts_at", name="events_ends_at_check"),
        sa.Index("events_category_id_idx", "category_id"),
        sa.Index("events_organiser_id_idx", "organiser_id"),
        sa.Index("events_starts_at_idx", "starts_at"),
        sa.Index("events_status_starts_at_idx", "status", "starts_at"),
        sa.Index("events_venue_id_idx", "venue_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("events")
