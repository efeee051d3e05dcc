"""Create booking_service_resources."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "booking_0003"
down_revision = "booking_0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "booking_service_resources",
        sa.Column("service_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("resource_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("price", sa.Numeric(12, 2)),
        sa.PrimaryKeyConstraint("service_id", "resource_id", name="booking_service_resources_pkey"),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["booking_services.id"],
            ondelete="CASCADE",
            name="booking_service_resources_service_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["booking_resources.id"],
            ondelete="CASCADE",
            name="booking_service_resources_resource_id_fkey",
        ),
        sa.CheckConstraint("price >= 0", name="booking_service_resources_price_check"),
        sa.Index("booking_service_resources_resource_id_idx", "resource_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("booking_service_resources")
