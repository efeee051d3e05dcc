"""The files that a website keeps for others: folders, versions, shares, and who downloaded what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from pagevoo_console.demo import texts
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.members import draw_member, token
from pagevoo_console.demo.people import draw_person, email
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Row, Rows, moments, stamp

_USUAL_FILES = 25
_HOSTILE = 0.05
_FOLDERS = (("Public", None), ("Price lists", 1), ("Photos", None), ("Summer 🌞", 3), ("Internal", None))
"""Names, each with the folder it lies in."""
_KINDS = {
    "price-list-{}.pdf": ("application/pdf", 300_000),
    "Catalogue {}.pdf": ("application/pdf", 4_000_000),
    "IMG_{}.jpg": ("image/jpeg", 2_500_000),
    "Übersicht {}.xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 60_000),
    "contract draft (final) v{}.docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 90_000,
    ),
    "recording-{}.mp3": ("audio/mpeg", 9_000_000),
    "everything-{}.zip": ("application/zip", 40_000_000),
}  # fmt: skip
_FILE_COLUMNS = (
    "id", "folder_id", "owner_id", "name", "media_type", "size_bytes", "sha256", "storage_key", "public_token",
    "visibility", "scan_status", "version", "details", "download_count", "created_at", "updated_at", "expires_at",
    "deleted_at",
)  # fmt: skip


def file_hoster_rows(dice: Dice, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
    """Rows of the five tables, parents first."""
    begun = stamp(since)
    yield Rows(
        "file_hoster_folders",
        ("id", "parent_id", "name", "visibility", "created_at"),
        [
            (number, parent, name, "private" if name == "Internal" else "public", begun)
            for number, (name, parent) in enumerate(_FOLDERS, 1)
        ],
    )
    files: list[Row] = []
    versions: list[Row] = []
    shares: list[Row] = []
    downloads: list[Row] = []
    for number, at in enumerate(moments(dice, max(3, int(who.activity * _USUAL_FILES)), since, until), 1):
        file = _file(dice, who, number, at, until)
        shared = list(_shares(dice, who, file, len(shares) + 1, at))
        fetched = list(_downloads(dice, who, file, shared, at, until))
        files.append((*file[:13], sum(1 for each in fetched if each[3] == "complete"), *file[14:]))
        versions.extend(_versions(dice, file, at))
        shares.extend(shared)
        downloads.extend(fetched)
    yield Rows("hosted_files", _FILE_COLUMNS, files)
    yield Rows(
        "file_hoster_versions",
        ("file_id", "version", "size_bytes", "sha256", "storage_key", "uploaded_by", "created_at"),
        versions,
    )
    shares.append(
        (len(shares) + 1, None, 1, "link", None, token(dice), "view", "Everything that is public", begun, None)
    )
    yield Rows(
        "file_hoster_shares",
        (
            "id", "file_id", "folder_id", "kind", "email", "token", "permission", "note", "created_at", "expires_at",
        ),
        shares,
    )  # fmt: skip
    yield Rows(
        "file_downloads",
        (
            "file_id", "share_id", "member_id", "status", "bytes_sent", "ip_address", "country", "user_agent",
            "started_at", "finished_at",
        ),
        downloads,
    )  # fmt: skip


def _file(dice: Dice, who: Customer, number: int, at: datetime, until: datetime) -> Row:
    pattern = dice.one_of(tuple(_KINDS))
    media_type, usual_bytes = _KINDS[pattern]
    name = pattern.format(f"{at:%Y}-{dice.between(1, 10_000):04d}")
    is_hostile = dice.chance(_HOSTILE)
    if is_hostile:
        name = dice.one_of((f"{texts.hostile(dice)}.pdf", "../../../etc/cron.d/job", "CON.txt", "invoice\u202egpj.exe"))
    is_deleted = dice.chance(0.05)
    key = f"{who.id}/{dice.getrandbits(96):024x}"
    return (
        number, dice.one_of((1, 2, 3, 4, 5, None)), draw_member(dice, who), name, media_type,
        int(usual_bytes * dice.lognormvariate(0.0, 0.6)), token(dice), key, f"{dice.getrandbits(128):032x}",
        dice.weighted(("public", "members", "private"), (50, 25, 25)), "infected" if is_hostile else "clean",
        dice.weighted((1, 2, 3), (80, 15, 5)), json.dumps({"pages": dice.between(1, 80)}), 0, stamp(at), stamp(at),
        stamp(until + timedelta(days=dice.between(1, 90))) if dice.chance(0.1) else None,
        stamp(until) if is_deleted else None,
    )  # fmt: skip


def _versions(dice: Dice, file: Row, at: datetime) -> Iterator[Row]:
    """The versions before the one in `hosted_files`."""
    for version in range(1, file[11]):
        made = stamp(at - timedelta(days=file[11] - version))
        yield (file[0], version, int(file[5] * 0.9), token(dice), f"{file[7]}.{version}", file[2], made)


def _shares(dice: Dice, who: Customer, file: Row, number: int, at: datetime) -> Iterator[Row]:
    if not dice.chance(0.3):
        return
    is_personal = dice.chance(0.3)
    address = email(dice, draw_person(dice, who.person.locale), "example.net") if is_personal else None
    expires = stamp(at + timedelta(days=30)) if dice.chance(0.4) else None
    yield (
        number, file[0], None, "email" if is_personal else "link", address, token(dice), "download", None, stamp(at),
        expires,
    )  # fmt: skip


def _downloads(dice: Dice, who: Customer, file: Row, shares: list[Row], at: datetime, until: datetime) -> Iterator[Row]:
    if file[9] == "private" and not shares:
        return
    for started in moments(dice, min(int(dice.expovariate(0.12)), 40), at, until):
        status = dice.weighted(("complete", "aborted", "refused"), (90, 7, 3))
        sent = {"complete": file[5], "aborted": int(file[5] * dice.random()), "refused": 0}[status]
        yield (
            file[0], dice.one_of(shares)[0] if shares and dice.chance(0.6) else None, draw_member(dice, who), status,
            sent, texts.ip_address(dice), who.person.locale.country, texts.browser(dice), stamp(started),
            stamp(started + timedelta(seconds=sent // 2_000_000 + 1)),
        )  # fmt: skip
