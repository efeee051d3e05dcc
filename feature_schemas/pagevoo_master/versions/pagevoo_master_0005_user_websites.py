"""Create user_websites."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "pagevoo_master_0005"
down_revision = "pagevoo_master_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "user_websites",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("template_id", sa.BigInteger()),
        sa.Column("name", sa.String(255)),
        sa.Column("domain", sa.String(255)),
        sa.Column("is_published", sa.Boolean(), server_default=sa.false()),
        sa.Column("published_at", sa.DateTime()),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="user_websites_pkey"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="user_websites_user_id_fkey"),
        sa.ForeignKeyConstraint(
            ["template_id"], ["templates.id"], ondelete="SET NULL", name="user_websites_template_id_fkey"
        ),
        sa.Index("user_websites_user_id_idx", "user_id"),
        sa.Index("user_websites_template_id_idx", "template_id"),
        sa.Index("user_websites_domain_idx", "domain"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("user_websites")
