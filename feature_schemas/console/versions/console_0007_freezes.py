"""Create console_freezes."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "console_0007"
down_revision = "console_0006"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "console_freezes",
        sa.Column("tenant", sa.String(190), nullable=False),
        sa.Column("generation", sa.String(190), nullable=False),
        sa.Column("frozen_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("actor", sa.String(190), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "generation", name="console_freezes_pkey"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("console_freezes")
