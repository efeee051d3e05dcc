"""The members of a website: who they are, what they may do, and how they log in. Not the platform's customers.

Addresses and user names are written in lower case, since not every engine compares them without regard to it. Of tokens
there are hashes alone, and of passwords the platform's own hash with its salt inside.
"""

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
ZERO = sa.text("0")

sa.Table(
    "website_users",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("email", sa.String(255), nullable=False),
    sa.Column("username", sa.String(100)),
    sa.Column("display_name", sa.String(255)),
    sa.Column("first_name", sa.String(255)),
    sa.Column("last_name", sa.String(255)),
    sa.Column("password_hash", sa.String(255)),
    sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
    sa.Column("phone", sa.String(50)),
    sa.Column("avatar_url", sa.String(500)),
    sa.Column("bio", sa.Text),
    sa.Column("locale", sa.String(20)),
    sa.Column("timezone", sa.String(64), nullable=False, server_default="UTC"),
    sa.Column("profile", sa.JSON),
    sa.Column("accepts_marketing", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("terms_accepted_at", sa.DateTime),
    sa.Column("email_verified_at", sa.DateTime),
    sa.Column("two_factor_secret", sa.String(255)),
    sa.Column("two_factor_enabled_at", sa.DateTime),
    sa.Column("failed_login_count", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("locked_until", sa.DateTime),
    sa.Column("last_login_at", sa.DateTime),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("closed_at", sa.DateTime),
    sa.UniqueConstraint("email"),
    sa.UniqueConstraint("username"),
    sa.CheckConstraint("failed_login_count >= 0", name="failed_login_count"),
    sa.Index(None, "status", "created_at"),
    sa.Index(None, "last_name"),
    **MYSQL,
)

sa.Table(
    "website_roles",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("is_default", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("is_system", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.UniqueConstraint("slug"),
    **MYSQL,
)

sa.Table(
    "website_permissions",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(190), nullable=False),
    sa.Column("title", sa.String(255)),
    sa.Column("group_name", sa.String(100)),
    sa.Column("description", sa.Text),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.UniqueConstraint("name"),
    sa.Index(None, "group_name"),
    **MYSQL,
)

sa.Table(
    "user_access_role_permissions",
    metadata,
    sa.Column("role_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("permission_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.ForeignKeyConstraint(["role_id"], ["website_roles.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["permission_id"], ["website_permissions.id"], ondelete="CASCADE"),
    sa.Index(None, "permission_id"),
    **MYSQL,
)

sa.Table(
    "user_access_user_roles",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("role_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("granted_by", sa.BigInteger),
    sa.Column("granted_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("expires_at", sa.DateTime),
    sa.ForeignKeyConstraint(["user_id"], ["website_users.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["role_id"], ["website_roles.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["granted_by"], ["website_users.id"], ondelete="SET NULL"),
    sa.Index(None, "role_id"),
    sa.Index(None, "granted_by"),
    **MYSQL,
)

sa.Table(
    "user_access_identities",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("provider", sa.String(50), nullable=False),
    sa.Column("provider_user_id", sa.String(190), nullable=False),
    sa.Column("email", sa.String(255)),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("last_used_at", sa.DateTime),
    sa.ForeignKeyConstraint(["user_id"], ["website_users.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("provider", "provider_user_id"),
    sa.Index(None, "user_id"),
    **MYSQL,
)

sa.Table(
    "user_access_sessions",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("ip_address", sa.String(45)),
    sa.Column("user_agent", sa.String(500)),
    sa.Column("is_remembered", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("last_seen_at", sa.DateTime),
    sa.Column("expires_at", sa.DateTime, nullable=False),
    sa.Column("revoked_at", sa.DateTime),
    sa.ForeignKeyConstraint(["user_id"], ["website_users.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("token_hash"),
    sa.Index(None, "user_id", "expires_at"),
    sa.Index(None, "expires_at"),
    **MYSQL,
)

sa.Table(
    "user_access_password_resets",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("ip_address", sa.String(45)),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("expires_at", sa.DateTime, nullable=False),
    sa.Column("used_at", sa.DateTime),
    sa.ForeignKeyConstraint(["user_id"], ["website_users.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("token_hash"),
    sa.Index(None, "user_id"),
    sa.Index(None, "expires_at"),
    **MYSQL,
)

sa.Table(
    "user_access_login_attempts",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("user_id", sa.BigInteger),
    sa.Column("email", sa.String(255), nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("ip_address", sa.String(45)),
    sa.Column("user_agent", sa.String(500)),
    sa.Column("attempted_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["user_id"], ["website_users.id"], ondelete="SET NULL"),
    sa.Index(None, "user_id", "attempted_at"),
    sa.Index(None, "email", "attempted_at"),
    sa.Index(None, "ip_address", "attempted_at"),
    **MYSQL,
)
