"""Create booking_services."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "booking_0001"
down_revision: str | None = None
branch_labels = ("booking",)
depends_on = ("core_0002",)


def upgrade(op: Operations) -> None:
    op.create_table(
        "booking_services",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(190), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("buffer_after_minutes", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("price", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("deposit", sa.Numeric(12, 2)),
        sa.Column("currency", sa.CHAR(3), nullable=False, server_default="EUR"),
        sa.Column("capacity", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("location", sa.String(255)),
        sa.Column("colour", sa.String(20)),
        sa.Column("minimum_notice_minutes", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("cancellation_notice_minutes", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("maximum_days_ahead", sa.Integer()),
        sa.Column("requires_confirmation", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="booking_services_pkey"),
        sa.UniqueConstraint("slug", name="booking_services_slug_key"),
        sa.CheckConstraint("capacity > 0", name="booking_services_capacity_check"),
        sa.CheckConstraint("duration_minutes > 0", name="booking_services_duration_minutes_check"),
        sa.CheckConstraint("price >= 0", name="booking_services_price_check"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("booking_services")
