"""One line of the list of everybody's backups: whose, what was last seen, and what came of the newest run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pagevoo_console.domain.fleet_backup import FleetRun
from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.records import Column, Kind, ListSource
from pagevoo_console.ui.kit.tokens import Tone


class Filter(StrEnum):
    """Which lines are shown."""

    ALL = "all"
    FAILED = "failed"
    NEVER = "never"
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True)
class BackupRow:
    """A tenant with a database. `backup_failed` and `proof_failed` are why the newest run failed, empty where not."""

    entry: TenantEntry
    backup_failed: str = ""
    proof_failed: str = ""
    was_backed_up: bool = False
    was_proved: bool = False

    @property
    def name(self) -> str:
        return self.entry.name.strip() or self.entry.email or self.entry.id

    def passes(self, which: Filter) -> bool:
        """Whether it is shown under a filter."""
        match which:
            case Filter.FAILED:
                return bool(self.backup_failed or self.proof_failed)
            case Filter.NEVER:
                return self.entry.backup_at is None
            case Filter.UNPROVED:
                return self.entry.backup_at is not None and not self.is_proved
            case Filter.ALL:
                return True

    @property
    def is_proved(self) -> bool:
        """Whether the newest backup was restored and compared."""
        return _is_proved(self.entry)


def rows_of(entries: Sequence[TenantEntry], backups: FleetRun | None, proofs: FleetRun | None) -> tuple[BackupRow, ...]:
    """A line for each, with what the newest runs say of it."""
    done = frozenset(() if backups is None else backups.done)
    proved = frozenset(() if proofs is None else proofs.done)
    newest = {entry.id: entry.backup_at for entry in entries}
    backup_failed = {} if backups is None else backups.still_failed(newest)
    proof_failed = {} if proofs is None else proofs.still_failed(newest)
    return tuple(
        BackupRow(
            entry,
            backup_failed.get(entry.id, ""),
            "" if _is_proved(entry) else proof_failed.get(entry.id, ""),
            entry.id in done,
            entry.id in proved,
        )
        for entry in entries
    )


def _is_proved(entry: TenantEntry) -> bool:
    return entry.proved_at is not None and entry.proved_at == entry.backup_at


def newest_badge(row: BackupRow) -> Badge:
    """How old the newest backup is, and whether it was proved."""
    entry = row.entry
    if entry.backup_at is None:
        return Badge(translate("fleet_backups", "Never backed up"), Tone.WARNING, "triangle-alert")
    if row.is_proved:
        return Badge(translate("fleet_backups", "Proved"), Tone.GOOD, "shield-check", is_quiet=True)
    return Badge(translate("fleet_backups", "Not proved"), Tone.NEUTRAL, "clock", is_quiet=True)


def run_badge(row: BackupRow) -> Badge:
    """What came of the newest run."""
    if row.backup_failed:
        return Badge(translate("fleet_backups", "Backup failed"), Tone.DANGER, "circle-x")
    if row.proof_failed:
        return Badge(translate("fleet_backups", "Proof failed"), Tone.DANGER, "shield-alert")
    if row.was_proved:
        return Badge(translate("fleet_backups", "Proved"), Tone.GOOD, "circle-check", is_quiet=True)
    if row.was_backed_up:
        return Badge(translate("fleet_backups", "Backed up"), Tone.GOOD, "circle-check", is_quiet=True)
    return Badge(translate("fleet_backups", "Not in it"), Tone.NEUTRAL, "circle-dashed", is_quiet=True)


def columns() -> tuple[Column[BackupRow], ...]:
    """What is shown of each."""
    return (
        Column(
            "name", translate("fleet_backups", "Whose"), 220, lambda one: one.name,
            detail=lambda one: one.entry.database or "", stretch=True, sort_key="name",
        ),
        Column(
            "size", translate("fleet_backups", "Size"), 90, lambda one: format.size(one.entry.allocated), Kind.NUMBER,
            sort_key="size",
        ),
        Column(
            "age", translate("fleet_backups", "Newest backup"), 160, lambda one: format.age(one.entry.backup_at),
            Kind.MUTED, sort_key="age", hint=lambda one: format.moment(one.entry.backup_at),
        ),
        Column(
            "proved", translate("fleet_backups", "Proof"), 150, lambda one: newest_badge(one).text, Kind.BADGE,
            badge=newest_badge, sort_key="proved",
        ),
        Column(
            "run", translate("fleet_backups", "Newest run"), 140, lambda one: run_badge(one).text, Kind.BADGE,
            badge=run_badge, sort_key="run", hint=lambda one: one.backup_failed or one.proof_failed,
        ),
    )  # fmt: skip


def source_of(rows: Sequence[BackupRow]) -> ListSource[BackupRow]:
    return ListSource(
        tuple(rows),
        identity=lambda one: one.entry.id,
        sort_values={
            "name": lambda one: one.name.casefold(),
            "size": lambda one: one.entry.allocated or 0,
            "age": lambda one: 0.0 if one.entry.backup_at is None else one.entry.backup_at.timestamp(),
            "proved": lambda one: (one.entry.backup_at is not None, one.is_proved),
            "run": lambda one: run_badge(one).text,
        },
    )
