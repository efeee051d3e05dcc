"""Create booking_reminders."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "booking_0007"
down_revision = "booking_0006"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "booking_reminders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False, server_default="email"),
        sa.Column("send_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime()),
        sa.Column("failure_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="booking_reminders_pkey"),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], ondelete="CASCADE", name="booking_reminders_booking_id_fkey"
        ),
        sa.UniqueConstraint(
            "booking_id", "channel", "send_at", name="booking_reminders_booking_id_channel_send_at_key"
        ),
        sa.Index("booking_reminders_sent_at_send_at_idx", "sent_at", "send_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("booking_reminders")
