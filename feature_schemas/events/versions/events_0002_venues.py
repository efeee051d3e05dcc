"""Create events_venues."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "events_0002"
down_revision = "events_0001"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "events_venues",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("address", sa.String(255)),
        sa.Column("postcode", sa.String(20)),
        sa.Column("city", sa.String(255)),
        sa.Column("country", sa.CHAR(2)),
        sa.Column("latitude", sa.Numeric(9, 6)),
        sa.Column("longitude", sa.Numeric(9, 6)),
        sa.Column("capacity", sa.Integer()),
        sa.Column("directions", sa.Text()),
        sa.Column("website_url", sa.String(500)),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="events_venues_pkey"),
        sa.CheckConstraint("capacity >= 0", name="events_venues_capacity_check"),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name="events_venues_latitude_check"),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name="events_venues_longitude_check"),
        sa.Index("events_venues_city_idx", "city"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("events_venues")
