"""Whom a run is for: everybody, what the list shows, those that failed, those without a backup. All pure but `read`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.fleet_backup import FleetWork
from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


@dataclass(frozen=True, slots=True)
class Crowd:
    """Some tenants under a title. `tenants` is None for everybody, whoever that is when it begins."""

    key: str
    title: str
    about: str
    tenants: tuple[str, ...] | None
    number: int
    size_bytes: int


def read(console: Console, work: FleetWork, query: TenantQuery, chosen: Sequence[str]) -> tuple[Crowd, ...]:
    """Whom one could choose, the likeliest first; as last seen. Blocks."""
    everybody = owners(console, TenantQuery())
    by_id = {entry.id: entry for entry in everybody}
    found = []
    if chosen:
        title = translate("fleet_backups", "Those that were chosen")
        found.append(_crowd("chosen", title, "", [by_id[one] for one in chosen if one in by_id], chosen))
    about = translate("fleet_backups", "Every database that the registry names when it begins.")
    found.append(_crowd("everybody", translate("fleet_backups", "Everybody"), about, everybody))
    last = console.fleet_backups.last(work)
    if last is not None and last.failed and tuple(last.failed) != tuple(chosen):
        about = translate("fleet_backups", "In the run that ended {age}.").format(age=format.age(last.ended))
        failed = [by_id[one] for one in last.failed if one in by_id]
        title = translate("fleet_backups", "Those that failed last time")
        found.append(_crowd("failed", title, about, failed, tuple(last.failed)))
    bare = [entry for entry in everybody if entry.backup_at is None]
    if work is FleetWork.BACKUP and bare:
        about = translate("fleet_backups", "As last seen.")
        title = translate("fleet_backups", "Those that were never backed up")
        found.append(_crowd("never", title, about, bare, [entry.id for entry in bare]))
    if replace(query, sort=TenantQuery().sort) != TenantQuery():
        listed = owners(console, query)
        title = translate("fleet_backups", "Those in the list now")
        about = translate("fleet_backups", "What its search and filters have left.")
        if listed:
            found.append(_crowd("listed", title, about, listed, [entry.id for entry in listed]))
    return tuple(found)


def owners(console: Console, query: TenantQuery) -> list[TenantEntry]:
    """Whoever of a query has a live database by the registry. Blocks."""
    page = console.directory.page(replace(query, limit=None, offset=0))
    return [entry for entry in page.entries if entry.database is not None and entry.state is not DatabaseState.DELETED]


def _crowd(
    key: str, title: str, about: str, entries: Sequence[TenantEntry], tenants: Sequence[str] | None = None
) -> Crowd:
    size = sum(entry.allocated or 0 for entry in entries)
    ids = None if tenants is None else tuple(tenants)
    return Crowd(key, title, about, ids, len(entries) if ids is None else len(ids), size)
