"""Create console_operations."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "console_0001"
down_revision: str | None = None
branch_labels = ("console",)
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "console_operations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("tenant", sa.String(190), nullable=False),
        sa.Column("target", sa.String(190), nullable=False),
        sa.Column("database_name", sa.String(190)),
        sa.Column("server", sa.String(190)),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("step", sa.String(60)),
        sa.Column("epoch", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("owner", sa.String(190)),
        sa.Column("heartbeat_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")),
        sa.Column("plan", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("evidence", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("error", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("created_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("finished_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")),
        sa.Column(
            "live_target",
            sa.String(190),
            sa.Computed("CASE WHEN state IN ('done', 'abandoned') THEN NULL ELSE target END", persisted=True),
        ),
        sa.PrimaryKeyConstraint("id", name="console_operations_pkey"),
        sa.UniqueConstraint("live_target", name="console_operations_live_target_key"),
        sa.Index("console_operations_tenant_id_idx", "tenant", "id"),
        sa.Index("console_operations_state_idx", "state"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("console_operations")
