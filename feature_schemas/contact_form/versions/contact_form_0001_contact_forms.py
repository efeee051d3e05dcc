"""Create contact_forms."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "contact_form_0001"
down_revision: str | None = None
branch_labels = ("contact_form",)
depends_on = ("core_0002",)


def upgrade(op: Operations) -> None:
    op.create_table(
        "contact_forms",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("slug", sa.String(190), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("fields", sa.JSON()),
        sa.Column("recipient_email", sa.String(255)),
        sa.Column("success_message", sa.Text()),
        sa.Column("redirect_url", sa.String(500)),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="contact_forms_pkey"),
        sa.UniqueConstraint("slug", name="contact_forms_slug_key"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("contact_forms")
