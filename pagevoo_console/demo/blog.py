"""What a website's blog holds: posts with pictures pasted into them, tags, categories and comments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from pagevoo_console.demo import texts
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


def blog_rows(random: Random, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
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
    times = moments(random, int(who.activity * _USUAL_POSTS), since, until)
    posts = [_post(random, who, number, at) for number, at in enumerate(times, 1)]
    yield Rows("blog_posts", _POST_COLUMNS, posts)
    tags = [(post[0], tag) for post in posts for tag in random.sample(range(1, len(_TAGS) + 1), random.randrange(0, 4))]
    yield Rows("blog_post_tags", ("post_id", "tag_id"), list(tags))
    comments = [row for post, at in zip(posts, times, strict=True) for row in _comments(random, who, post, at, until)]
    yield Rows(
        "blog_comments",
        ("post_id", "author_name", "author_email", "author_ip", "content", "status", "created_at"),
        comments,
    )


def picture_post(random: Random, who: Customer, until: datetime) -> Rows:
    """One more post, with a very large picture in it: what fills a small website's database."""
    at = until - timedelta(minutes=random.randrange(1, 60 * 24 * 200))
    key = f"{random.getrandbits(48):012x}"
    body = f"{texts.picture(random, _GALLERY_BYTES)}\n{texts.post_body(random, who.business.trade, 1)}"
    moment = stamp(at)
    row = (
        None, 3, who.person.name, f"Pictures of the week {key[:4]}", f"pictures-{key}", None, body, "published",
        random.randrange(5, 900), moment, moment, moment,
    )  # fmt: skip
    return Rows("blog_posts", _POST_COLUMNS, [row])


def _post(random: Random, who: Customer, number: int, at: datetime) -> Row:
    title = random.choice(who.business.trade.topics)
    title = title if number == 1 else f"{title} ({at:%B %Y})"
    body = texts.post_body(random, who.business.trade, random.randrange(3, 14))
    if random.random() < _WITH_PICTURE:
        body = f"{texts.picture(random, random.randrange(15_000, 110_000))}\n{body}"
    is_draft = random.random() < 0.1
    moment = stamp(at)
    return (
        number, random.randrange(1, len(_CATEGORIES) + 1), who.person.name, title, f"{address(title)}-{number}",
        f"{who.business.trade.topics[0]} – {who.business.name}", body, "draft" if is_draft else "published",
        0 if is_draft else int(random.lognormvariate(4.5, 1.2)), None if is_draft else moment, moment, moment,
    )  # fmt: skip


def _comments(random: Random, who: Customer, post: Row, at: datetime, until: datetime) -> Iterator[Row]:
    if post[7] != "published":
        return
    for _ in range(min(int(random.expovariate(0.4)), 25)):
        at += timedelta(minutes=random.randrange(20, 6000))
        if at > until:
            return
        reader = draw_person(random)
        is_spam = random.random() < 0.1
        status = "spam" if is_spam else random.choices(("approved", "pending"), (85, 15))[0]
        text = texts.spam(random) if is_spam else texts.comment(random)
        yield (
            post[0], reader.name, email(random, reader, "example.net"), texts.ip_address(random), text, status,
            stamp(at),
        )  # fmt: skip
