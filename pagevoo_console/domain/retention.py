"""Which backups are kept and which go: a policy, and what it says of a list of backups. Moments are in UTC."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.place import Place


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """How many are kept: the newest ones, and the newest of each of so many days, weeks, months and years.

    Periods without a backup are not counted, so that a pause in backing up costs no older one.
    """

    last: int = 3
    days: int = 7
    weeks: int = 5
    months: int = 12
    years: int = 3

    def __post_init__(self) -> None:
        for field in fields(self):
            number = getattr(self, field.name)
            if not 0 <= number <= 10_000:
                raise WrongUsage(f"{field.name} is {number}; it can be 0 to 10000", code="retention")
        if not any(getattr(self, field.name) for field in fields(self)):
            raise WrongUsage("This policy keeps no backup at all", code="retention", hint="Keep one, at least.")

    @property
    def text(self) -> str:
        """As it stands in the preferences: `last=3 days=7 weeks=5 months=12 years=3`."""
        return " ".join(f"{field.name}={getattr(self, field.name)}" for field in fields(self))

    @classmethod
    def read(cls, text: str) -> RetentionPolicy:
        """A policy as `text` writes it; what is not named is 0. Raises WrongUsage."""
        numbers = dict.fromkeys((field.name for field in fields(cls)), 0)
        for word in text.split():
            name, _, number = word.partition("=")
            if name not in numbers or not number.isdecimal() or not number.isascii() or len(number) > 5:
                raise WrongUsage(
                    f"{word!r} is no part of a retention policy", code="retention", hint=f"An example: {cls().text}"
                )
            numbers[name] = int(number)
        return cls(**numbers)


@dataclass(frozen=True, slots=True)
class Keeping:
    """One backup and what becomes of it: `reasons` says why it is kept, and is empty where it goes."""

    backup: Backup
    reasons: tuple[str, ...] = ()

    @property
    def is_kept(self) -> bool:
        return bool(self.reasons)


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What pruning would remove, newest first within a tenant. `skipped` says why a tenant's are left as they are.

    `place` is where the backups lie, None for this machine's folders.
    """

    policy: RetentionPolicy
    keepings: tuple[Keeping, ...]
    skipped: dict[str, str]
    place: Place | None = None

    @property
    def removed(self) -> tuple[Backup, ...]:
        return tuple(one.backup for one in self.keepings if not one.is_kept)

    @property
    def freed_bytes(self) -> int:
        return sum(backup.size_bytes for backup in self.removed)


def choose(
    backups: Iterable[Backup],
    policy: RetentionPolicy,
    generation: str | None,
    rested_on: Collection[str] = (),
) -> tuple[Keeping, ...]:
    """What the policy says of one tenant's whole backups, newest first.

    `generation` is the registry row of the live database, None where there is none: then nothing is kept beyond the
    policy. Of a live one the newest backup and the newest proved one are kept, whatever the policy says; and those,
    by id, that something in the trash rests on.
    """
    newest_first = sorted(backups, key=lambda backup: (backup.created_at, backup.id), reverse=True)
    reasons: dict[str, list[str]] = {backup.id: [] for backup in newest_first}
    for backup in newest_first[: policy.last]:
        reasons[backup.id].append("last")
    for name, number, period in (
        ("day", policy.days, _day), ("week", policy.weeks, _week), ("month", policy.months, _month),
        ("year", policy.years, _year),
    ):  # fmt: skip
        seen: set[tuple[int, ...]] = set()
        for backup in newest_first:
            when = period(backup.created_at)
            if len(seen) < number and when not in seen:
                seen.add(when)
                reasons[backup.id].append(name)
    if generation is not None and newest_first:
        reasons[newest_first[0].id].append("newest")
        proved = [backup for backup in newest_first if backup.verified_at is not None]
        of_the_live = [backup for backup in proved if backup.generation == generation]
        for backup in (of_the_live or proved)[:1]:
            reasons[backup.id].append("newest proved")
    for backup in newest_first:
        if backup.id in rested_on:
            reasons[backup.id].append("trash")
    return tuple(Keeping(backup, tuple(reasons[backup.id])) for backup in newest_first)


def _day(moment: datetime) -> tuple[int, ...]:
    return moment.year, moment.month, moment.day


def _week(moment: datetime) -> tuple[int, ...]:
    return moment.isocalendar()[:2]


def _month(moment: datetime) -> tuple[int, ...]:
    return moment.year, moment.month


def _year(moment: datetime) -> tuple[int, ...]:
    return (moment.year,)
