"""The bookkeeping of a website's database. Written by the platform too: what it may leave out has a default."""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_ci"}
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOW = sa.text("CURRENT_TIMESTAMP")

sa.Table(
    "installed_features",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("feature_type", sa.String(190), nullable=False),
    sa.Column("configuration", sa.JSON),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("installed_at", sa.DateTime, server_default=NOW),
    sa.UniqueConstraint("feature_type"),
    **MYSQL,
)

sa.Table(
    "feature_settings",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("feature_type", sa.String(190), nullable=False),
    sa.Column("setting_key", sa.String(190), nullable=False),
    sa.Column("setting_value", sa.JSON),
    sa.Column("created_at", sa.DateTime, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.UniqueConstraint("feature_type", "setting_key"),
    **MYSQL,
)
