"""A network of a website's own: profiles, posts, comments, likes, follows, notifications, and what is reported.

A like belongs to a post or to a comment, never to both. Counts beside a post or profile are for showing; the rows are
the truth. Handles are written in lower case, since not every engine compares them without regard to it.
"""

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

# Members belong to the feature user_access, which may come and go: no foreign key across features, the id alone.
MEMBER = {"soft_reference": "website_users.id"}

sa.Table(
    "social_platform_profiles",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("member_id", sa.BigInteger, info=MEMBER),
    sa.Column("handle", sa.String(100), nullable=False),
    sa.Column("display_name", sa.String(255), nullable=False),
    sa.Column("bio", sa.Text),
    sa.Column("avatar_url", sa.String(500)),
    sa.Column("banner_url", sa.String(500)),
    sa.Column("is_private", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("is_verified", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("post_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("follower_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("following_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("suspended_at", sa.DateTime),
    sa.UniqueConstraint("member_id"),
    sa.UniqueConstraint("handle"),
    **MYSQL,
)

sa.Table(
    "social_posts",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("profile_id", sa.BigInteger, nullable=False),
    sa.Column("shared_post_id", ID),
    sa.Column("content", LONG_TEXT),
    sa.Column("content_warning", sa.String(255)),
    sa.Column("language", sa.String(20)),
    sa.Column("visibility", sa.String(20), nullable=False, server_default="public"),
    sa.Column("status", sa.String(20), nullable=False, server_default="published"),
    sa.Column("is_pinned", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("allows_comments", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("like_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("comment_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("share_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("published_at", sa.DateTime),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("edited_at", sa.DateTime),
    sa.Column("deleted_at", sa.DateTime),
    sa.ForeignKeyConstraint(["profile_id"], ["social_platform_profiles.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["shared_post_id"], ["social_posts.id"], ondelete="SET NULL"),
    sa.Index(None, "profile_id", "published_at"),
    sa.Index(None, "shared_post_id"),
    sa.Index(None, "visibility", "published_at"),
    sa.Index(None, "status", "created_at"),
    **MYSQL,
)

sa.Table(
    "social_platform_attachments",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("post_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False, server_default="image"),
    sa.Column("url", sa.String(500), nullable=False),
    sa.Column("media_type", sa.String(190)),
    sa.Column("alt_text", sa.Text),
    sa.Column("size_bytes", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("position", sa.Integer, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["post_id"], ["social_posts.id"], ondelete="CASCADE"),
    sa.CheckConstraint("size_bytes >= 0", name="size_bytes"),
    sa.Index(None, "post_id", "position"),
    **MYSQL,
)

sa.Table(
    "social_comments",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("post_id", sa.BigInteger, nullable=False),
    sa.Column("profile_id", sa.BigInteger, nullable=False),
    sa.Column("parent_id", ID),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("status", sa.String(20), nullable=False, server_default="published"),
    sa.Column("like_count", sa.BigInteger, nullable=False, server_default=ZERO),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("edited_at", sa.DateTime),
    sa.Column("deleted_at", sa.DateTime),
    sa.ForeignKeyConstraint(["post_id"], ["social_posts.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["profile_id"], ["social_platform_profiles.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["parent_id"], ["social_comments.id"], ondelete="CASCADE"),
    sa.Index(None, "post_id", "created_at"),
    sa.Index(None, "profile_id", "created_at"),
    sa.Index(None, "parent_id"),
    **MYSQL,
)

sa.Table(
    "social_likes",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("profile_id", sa.BigInteger, nullable=False),
    sa.Column("post_id", sa.BigInteger),
    sa.Column("comment_id", sa.BigInteger),
    sa.Column("kind", sa.String(20), nullable=False, server_default="like"),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["profile_id"], ["social_platform_profiles.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["post_id"], ["social_posts.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["comment_id"], ["social_comments.id"], ondelete="CASCADE"),
    sa.UniqueConstraint("profile_id", "post_id"),
    sa.UniqueConstraint("profile_id", "comment_id"),
    sa.CheckConstraint("(post_id IS NULL) <> (comment_id IS NULL)", name="target"),
    sa.Index(None, "post_id"),
    sa.Index(None, "comment_id"),
    **MYSQL,
)

sa.Table(
    "social_follows",
    metadata,
    sa.Column("follower_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("followed_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("status", sa.String(20), nullable=False, server_default="accepted"),
    sa.Column("notifies", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("accepted_at", sa.DateTime),
    sa.ForeignKeyConstraint(["follower_id"], ["social_platform_profiles.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["followed_id"], ["social_platform_profiles.id"], ondelete="CASCADE"),
    sa.CheckConstraint("follower_id <> followed_id", name="not_oneself"),
    sa.Index(None, "followed_id", "status"),
    **MYSQL,
)

sa.Table(
    "social_platform_blocks",
    metadata,
    sa.Column("profile_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("blocked_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(20), nullable=False, server_default="block"),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["profile_id"], ["social_platform_profiles.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["blocked_id"], ["social_platform_profiles.id"], ondelete="CASCADE"),
    sa.CheckConstraint("profile_id <> blocked_id", name="not_oneself"),
    sa.Index(None, "blocked_id"),
    **MYSQL,
)

sa.Table(
    "social_platform_hashtags",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.UniqueConstraint("name"),
    **MYSQL,
)

sa.Table(
    "social_platform_post_hashtags",
    metadata,
    sa.Column("post_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hashtag_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.ForeignKeyConstraint(["post_id"], ["social_posts.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["hashtag_id"], ["social_platform_hashtags.id"], ondelete="CASCADE"),
    sa.Index(None, "hashtag_id", "post_id"),
    **MYSQL,
)

sa.Table(
    "social_platform_reports",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("reporter_id", sa.BigInteger),
    sa.Column("profile_id", sa.BigInteger),
    sa.Column("post_id", sa.BigInteger),
    sa.Column("comment_id", sa.BigInteger),
    sa.Column("reason", sa.String(50), nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("status", sa.String(20), nullable=False, server_default="open"),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("resolved_at", sa.DateTime),
    sa.ForeignKeyConstraint(["reporter_id"], ["social_platform_profiles.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["profile_id"], ["social_platform_profiles.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["post_id"], ["social_posts.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["comment_id"], ["social_comments.id"], ondelete="SET NULL"),
    sa.Index(None, "reporter_id"),
    sa.Index(None, "profile_id"),
    sa.Index(None, "post_id"),
    sa.Index(None, "comment_id"),
    sa.Index(None, "status", "created_at"),
    **MYSQL,
)

sa.Table(
    "notifications",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("profile_id", sa.BigInteger, nullable=False),
    sa.Column("actor_id", sa.BigInteger),
    sa.Column("kind", sa.String(50), nullable=False),
    sa.Column("post_id", sa.BigInteger),
    sa.Column("comment_id", sa.BigInteger),
    sa.Column("data", sa.JSON),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=NOW),
    sa.Column("read_at", sa.DateTime),
    sa.Column("emailed_at", sa.DateTime),
    sa.ForeignKeyConstraint(["profile_id"], ["social_platform_profiles.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["actor_id"], ["social_platform_profiles.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["post_id"], ["social_posts.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["comment_id"], ["social_comments.id"], ondelete="CASCADE"),
    sa.Index(None, "profile_id", "created_at"),
    sa.Index(None, "profile_id", "read_at"),
    sa.Index(None, "actor_id"),
    sa.Index(None, "post_id"),
    sa.Index(None, "comment_id"),
    **MYSQL,
)
