"""Create events_ticket_types."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "events_0004"
down_revision = "events_0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "events_ticket_types",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("price", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("currency", sa.CHAR(3), nullable=False, server_default="EUR"),
        sa.Column("quantity", sa.Integer()),
        sa.Column("maximum_per_rsvp", sa.Integer(), nullable=False, server_default=sa.text("10")),
        sa.Column("sales_start_at", sa.DateTime()),
        sa.Column("sales_end_at", sa.DateTime()),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="events_ticket_types_pkey"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], ondelete="CASCADE", name="events_ticket_types_event_id_fkey"
        ),
        sa.CheckConstraint("price >= 0", name="events_ticket_types_price_check"),
        sa.CheckConstraint("quantity >= 0", name="events_ticket_types_quantity_check"),
        sa.Index("events_ticket_types_event_id_position_idx", "event_id", "position"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("events_ticket_types")
