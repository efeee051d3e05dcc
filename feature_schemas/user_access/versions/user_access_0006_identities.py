"""Create user_access_identities."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "user_access_0006"
down_revision = "user_access_0005"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "user_access_identities",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(50), nullable=False),
        sa.Column("provider_user_id", sa.String(190), nullable=False),
        sa.Column("email", sa.String(255)),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("last_used_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="user_access_identities_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["website_users.id"], ondelete="CASCADE", name="user_access_identities_user_id_fkey"
        ),
        sa.UniqueConstraint(
            "provider", "provider_user_id", name="user_access_identities_provider_provider_user_id_key"
        ),
        sa.Index("user_access_identities_user_id_idx", "user_id"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("user_access_identities")
