"""Create feature_settings."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "core_0002"
down_revision = "core_0001"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade(op: Operations) -> None:
    op.create_table(
        "feature_settings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("feature_type", sa.String(190), nullable=False),
        sa.Column("setting_key", sa.String(190), nullable=False),
        sa.Column("setting_value", sa.JSON()),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="feature_settings_pkey"),
        sa.UniqueConstraint("feature_type", "setting_key", name="feature_settings_feature_type_setting_key_key"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("feature_settings")
