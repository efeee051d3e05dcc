"""Create booking_availability."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "booking_0004"
down_revision = "booking_0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "booking_availability",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("resource_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("starts_minute", sa.Integer(), nullable=False),
        sa.Column("ends_minute", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="booking_availability_pkey"),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["booking_resources.id"], ondelete="CASCADE", name="booking_availability_resource_id_fkey"
        ),
        sa.CheckConstraint(
            "starts_minute >= 0 AND starts_minute < ends_minute AND ends_minute <= 1440",
            name="booking_availability_minutes_check",
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="booking_availability_weekday_check"),
        sa.Index("booking_availability_resource_id_weekday_idx", "resource_id", "weekday"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("booking_availability")
