"""Create console_backups."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "console_0004"
down_revision = "console_0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "console_backups",
        sa.Column("id", sa.String(190), nullable=False),
        sa.Column("tenant", sa.String(190), nullable=False),
        sa.Column("database_name", sa.String(190), nullable=False),
        sa.Column("generation", sa.String(190)),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("sha256", sa.CHAR(64)),
        sa.Column("encrypted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("verified_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")),
        sa.Column("manifest", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.PrimaryKeyConstraint("id", name="console_backups_pkey"),
        sa.Index("console_backups_tenant_created_at_idx", "tenant", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("console_backups")
