"""Create user_access_login_attempts."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "user_access_0009"
down_revision = "user_access_0008"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "user_access_login_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("ip_address", sa.String(45)),
        sa.Column("user_agent", sa.String(500)),
        sa.Column("attempted_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="user_access_login_attempts_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["website_users.id"], ondelete="SET NULL", name="user_access_login_attempts_user_id_fkey"
        ),
        sa.Index("user_access_login_attempts_email_attempted_at_idx", "email", "attempted_at"),
        sa.Index("user_access_login_attempts_ip_address_attempted_at_idx", "ip_address", "attempted_at"),
        sa.Index("user_access_login_attempts_user_id_attempted_at_idx", "user_id", "attempted_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("user_access_login_attempts")
