"""Articles with categories, tags and comments. A category that goes leaves its articles behind."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_ci"}
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
NOW = sa.text("CURRENT_TIMESTAMP")
ZERO = sa.text("0")

sa.Table(
    "blog_categories",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("parent_id", ID),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.ForeignKeyConstraint(["parent_id"], ["blog_categories.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("slug"),
    sa.Index(None, "parent_id"),
    **MYSQL,
)

sa.Table(
    "blog_tags",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.UniqueConstraint("slug"),
    **MYSQL,
)

sa.Table(
    "blog_posts",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("category_id", sa.BigInteger),
    sa.Column("author_name", sa.String(255)),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("slug", sa.String(190), nullable=False),
    sa.Column("excerpt", sa.Text),
    sa.Column("content", LONG_TEXT),
    sa.Column("featured_image", sa.String(500)),
    sa.Column("status", sa.String(20), nullable=False, server_default="draft"),
    sa.Column("is_featured", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("allows_comments", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("view_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("meta_title", sa.String(255)),
    sa.Column("meta_description", sa.String(500)),
    sa.Column("published_at", sa.DateTime),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.ForeignKeyConstraint(["category_id"], ["blog_categories.id"], ondelete="SET NULL"),
    sa.UniqueConstraint("slug"),
    sa.Index(None, "category_id"),
    sa.Index(None, "status", "published_at"),
    **MYSQL,
)

sa.Table(
    "blog_post_tags",
    metadata,
    sa.Column("post_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tag_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.ForeignKeyConstraint(["post_id"], ["blog_posts.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["tag_id"], ["blog_tags.id"], ondelete="CASCADE"),
    sa.Index(None, "tag_id"),
    **MYSQL,
)

sa.Table(
    "blog_comments",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("post_id", sa.BigInteger, nullable=False),
    sa.Column("parent_id", ID),
    sa.Column("author_name", sa.String(255), nullable=False),
    sa.Column("author_email", sa.String(255)),
    sa.Column("author_url", sa.String(500)),
    sa.Column("author_ip", sa.String(45)),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("status", sa.String(20), nullable=False, server_default="pending"),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["post_id"], ["blog_posts.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["parent_id"], ["blog_comments.id"], ondelete="CASCADE"),
    sa.Index(None, "post_id", "created_at"),
    sa.Index(None, "parent_id"),
    sa.Index(None, "status", "created_at"),
    **MYSQL,
)
