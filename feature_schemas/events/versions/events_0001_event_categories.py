"""Create event_categories."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "events_0001"
down_revision: str | None = None
branch_labels = ("events",)
depends_on = ("core_0002",)


def upgrade(op: Operations) -> None:
    op.create_table(
        "event_categories",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(190), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("colour", sa.String(20)),
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="event_categories_pkey"),
        sa.UniqueConstraint("slug", name="event_categories_slug_key"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("event_categories")
