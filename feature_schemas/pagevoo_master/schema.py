"""Pagevoo's master tables. The platform's own code writes them, so nothing but keys and the status constrains a row.

A column marked optional is one that the console does without where it adopts a master that somebody else made.
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

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_ci"}
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
NOW = sa.text("CURRENT_TIMESTAMP")
ZERO = sa.text("0")
OPTIONAL = {"optional": True}
WITHOUT_ENUM: Any = ("postgresql", "sqlite")
STATUS = sa.String(20).with_variant(mysql.ENUM("active", "deleted"), "mysql", "mariadb")

sa.Table(
    "users",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(255)),
    sa.Column("email", sa.String(255)),
    sa.Column("email_verified_at", sa.DateTime, info=OPTIONAL),
    sa.Column("password", sa.String(255), info=OPTIONAL),
    sa.Column("remember_token", sa.String(100), info=OPTIONAL),
    sa.Column("tier", sa.String(50), server_default="trial"),
    sa.Column("created_at", sa.DateTime, server_default=NOW),
    sa.Column("updated_at", sa.DateTime, info=OPTIONAL),
    sa.Index(None, "email"),
    sa.Index(None, "tier"),
    **MYSQL,
)

sa.Table(
    "templates",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("user_id", sa.BigInteger, info=OPTIONAL),
    sa.Column("name", sa.String(255), info=OPTIONAL),
    sa.Column("slug", sa.String(190), info=OPTIONAL),
    sa.Column("description", sa.Text, info=OPTIONAL),
    sa.Column("category", sa.String(100), info=OPTIONAL),
    sa.Column("tier", sa.String(50), info=OPTIONAL),
    sa.Column("preview_image", sa.String(500), info=OPTIONAL),
    sa.Column("is_active", sa.Boolean, server_default=sa.true(), info=OPTIONAL),
    sa.Column("created_at", sa.DateTime, server_default=NOW, info=OPTIONAL),
    sa.Column("updated_at", sa.DateTime, info=OPTIONAL),
    sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
    sa.Index(None, "user_id"),
    sa.Index(None, "slug"),
    **MYSQL,
)

sa.Table(
    "template_pages",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("template_id", sa.BigInteger, info=OPTIONAL),
    sa.Column("name", sa.String(255), info=OPTIONAL),
    sa.Column("slug", sa.String(190), info=OPTIONAL),
    sa.Column("is_homepage", sa.Boolean, server_default=sa.false(), info=OPTIONAL),
    sa.Column("position", sa.Integer, server_default=ZERO, info=OPTIONAL),
    sa.Column("created_at", sa.DateTime, server_default=NOW, info=OPTIONAL),
    sa.Column("updated_at", sa.DateTime, info=OPTIONAL),
    sa.ForeignKeyConstraint(["template_id"], ["templates.id"], ondelete="CASCADE"),
    sa.Index(None, "template_id", "position"),
    **MYSQL,
)

sa.Table(
    "template_sections",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("template_page_id", sa.BigInteger, info=OPTIONAL),
    sa.Column("name", sa.String(255), info=OPTIONAL),
    sa.Column("type", sa.String(100), info=OPTIONAL),
    sa.Column("content", sa.JSON, info=OPTIONAL),
    sa.Column("css", LONG_TEXT, info=OPTIONAL),
    sa.Column("position", sa.Integer, server_default=ZERO, info=OPTIONAL),
    sa.Column("created_at", sa.DateTime, server_default=NOW, info=OPTIONAL),
    sa.Column("updated_at", sa.DateTime, info=OPTIONAL),
    sa.ForeignKeyConstraint(["template_page_id"], ["template_pages.id"], ondelete="CASCADE"),
    sa.Index(None, "template_page_id", "position"),
    **MYSQL,
)

sa.Table(
    "user_websites",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("user_id", sa.BigInteger),
    sa.Column("template_id", sa.BigInteger, info=OPTIONAL),
    sa.Column("name", sa.String(255)),
    sa.Column("domain", sa.String(255)),
    sa.Column("is_published", sa.Boolean, server_default=sa.false()),
    sa.Column("published_at", sa.DateTime, info=OPTIONAL),
    sa.Column("created_at", sa.DateTime, server_default=NOW),
    sa.Column("updated_at", sa.DateTime, info=OPTIONAL),
    sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
    sa.ForeignKeyConstraint(["template_id"], ["templates.id"], ondelete="SET NULL"),
    sa.Index(None, "user_id"),
    sa.Index(None, "template_id"),
    sa.Index(None, "domain"),
    **MYSQL,
)

sa.Table(
    "user_pages",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("website_id", sa.BigInteger, info=OPTIONAL),
    sa.Column("name", sa.String(255), info=OPTIONAL),
    sa.Column("slug", sa.String(190), info=OPTIONAL),
    sa.Column("meta_title", sa.String(255), info=OPTIONAL),
    sa.Column("meta_description", sa.Text, info=OPTIONAL),
    sa.Column("is_homepage", sa.Boolean, server_default=sa.false(), info=OPTIONAL),
    sa.Column("position", sa.Integer, server_default=ZERO, info=OPTIONAL),
    sa.Column("created_at", sa.DateTime, server_default=NOW, info=OPTIONAL),
    sa.Column("updated_at", sa.DateTime, info=OPTIONAL),
    sa.ForeignKeyConstraint(["website_id"], ["user_websites.id"], ondelete="CASCADE"),
    sa.Index(None, "website_id", "position"),
    **MYSQL,
)

sa.Table(
    "user_sections",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("user_page_id", sa.BigInteger, info=OPTIONAL),
    sa.Column("name", sa.String(255), info=OPTIONAL),
    sa.Column("type", sa.String(100), info=OPTIONAL),
    sa.Column("content", sa.JSON, info=OPTIONAL),
    sa.Column("css", LONG_TEXT, info=OPTIONAL),
    sa.Column("position", sa.Integer, server_default=ZERO, info=OPTIONAL),
    sa.Column("created_at", sa.DateTime, server_default=NOW, info=OPTIONAL),
    sa.Column("updated_at", sa.DateTime, info=OPTIONAL),
    sa.ForeignKeyConstraint(["user_page_id"], ["user_pages.id"], ondelete="CASCADE"),
    sa.Index(None, "user_page_id", "position"),
    **MYSQL,
)

sa.Table(
    "tier_permissions",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("tier", sa.String(50), info=OPTIONAL),
    sa.Column("permission", sa.String(100), info=OPTIONAL),
    sa.Column("is_allowed", sa.Boolean, server_default=sa.true(), info=OPTIONAL),
    sa.Column("limit_value", sa.BigInteger, info=OPTIONAL),
    sa.Column("created_at", sa.DateTime, server_default=NOW, info=OPTIONAL),
    sa.Column("updated_at", sa.DateTime, info=OPTIONAL),
    sa.UniqueConstraint("tier", "permission"),
    **MYSQL,
)

sa.Table(
    "settings",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("setting_key", sa.String(190), info=OPTIONAL),
    sa.Column("setting_value", LONG_TEXT, info=OPTIONAL),
    sa.Column("created_at", sa.DateTime, server_default=NOW, info=OPTIONAL),
    sa.Column("updated_at", sa.DateTime, info=OPTIONAL),
    sa.UniqueConstraint("setting_key"),
    **MYSQL,
)

# Deleted rows are kept for audit, so a user with one stays; a website may go. `live_user` is Pagevoo rule 1 as a key:
# MySQL has no partial unique index, and a plain UNIQUE (user_id, status) would forbid a second deletion.
sa.Table(
    "user_databases",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("user_id", sa.BigInteger),
    sa.Column("website_id", sa.BigInteger),
    sa.Column("database_name", sa.String(190)),
    sa.Column("server", sa.String(190), info=OPTIONAL),
    sa.Column("status", STATUS, nullable=False, server_default="active"),
    sa.Column("created_at", sa.DateTime, server_default=NOW),
    sa.Column("deleted_at", sa.DateTime),
    sa.Column(
        "live_user",
        sa.BigInteger,
        sa.Computed("CASE WHEN status = 'deleted' THEN NULL ELSE user_id END", persisted=True),
        info=OPTIONAL,
    ),
    sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
    sa.ForeignKeyConstraint(["website_id"], ["user_websites.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("live_user", name="user_databases_live_user"),
    sa.CheckConstraint("status IN ('active', 'deleted')", name="status").ddl_if(dialect=WITHOUT_ENUM),
    sa.Index(None, "user_id"),
    sa.Index(None, "website_id"),
    sa.Index(None, "database_name"),
    **MYSQL,
)
