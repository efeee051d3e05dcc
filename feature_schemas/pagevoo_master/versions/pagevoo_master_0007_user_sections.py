"""Create user_sections."""

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

revision = "pagevoo_master_0007"
down_revision = "pagevoo_master_0006"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "user_sections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("user_page_id", sa.BigInteger()),
        sa.Column("name", sa.String(255)),
        sa.Column("type", sa.String(100)),
        sa.Column("content", sa.JSON()),
        sa.Column("css", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.Column("position", sa.Integer(), server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="user_sections_pkey"),
        sa.ForeignKeyConstraint(
            ["user_page_id"], ["user_pages.id"], ondelete="CASCADE", name="user_sections_user_page_id_fkey"
        ),
        sa.Index("user_sections_user_page_id_position_idx", "user_page_id", "position"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("user_sections")
