"""Create booking_exceptions."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "booking_0005"
down_revision = "booking_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "booking_exceptions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("resource_id", sa.BigInteger()),
        sa.Column("is_available", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(255)),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="booking_exceptions_pkey"),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["booking_resources.id"], ondelete="CASCADE", name="booking_exceptions_resource_id_fkey"
        ),
        sa.CheckConstraint("ends_at > starts_at", name="booking_exceptions_ends_at_check"),
        sa.Index("booking_exceptions_resource_id_starts_at_idx", "resource_id", "starts_at"),
        sa.Index("booking_exceptions_starts_at_idx", "starts_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("booking_exceptions")
