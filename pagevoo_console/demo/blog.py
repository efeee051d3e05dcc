"""What a website's blog holds: posts with pictures pasted into them, tags, categories and comments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pagevoo_console.demo import texts
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.people import address, draw_person, email
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Row, Rows, moments, stamp

_USUAL_POSTS = 18
_CATEGORIES = ("News", "Workshop", "Stories")
_TAGS = ("behind the scenes", "seasons", "recipes", "people", "how-to", "events", "sale", "letters")
_POST_COLUMNS = (
    "id", "category_id", "author_name", "title", "slug", "excerpt", "content", "status", "view_count", "published_at",
    "created_at", "updated_at",
)  # fmt: skip
_WITH_PICTURE = 0.25
_GALLERY_BYTES = 480_000


def blog_rows(dice: Dice, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
    """Rows of the five tables, parents first."""
    begun = stamp(since)
    yield Rows(
        "blog_categories",
        ("id", "name", "slug", "position", "created_at"),
        [(number, name, address(name), number, begun) for number, name in enumerate(_CATEGORIES, 1)],
    )
    yield Rows(
        "blog_tags",
        ("id", "name", "slug", "created_at"),
        [(number, name, address(name), begun) for number, name in enumerate(_TAGS, 1)],
    )
    times = moments(dice, int(who.activity * _USUAL_POSTS), since, until)
    posts = [_post(dice, who, number, at) for number, at in enumerate(times, 1)]
    yield Rows("blog_posts", _POST_COLUMNS, posts)
    tags = [(post[0], tag) for post in posts for tag in dice.sample(range(1, len(_TAGS) + 1), dice.between(0, 4))]
    yield Rows("blog_post_tags", ("post_id", "tag_id"), list(tags))
    comments = [row for post, at in zip(posts, times, strict=True) for row in _comments(dice, who, post, at, until)]
    yield Rows(
        "blog_comments",
        ("post_id", "author_name", "author_email", "author_ip", "content", "status", "created_at"),
        comments,
    )


def picture_post(dice: Dice, who: Customer, until: datetime) -> Rows:
    """One more post, with a very large picture in it: what fills a small website's database."""
    at = until - timedelta(minutes=dice.between(1, 60 * 24 * 200))
    key = f"{dice.getrandbits(48):012x}"
    body = f"{texts.picture(dice, _GALLERY_BYTES)}\n{texts.post_body(dice, who.business.trade, 1)}"
    moment = stamp(at)
    row = (
        None, 3, who.person.name, f"Pictures of the week {key[:4]}", f"pictures-{key}", None, body, "published",
        dice.between(5, 900), moment, moment, moment,
    )  # fmt: skip
    return Rows("blog_posts", _POST_COLUMNS, [row])


def _post(dice: Dice, who: Customer, number: int, at: datetime) -> Row:
    title = dice.one_of(who.business.trade.topics)
    title = title if number == 1 else f"{title} ({at:%B %Y})"
    body = texts.post_body(dice, who.business.trade, dice.between(3, 14))
    if dice.chance(_WITH_PICTURE):
        body = f"{texts.picture(dice, dice.between(15_000, 110_000))}\n{body}"
    is_draft = dice.chance(0.1)
    moment = stamp(at)
    return (
        number, dice.between(1, len(_CATEGORIES) + 1), who.person.name, title, f"{address(title)}-{number}",
        f"{who.business.trade.topics[0]} – {who.business.name}", body, "draft" if is_draft else "published",
        0 if is_draft else int(dice.lognormvariate(4.5, 1.2)), None if is_draft else moment, moment, moment,
    )  # fmt: skip


def _comments(dice: Dice, who: Customer, post: Row, at: datetime, until: datetime) -> Iterator[Row]:
    if post[7] != "published":
        return
    for _ in range(min(int(dice.expovariate(0.4)), 25)):
        at += timedelta(minutes=dice.between(20, 6000))
        if at > until:
            return
        reader = draw_person(dice)
        is_spam = dice.chance(0.1)
        status = "spam" if is_spam else dice.weighted(("approved", "pending"), (85, 15))
        text = texts.spam(dice) if is_spam else texts.comment(dice)
        yield (
            post[0], reader.name, email(dice, reader, "example.net"), texts.ip_address(dice), text, status,
            stamp(at),
        )  # fmt: skip
