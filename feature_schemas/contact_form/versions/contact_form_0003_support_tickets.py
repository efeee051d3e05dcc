"""Create support_tickets."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "contact_form_0003"
down_revision = "contact_form_0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "support_tickets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("submission_id", sa.BigInteger()),
        sa.Column("ticket_number", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("description", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("requester_name", sa.String(255)),
        sa.Column("requester_email", sa.String(255), nullable=False),
        sa.Column("status", sa.String(20), nullable=False, server_default="open"),
        sa.Column("priority", sa.String(20), nullable=False, server_default="normal"),
        sa.Column("assigned_to", sa.String(255)),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("first_reply_at", sa.DateTime()),
        sa.Column("resolved_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="support_tickets_pkey"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["form_submissions.id"], ondelete="SET NULL", name="support_tickets_submission_id_fkey"
        ),
        sa.UniqueConstraint("ticket_number", name="support_tickets_ticket_number_key"),
        sa.Index("support_tickets_submission_id_idx", "submission_id"),
        sa.Index("support_tickets_requester_email_idx", "requester_email"),
        sa.Index("support_tickets_status_created_at_idx", "status", "created_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("support_tickets")
