"""Create tier_permissions."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "pagevoo_master_0008"
down_revision = "pagevoo_master_0007"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "tier_permissions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("tier", sa.String(50)),
        sa.Column("permission", sa.String(100)),
        sa.Column("is_allowed", sa.Boolean(), server_default=sa.true()),
        sa.Column("limit_value", sa.BigInteger()),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="tier_permissions_pkey"),
        sa.UniqueConstraint("tier", "permission", name="tier_permissions_tier_permission_key"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("tier_permissions")
