"""Forms, what visitors sent, and the support tickets made of it.

A submission keeps what was typed as JSON, since a form may change its fields, and copies out what every form asks for.
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

sa.Table(
    "contact_forms",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("fields", sa.JSON),
    sa.Column("recipient_email", sa.String(255)),
    sa.Column("success_message", sa.Text),
    sa.Column("redirect_url", sa.String(500)),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.UniqueConstraint("slug"),
    **MYSQL,
)

sa.Table(
    "form_submissions",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("form_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(255)),
    sa.Column("email", sa.String(255)),
    sa.Column("phone", sa.String(50)),
    sa.Column("subject", sa.String(255)),
    sa.Column("message", LONG_TEXT),
    sa.Column("data", sa.JSON),
    sa.Column("status", sa.String(20), nullable=False, server_default="new"),
    sa.Column("ip_address", sa.String(45)),
    sa.Column("user_agent", sa.String(500)),
    sa.Column("referrer", sa.String(500)),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("read_at", sa.DateTime),
    sa.ForeignKeyConstraint(["form_id"], ["contact_forms.id"], ondelete="CASCADE"),
    sa.Index(None, "form_id", "created_at"),
    sa.Index(None, "status", "created_at"),
    sa.Index(None, "email"),
    **MYSQL,
)

sa.Table(
    "support_tickets",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("submission_id", sa.BigInteger),
    sa.Column("ticket_number", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("description", LONG_TEXT),
    sa.Column("requester_name", sa.String(255)),
    sa.Column("requester_email", sa.String(255), nullable=False),
    sa.Column("status", sa.String(20), nullable=False, server_default="open"),
    sa.Column("priority", sa.String(20), nullable=False, server_default="normal"),
    sa.Column("assigned_to", sa.String(255)),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("first_reply_at", sa.DateTime),
    sa.Column("resolved_at", sa.DateTime),
    sa.ForeignKeyConstraint(["submission_id"], ["form_submissions.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("ticket_number"),
    sa.Index(None, "submission_id"),
    sa.Index(None, "status", "created_at"),
    sa.Index(None, "requester_email"),
    **MYSQL,
)

sa.Table(
    "contact_form_ticket_messages",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("ticket_id", sa.BigInteger, nullable=False),
    sa.Column("author_name", sa.String(255)),
    sa.Column("author_email", sa.String(255)),
    sa.Column("is_staff", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("is_internal", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("message", LONG_TEXT, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["ticket_id"], ["support_tickets.id"], ondelete="CASCADE"),
    sa.Index(None, "ticket_id", "created_at"),
    **MYSQL,
)
