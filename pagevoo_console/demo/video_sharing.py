"""The videos of a website: channels, renditions, captions, playlists, and what viewers made of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from pagevoo_console.demo import texts
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.members import draw_member, member_count, token
from pagevoo_console.demo.people import address, draw_person
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Row, Rows, moments, stamp

_USUAL_VIDEOS = 7
_HOSTILE = 0.04
_HEIGHTS = {1080: 5_000, 720: 2_800, 480: 1_200}
"""What is made of an upload: lines, and kilobits a second."""
_PLAYLISTS = ("Start here", "How we do it")
_VIDEO_COLUMNS = (
    "id", "channel_id", "uploaded_by", "title", "slug", "description", "status", "failure_reason", "visibility",
    "storage_key", "media_type", "size_bytes", "duration_ms", "width", "height", "frame_rate", "language", "tags",
    "published_at", "created_at", "view_count", "like_count", "comment_count",
)  # fmt: skip


def video_sharing_rows(dice: Dice, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
    """Rows of the nine tables, parents first."""
    begun = stamp(since)
    names = (who.business.name, f"{who.business.name} – behind the scenes")
    yield Rows(
        "video_sharing_channels",
        ("id", "name", "slug", "description", "created_at"),
        [(number, name, f"channel-{number}", who.business.town, begun) for number, name in enumerate(names, 1)],
    )
    drawn = [
        _video(dice, who, number, at)
        for number, at in enumerate(moments(dice, max(2, int(who.activity * _USUAL_VIDEOS)), since, until), 1)
    ]
    shown = [video for video in drawn if video[18] is not None]
    views = [row for video in shown for row in _views(dice, who, video, until)]
    viewed = Counter(row[0] for row in views)
    reactions = [row for video in shown for row in _reactions(dice, who, video, viewed[video[0]])]
    comments = [row for video in shown for row in _comments(dice, who, video, until)]
    liked = Counter(row[0] for row in reactions if row[2] == "like")
    said = Counter(row[0] for row in comments)
    videos = [(*video, viewed[video[0]], liked[video[0]], said[video[0]]) for video in drawn]
    yield Rows("videos", _VIDEO_COLUMNS, videos)
    yield _renditions(drawn)
    yield Rows(
        "video_sharing_captions",
        ("video_id", "language", "label", "storage_key", "is_automatic", "created_at"),
        [
            (video[0], language, label, f"{video[9]}.{language}.vtt", int(language == "en"), video[18])
            for video in shown
            for language, label in (("en", "English"), ("de", "Deutsch"), ("ja", "日本語"))
            if dice.chance(0.4)
        ],
    )
    yield Rows(
        "video_playlists",
        ("id", "channel_id", "title", "slug", "position", "created_at"),
        [(number, 1, title, address(title), number, begun) for number, title in enumerate(_PLAYLISTS, 1)],
    )
    yield Rows(
        "video_sharing_playlist_items",
        ("playlist_id", "video_id", "position", "added_at"),
        [
            (playlist, video[0], place, video[18])
            for playlist in range(1, len(_PLAYLISTS) + 1)
            for place, video in enumerate(dice.sample(shown, min(len(shown), dice.between(0, 9))), 1)
        ],
    )
    yield Rows(
        "video_sharing_comments",
        ("video_id", "member_id", "author_name", "content", "at_ms", "status", "created_at"),
        comments,
    )
    yield Rows("video_sharing_reactions", ("video_id", "member_id", "kind", "created_at"), reactions)
    yield Rows(
        "video_sharing_views",
        ("video_id", "member_id", "visitor_hash", "watched_ms", "country", "device", "started_at"),
        views,
    )


def _video(dice: Dice, who: Customer, number: int, at: datetime) -> Row:
    title = texts.hostile(dice) if dice.chance(_HOSTILE) else f"{dice.one_of(who.business.trade.topics)} #{number}"
    status = dice.weighted(("published", "processing", "failed", "draft"), (88, 3, 4, 5))
    duration = int(dice.lognormvariate(5.2, 0.7) * 1000)
    return (
        number, dice.weighted((1, 2), (75, 25)), draw_member(dice, who), title, f"{address(title)[:150]}-{number}",
        texts.post_body(dice, who.business.trade, 1), status,
        "moov atom not found" if status == "failed" else None, dice.weighted(("public", "unlisted"), (85, 15)),
        f"videos/{who.id}/{dice.getrandbits(96):024x}.mp4", "video/mp4", duration * 1_100, duration, 1920, 1080,
        dice.one_of((23.976, 25, 29.97, 50)), who.person.locale.country.lower(),
        json.dumps(dice.sample(who.business.trade.categories, 2), ensure_ascii=False),
        stamp(at) if status == "published" else None, stamp(at),
    )  # fmt: skip


def _renditions(videos: list[Row]) -> Rows:
    return Rows(
        "video_sharing_renditions",
        ("video_id", "kind", "height", "bitrate_kbps", "codec", "size_bytes", "storage_key", "status", "created_at"),
        [
            (
                video[0], "hls", height, bitrate, "h264", video[12] * bitrate // 8, f"{video[9]}/{height}.m3u8",
                "ready" if video[18] else "failed" if video[6] == "failed" else "queued", video[19],
            )
            for video in videos
            for height, bitrate in _HEIGHTS.items()
        ],
    )  # fmt: skip


def _views(dice: Dice, who: Customer, video: Row, until: datetime) -> Iterator[Row]:
    published = datetime.fromisoformat(str(video[18]))
    for at in moments(dice, min(int(dice.lognormvariate(2.5, 1.0)), 150), published, until):
        yield (
            video[0], draw_member(dice, who), token(dice), int(video[12] * dice.random()), who.person.locale.country,
            dice.weighted(("mobile", "desktop", "tv"), (58, 36, 6)), stamp(at),
        )  # fmt: skip


def _reactions(dice: Dice, who: Customer, video: Row, viewers: int) -> Iterator[Row]:
    members = member_count(who)
    for member in dice.sample(range(1, members + 1), min(members, viewers, dice.between(0, 12))):
        yield (video[0], member, dice.weighted(("like", "dislike"), (92, 8)), video[18])


def _comments(dice: Dice, who: Customer, video: Row, until: datetime) -> Iterator[Row]:
    published = datetime.fromisoformat(str(video[18]))
    for at in moments(dice, min(int(dice.expovariate(0.4)), 15), published, until):
        is_spam = dice.chance(0.06)
        text = texts.spam(dice) if is_spam else texts.hostile(dice) if dice.chance(_HOSTILE) else texts.comment(dice)
        yield (
            video[0], draw_member(dice, who), draw_person(dice).name, text,
            int(video[12] * dice.random()) if dice.chance(0.2) else None, "spam" if is_spam else "approved",
            stamp(min(at + timedelta(seconds=dice.between(0, 60)), until)),
        )  # fmt: skip
