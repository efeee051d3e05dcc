"""The console's own tables in a master database.

Compared byte by byte on MySQL too (`utf8mb4_bin`): two tenants whose ids differ in case are two tenants. Times are UTC.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
NAME = sa.String(190)

sa.Table(
    "console_operations",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("tenant", NAME, nullable=False),
    sa.Column("target", NAME, nullable=False),
    sa.Column("database_name", NAME),
    sa.Column("server", NAME),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("step", sa.String(60)),
    sa.Column("epoch", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("owner", NAME),
    sa.Column("heartbeat_at", MOMENT),
    sa.Column("plan", LONG_TEXT),
    sa.Column("evidence", LONG_TEXT),
    sa.Column("error", LONG_TEXT),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("finished_at", MOMENT),
    sa.Column(
        "live_target",
        NAME,
        sa.Computed("CASE WHEN state IN ('done', 'abandoned') THEN NULL ELSE target END", persisted=True),
    ),
    sa.UniqueConstraint("live_target"),
    sa.Index(None, "tenant", "id"),
    sa.Index(None, "state"),
    **MYSQL,
)

sa.Table(
    "console_audit_events",
    metadata,
    sa.Column("seq", ID, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(30), nullable=False),
    sa.Column("actor", NAME, nullable=False),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("tenant", NAME),
    sa.Column("database_name", NAME),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("operation", sa.BigInteger),
    sa.Column("before_state", LONG_TEXT),
    sa.Column("after_state", LONG_TEXT),
    sa.Column("detail", LONG_TEXT),
    sa.Column("version", sa.String(40)),
    sa.Column("previous_hash", sa.CHAR(64), nullable=False),
    sa.Column("hash", sa.CHAR(64), nullable=False),
    sa.Index(None, "tenant", "seq"),
    sa.Index(None, "action", "seq"),
    **MYSQL,
)

sa.Table(
    "console_audit_head",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.CHAR(64), nullable=False),
    sa.CheckConstraint("id = 1", name="single_row"),
    **MYSQL,
)

sa.Table(
    "console_backups",
    metadata,
    sa.Column("id", NAME, primary_key=True),
    sa.Column("tenant", NAME, nullable=False),
    sa.Column("database_name", NAME, nullable=False),
    sa.Column("generation", NAME),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("sha256", sa.CHAR(64)),
    sa.Column("encrypted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("verified_at", MOMENT),
    sa.Column("manifest", LONG_TEXT),
    sa.Index(None, "tenant", "created_at"),
    **MYSQL,
)

sa.Table(
    "console_usage_samples",
    metadata,
    sa.Column("tenant", NAME, primary_key=True),
    sa.Column("generation", NAME, primary_key=True),
    sa.Column("quota", sa.String(60), primary_key=True),
    sa.Column("sampled_on", sa.Date, primary_key=True),
    sa.Column("sampled_at", MOMENT, nullable=False),
    sa.Column("used", sa.BigInteger, nullable=False),
    sa.Column("limit_value", sa.BigInteger),
    sa.Column("exact", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Index(None, "sampled_on"),
    **MYSQL,
)

sa.Table(
    "console_quota_alerts",
    metadata,
    sa.Column("tenant", NAME, primary_key=True),
    sa.Column("generation", NAME, primary_key=True),
    sa.Column("quota", sa.String(60), primary_key=True),
    sa.Column("threshold", sa.SmallInteger, nullable=False),
    sa.Column("used", sa.BigInteger, nullable=False),
    sa.Column("limit_value", sa.BigInteger, nullable=False),
    sa.Column("raised_at", MOMENT, nullable=False),
    **MYSQL,
)

sa.Table(
    "console_freezes",
    metadata,
    sa.Column("tenant", NAME, primary_key=True),
    sa.Column("generation", NAME, primary_key=True),
    sa.Column("frozen_at", MOMENT, nullable=False),
    sa.Column("actor", NAME, nullable=False),
    sa.Column("reason", sa.String(20), nullable=False),
    **MYSQL,
)
