"""A website's own network: profiles, what they post, like and say, whom they follow, and what they are told of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from pagevoo_console.demo import texts
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.members import member_count
from pagevoo_console.demo.people import address, draw_person
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Row, Rows, moments, stamp

_USUAL_PROFILES = 16
_USUAL_POSTS = 28
_HOSTILE = 0.03
_HASHTAGS = ("monday", "behindthescenes", "handmade", "thanks", "öffnungszeiten", "ありがとう", "sale", "newhere")
_NOTIFIED = timedelta(days=90)


def social_platform_rows(dice: Dice, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
    """Rows of the eleven tables, parents first."""
    times = moments(dice, max(4, int(who.activity * _USUAL_PROFILES)), since, until)
    profiles = [_profile(dice, who, number, at) for number, at in enumerate(times, 1)]
    published = moments(dice, max(4, int(who.activity * _USUAL_POSTS)), since, until)
    posts = [_post(dice, who, number, at, len(profiles)) for number, at in enumerate(published, 1)]
    comments: list[Row] = []
    likes: list[Row] = []
    for post, at in zip(posts, published, strict=True):
        comments.extend(_comments(dice, post, len(comments) + 1, at, len(profiles), until))
        likes.extend(_likes(dice, post, at, len(profiles), until))
    follows = list(_follows(dice, len(profiles), until))
    yield _profile_rows(profiles, posts, follows)
    yield _post_rows(posts, comments, likes)
    yield from _decorations(dice, posts)
    yield Rows(
        "social_comments", ("id", "post_id", "profile_id", "parent_id", "content", "status", "created_at"), comments
    )
    yield Rows("social_likes", ("profile_id", "post_id", "created_at"), likes)
    yield Rows("social_follows", ("follower_id", "followed_id", "status", "created_at", "accepted_at"), follows)
    yield Rows(
        "social_platform_blocks",
        ("profile_id", "blocked_id", "kind", "created_at"),
        [(1, len(profiles), dice.one_of(("block", "mute")), stamp(until))],
    )
    yield _reports(dice, posts, len(profiles))
    yield _notifications(dice, posts, comments, likes, until)


def _profile(dice: Dice, who: Customer, number: int, at: datetime) -> Row:
    person = draw_person(dice, who.person.locale if dice.chance(0.6) else None)
    name = texts.hostile(dice) if dice.chance(_HOSTILE) else who.business.name if number == 1 else person.name
    handle = f"{address(who.business.name if number == 1 else person.latin_given)[:80]}{number}"
    return (
        number, number if number <= member_count(who) else None, handle, name,
        texts.comment(dice) if dice.chance(0.5) else None, int(dice.chance(0.1)), int(number == 1), stamp(at),
    )  # fmt: skip


def _profile_rows(profiles: list[Row], posts: list[Row], follows: list[Row]) -> Rows:
    """The profiles with what is counted of them."""
    written = Counter(post[1] for post in posts)
    following = Counter(follow[0] for follow in follows if follow[2] == "accepted")
    followers = Counter(follow[1] for follow in follows if follow[2] == "accepted")
    return Rows(
        "social_platform_profiles",
        (
            "id", "member_id", "handle", "display_name", "bio", "is_private", "is_verified", "created_at",
            "post_count", "follower_count", "following_count",
        ),
        [(*each, written[each[0]], followers[each[0]], following[each[0]]) for each in profiles],
    )  # fmt: skip


def _post(dice: Dice, who: Customer, number: int, at: datetime, profiles: int) -> Row:
    shared = dice.between(1, number) if number > 1 and dice.chance(0.08) else None
    text = texts.hostile(dice) if dice.chance(_HOSTILE) else texts.paragraphs(dice, who.business.trade, 1)[0]
    author = 1 if dice.chance(0.4) else dice.between(1, profiles + 1)
    visibility = dice.weighted(("public", "followers", "direct"), (84, 13, 3))
    return (number, author, shared, text, who.person.locale.country.lower(), visibility, stamp(at), stamp(at))


def _post_rows(posts: list[Row], comments: list[Row], likes: list[Row]) -> Rows:
    """The posts with what is counted of them."""
    said = Counter(comment[1] for comment in comments)
    liked = Counter(like[1] for like in likes)
    shared = Counter(post[2] for post in posts)
    return Rows(
        "social_posts",
        (
            "id", "profile_id", "shared_post_id", "content", "language", "visibility", "published_at", "created_at",
            "comment_count", "like_count", "share_count",
        ),
        [(*post, said[post[0]], liked[post[0]], shared[post[0]]) for post in posts],
    )  # fmt: skip


def _decorations(dice: Dice, posts: list[Row]) -> Iterator[Rows]:
    """Pictures and hashtags."""
    yield Rows(
        "social_platform_attachments",
        ("post_id", "kind", "url", "media_type", "alt_text", "size_bytes", "width", "height", "position", "created_at"),
        [
            (
                post[0], "image", f"https://media.example/{dice.getrandbits(64):016x}.webp", "image/webp",
                dice.one_of((None, "A shelf, a table and a cat", texts.comment(dice))), dice.between(20_000, 900_000),
                1600, 1200, place, post[7],
            )
            for post in posts
            for place in range(dice.weighted((0, 1, 3), (70, 24, 6)))
        ],
    )  # fmt: skip
    yield Rows(
        "social_platform_hashtags",
        ("id", "name", "created_at"),
        [(number, name, posts[0][7]) for number, name in enumerate(_HASHTAGS, 1)],
    )
    yield Rows(
        "social_platform_post_hashtags",
        ("post_id", "hashtag_id"),
        [
            (post[0], tag)
            for post in posts
            for tag in dice.sample(range(1, len(_HASHTAGS) + 1), dice.weighted((0, 1, 2), (60, 25, 15)))
        ],
    )


def _comments(dice: Dice, post: Row, first: int, at: datetime, profiles: int, until: datetime) -> Iterator[Row]:
    for number in range(first, first + min(int(dice.expovariate(0.6)), 10)):
        at = min(at + timedelta(minutes=dice.between(1, 900)), until)
        is_spam = dice.chance(0.04)
        answered = dice.between(first, number) if number > first and dice.chance(0.4) else None
        text = texts.spam(dice) if is_spam else texts.comment(dice)
        yield (
            number, post[0], dice.between(1, profiles + 1), answered, text, "hidden" if is_spam else "published",
            stamp(at),
        )  # fmt: skip


def _likes(dice: Dice, post: Row, at: datetime, profiles: int, until: datetime) -> Iterator[Row]:
    for profile in dice.sample(range(1, profiles + 1), min(profiles, int(dice.expovariate(0.25)))):
        yield (profile, post[0], stamp(min(at + timedelta(minutes=dice.between(1, 4000)), until)))


def _follows(dice: Dice, profiles: int, until: datetime) -> Iterator[Row]:
    for follower in range(2, profiles + 1):
        for followed in {1, *dice.sample(range(1, profiles + 1), min(profiles, 4))} - {follower}:
            is_accepted = dice.chance(0.94)
            at = stamp(until - timedelta(minutes=dice.between(1, 100_000)))
            yield (follower, followed, "accepted" if is_accepted else "requested", at, at if is_accepted else None)


def _reports(dice: Dice, posts: list[Row], profiles: int) -> Rows:
    reported = [post for post in posts if dice.chance(0.02)]
    return Rows(
        "social_platform_reports",
        ("reporter_id", "profile_id", "post_id", "reason", "note", "status", "created_at"),
        [
            (
                dice.between(1, profiles + 1), post[1], post[0], dice.one_of(("spam", "abuse", "copyright")),
                texts.hostile(dice), dice.one_of(("open", "dismissed")), post[7],
            )
            for post in reported
        ],
    )  # fmt: skip


def _notifications(dice: Dice, posts: list[Row], comments: list[Row], likes: list[Row], until: datetime) -> Rows:
    """What happened lately to whom; nobody is told of what they did themselves."""
    authors = {post[0]: post[1] for post in posts}
    earliest = stamp(until - _NOTIFIED)
    told: list[Row] = []
    for kind, rows in (("comment", comments), ("like", likes)):
        for row in rows:
            actor, at = (row[2], row[6]) if kind == "comment" else (row[0], row[2])
            recipient = authors[row[1]]
            if recipient != actor and at >= earliest:
                comment = row[0] if kind == "comment" else None
                data = json.dumps({"via": dice.one_of(("web", "app"))})
                told.append((recipient, actor, kind, row[1], comment, data, at, at if dice.chance(0.7) else None))
    return Rows(
        "notifications",
        ("profile_id", "actor_id", "kind", "post_id", "comment_id", "data", "created_at", "read_at"),
        told,
    )
