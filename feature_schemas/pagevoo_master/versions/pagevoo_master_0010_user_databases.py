"""Create user_databases."""

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "pagevoo_master_0010"
down_revision = "pagevoo_master_0009"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

WITHOUT_ENUM: Any = ("postgresql", "sqlite")


def upgrade(op: Operations) -> None:
    op.create_table(
        "user_databases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("website_id", sa.BigInteger()),
        sa.Column("database_name", sa.String(190)),
        sa.Column("server", sa.String(190)),
        sa.Column(
            "status",
            sa.String(20).with_variant(mysql.ENUM("active", "deleted"), "mysql", "mariadb"),
            nullable=False,
            server_default="active",
        ),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("deleted_at", sa.DateTime()),
        sa.Column(
            "live_user",
            sa.BigInteger(),
            sa.Computed("CASE WHEN status = 'deleted' THEN NULL ELSE user_id END", persisted=True),
        ),
        sa.PrimaryKeyConstraint("id", name="user_databases_pkey"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="user_databases_user_id_fkey"),
        sa.ForeignKeyConstraint(
            ["website_id"], ["user_websites.id"], ondelete="SET NULL", name="user_databases_website_id_fkey"
        ),
        sa.UniqueConstraint("live_user", name="user_databases_live_user"),
        sa.CheckConstraint("status IN ('active', 'deleted')", name="user_databases_status_check").ddl_if(
            dialect=WITHOUT_ENUM
        ),
        sa.Index("user_databases_user_id_idx", "user_id"),
        sa.Index("user_databases_website_id_idx", "website_id"),
        sa.Index("user_databases_database_name_idx", "database_name"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("user_databases")
