"""Create file_hoster_folders."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "file_hoster_0001"
down_revision: str | None = None
branch_labels = ("file_hoster",)
depends_on = ("core_0002",)


def upgrade(op: Operations) -> None:
    op.create_table(
        "file_hoster_folders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("visibility", sa.String(20), nullable=False, server_default="private"),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("updated_at", sa.DateTime()),
        sa.Column("deleted_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="file_hoster_folders_pkey"),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["file_hoster_folders.id"], ondelete="CASCADE", name="file_hoster_folders_parent_id_fkey"
        ),
        sa.Index("file_hoster_folders_owner_id_idx", "owner_id"),
        sa.Index("file_hoster_folders_parent_id_name_idx", "parent_id", "name"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )


def downgrade(op: Operations) -> None:
    op.drop_table("file_hoster_folders")
