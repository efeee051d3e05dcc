"""Create event_rsvps."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "events_0005"
down_revision = "events_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "event_rsvps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_type_id", sa.BigInteger()),
        sa.Column("member_id", sa.BigInteger()),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("phone", sa.String(50)),
        sa.Column("status", sa.String(20), nullable=False, server_default="going"),
        sa.Column("party_size", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("total", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("currency", sa.CHAR(3), nullable=False, server_default="EUR"),
        sa.Column("check_in_code", sa.String(64), nullable=False),
        sa.Column("answers", sa.JSON()),
        sa.Column("note", sa.Text()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("cancelled_at", sa.DateTime()),
        sa.Column("checked_in_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="event_rsvps_pkey"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE", name="event_rsvps_event_id_fkey"),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"], ["events_ticket_types.id"], ondelete="SET NULL", name="event_rsvps_ticket_type_id_fkey"
        ),
        sa.UniqueConstraint("check_in_code", name="event_rsvps_check_in_code_key"),
        sa.UniqueConstraint("event_id", "email", name="event_rsvps_event_id_email_key"),
        sa.CheckConstraint("party_size > 0", name="event_rsvps_party_size_check"),
        sa.CheckConstraint("total >= 0", name="event_rsvps_total_check"),
        sa.Index("event_rsvps_email_idx", "email"),
        sa.Index("event_rsvps_event_id_status_idx", "event_id", "status"),
        sa.Index("event_rsvps_member_id_idx", "member_id"),
        sa.Index("event_rsvps_order_id_idx", "order_id"),
        sa.Index("event_rsvps_ticket_type_id_idx", "ticket_type_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("event_rsvps")
