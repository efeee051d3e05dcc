"""Create installed_features."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "core_0001"
down_revision: str | None = None
branch_labels = ("core",)
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "installed_features",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("feature_type", sa.String(190), nullable=False),
        sa.Column("configuration", sa.JSON()),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("installed_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.PrimaryKeyConstraint("id", name="installed_features_pkey"),
        sa.UniqueConstraint("feature_type", name="installed_features_feature_type_key"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("installed_features")
