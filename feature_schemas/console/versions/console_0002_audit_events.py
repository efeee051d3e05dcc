"""Create console_audit_events."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "console_0002"
down_revision = "console_0001"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "console_audit_events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=False),
        sa.Column("at", sa.String(30), nullable=False),
        sa.Column("actor", sa.String(190), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("tenant", sa.String(190)),
        sa.Column("database_name", sa.String(190)),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("operation", sa.BigInteger()),
        sa.Column("before_state", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("after_state", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("detail", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("version", sa.String(40)),
        sa.Column("previous_hash", sa.CHAR(64), nullable=False),
        sa.Column("hash", sa.CHAR(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="console_audit_events_pkey"),
        sa.Index("console_audit_events_action_seq_idx", "action", "seq"),
        sa.Index("console_audit_events_tenant_seq_idx", "tenant", "seq"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("console_audit_events")
