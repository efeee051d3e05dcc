"""Create console_usage_samples."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "console_0005"
down_revision = "console_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "console_usage_samples",
        sa.Column("tenant", sa.String(190), nullable=False),
        sa.Column("generation", sa.String(190), nullable=False),
        sa.Column("quota", sa.String(60), nullable=False),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column("sampled_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("limit_value", sa.BigInteger()),
        sa.Column("exact", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.PrimaryKeyConstraint("tenant", "generation", "quota", "sampled_on", name="console_usage_samples_pkey"),
        sa.Index("console_usage_samples_sampled_on_idx", "sampled_on"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("console_usage_samples")
