"""Create console_quota_alerts."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "console_0006"
down_revision = "console_0005"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "console_quota_alerts",
        sa.Column("tenant", sa.String(190), nullable=False),
        sa.Column("generation", sa.String(190), nullable=False),
        sa.Column("quota", sa.String(60), nullable=False),
        sa.Column("threshold", sa.SmallInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("limit_value", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "generation", "quota", name="console_quota_alerts_pkey"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("console_quota_alerts")
