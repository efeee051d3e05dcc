"""Create form_submissions."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "contact_form_0002"
down_revision = "contact_form_0001"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "form_submissions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("form_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("email", sa.String(255)),
        sa.Column("phone", sa.String(50)),
        sa.Column("subject", sa.String(255)),
        sa.Column("message", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("data", sa.JSON()),
        sa.Column("status", sa.String(20), nullable=False, server_default="new"),
        sa.Column("ip_address", sa.String(45)),
        sa.Column("user_agent", sa.String(500)),
        sa.Column("referrer", sa.String(500)),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("read_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="form_submissions_pkey"),
        sa.ForeignKeyConstraint(
            ["form_id"], ["contact_forms.id"], ondelete="CASCADE", name="form_submissions_form_id_fkey"
        ),
        sa.Index("form_submissions_form_id_created_at_idx", "form_id", "created_at"),
        sa.Index("form_submissions_email_idx", "email"),
        sa.Index("form_submissions_status_created_at_idx", "status", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("form_submissions")
