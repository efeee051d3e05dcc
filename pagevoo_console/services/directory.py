"""What was last seen of every tenant, in a disposable index: lists, search and overview read it, plans never do.

One SQLite file a connection in the user's cache folder (0600), with a trigram index for search. It answers at once,
offline too, and puts no load and no index on the platform's own tables.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.errors import Failed, WrongUsage
from pagevoo_console.domain.freeze import Freeze, FreezeReason
from pagevoo_console.domain.sighting import FleetSummary, Orphan, ServerSighting, Sighting, TenantEntry
from pagevoo_console.domain.tenant import SORT_KEYS, TenantQuery
from pagevoo_console.services.directory_schema import COLUMNS, SCHEMA, VERSION
from pagevoo_console.services.values import as_time, iso

_SORTS = {
    "id": "id_rank {0}, id {0}",
    "name": "name COLLATE NOCASE {0}",
    "email": "email COLLATE NOCASE {0}",
    "tier": "tier_rank {0}",
    "state": "state {0}",
    "size": "allocated {0}",
    "created": "created_at {0}",
    "database": "database {0}",
    "domain": "domain COLLATE NOCASE {0}",
    "used": "CAST(used AS REAL) / limit_bytes {0}",
    "backup": "backup_at {0}",
}
_LEVEL = """CASE WHEN used IS NULL THEN NULL WHEN limit_bytes IS NULL THEN 'unlimited'
 WHEN used >= limit_bytes THEN 'over' WHEN used >= limit_bytes * 0.8 THEN 'near' ELSE 'ok' END"""
_BACKUP = """CASE WHEN registry_state IS NOT 'active' THEN NULL WHEN backup_at IS NULL THEN 'never'
 WHEN proved_at IS NULL OR proved_at < backup_at THEN 'unproved' ELSE 'proved' END"""


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """A tenant out of the registry, as the directory keeps it. `searchable` holds every text a search should find."""

    id: str
    name: str
    email: str
    tier: str
    tier_rank: int
    status: str
    domain: str | None
    is_published: bool
    websites: int
    locked_to_website: str | None
    database: str | None
    engine: str | None
    server: str | None
    generation: str | None
    registry_state: str | None
    limit_bytes: int | None
    created_at: str | None
    database_created_at: str | None
    searchable: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: how many there are in all, and these."""

    total: int
    entries: tuple[TenantEntry, ...]


class Directory:
    """The index of one connection. Each call opens its own handle, so it is safe from any thread and many processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    # --- writing ----------------------------------------------------------------------------------------------------

    def replace_registry(self, rows: Iterable[DirectoryRow], moment: datetime) -> int:
        """Take over what the registry holds now. Returns how many tenants.

        What was seen of a database stays as long as the registry means that same one, and calls it alive as before.
        """
        with self._writing() as database:
            database.execute(f"CREATE TEMP TABLE incoming ({', '.join(COLUMNS)})")
            places = ", ".join("?" * len(COLUMNS))
            database.executemany(f"INSERT INTO incoming VALUES ({places})", map(_values, rows))
            database.execute("CREATE UNIQUE INDEX temp.incoming_id ON incoming (id)")
            database.execute("DELETE FROM tenants WHERE id NOT IN (SELECT id FROM incoming)")
            changed = " OR ".join(f"tenants.{column} IS NOT excluded.{column}" for column in COLUMNS)
            keep = ", ".join(f"{column} = excluded.{column}" for column in COLUMNS if column != "id")
            seen = ", ".join(
                f"{column} = CASE WHEN tenants.generation IS excluded.generation"
                f" AND tenants.registry_state IS excluded.registry_state THEN tenants.{column} END"
                for column in (
                    "state",
                    "allocated",
                    "used",
                    "exact",
                    "seen_at",
                    "note",
                    "features",
                    "outdated",
                    "failing",
                )
            )
            database.execute(
                f"INSERT INTO tenants ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS)} FROM incoming WHERE true"
                f" ON CONFLICT (id) DO UPDATE SET {keep}, {seen} WHERE {changed}"
            )
            count = int(database.execute("SELECT count(*) FROM incoming").fetchone()[0])
            database.execute("DROP TABLE incoming")
            _remember(database, "registry_at", iso(moment))
        return count

    def record(self, sightings: Iterable[Sighting]) -> None:
        """Keep what was seen. A look that brought no features leaves those of an earlier one."""
        with self._writing() as database:
            database.executemany(
                "UPDATE tenants SET state = ?, allocated = ?, used = ?, exact = ?, seen_at = ?, note = ?,"
                " features = coalesce(?, features), outdated = CASE WHEN ? THEN ? ELSE outdated END WHERE id = ?",
                (
                    (
                        None if seen.state is None else seen.state.value,
                        seen.allocated,
                        seen.used,
                        seen.exact,
                        iso(seen.seen_at),
                        seen.note,
                        None if seen.features is None else json.dumps(seen.features),
                        seen.features is not None,
                        seen.is_outdated,
                        seen.tenant,
                    )
                    for seen in sightings
                ),
            )

    def record_provisioning(self, tenants: Iterable[str]) -> None:
        """These tenants' databases are being made; nobody else's are."""
        wanted = json.dumps(sorted(tenants))
        with self._writing() as database:
            database.execute(
                "UPDATE tenants SET state = NULL WHERE state = 'provisioning'"
                " AND id NOT IN (SELECT value FROM json_each(?))",
                (wanted,),
            )
            database.execute(
                "UPDATE tenants SET state = 'provisioning' WHERE registry_state IS NOT 'active'"
                " AND id IN (SELECT value FROM json_each(?))",
                (wanted,),
            )

    def record_suspended(self, frozen: Mapping[tuple[str, str], Freeze]) -> None:
        """These (tenant, generation) take no new rows, and of those that were seen alive nobody else's."""
        with self._writing() as database:
            database.execute("UPDATE tenants SET state = 'active', frozen = NULL WHERE state = 'suspended'")
            database.executemany(
                "UPDATE tenants SET state = 'suspended', frozen = ? WHERE state = 'active' AND id = ?"
                " AND generation IS ?",
                (
                    (json.dumps([iso(freeze.since), freeze.reason.value, freeze.by]), tenant, generation)
                    for (tenant, generation), freeze in frozen.items()
                ),
            )

    def record_backups(self, newest: dict[str, tuple[datetime, datetime | None]]) -> None:
        """Keep when each tenant was last backed up, and when the last backup that was proved was made."""
        with self._writing() as database:
            database.executemany(
                "UPDATE tenants SET backup_at = ?, proved_at = ? WHERE id = ?",
                ((iso(made), iso(proved), tenant) for tenant, (made, proved) in newest.items()),
            )

    def record_failing(self, looked: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Keep why these tenants' databases do not answer, empty where they do.

        Returns who has stopped answering since the look before, and who answers again; a first look is neither.
        """
        failed, back = [], []
        with self._writing() as database:
            before = dict(database.execute("SELECT id, failing FROM tenants").fetchall())
            changed = [(why, tenant) for tenant, why in looked.items() if before.get(tenant) != why]
            database.executemany("UPDATE tenants SET failing = ? WHERE id = ?", changed)
        for why, tenant in changed:
            if before.get(tenant) == "":
                failed.append(tenant)
            elif before.get(tenant) and not why:
                back.append(tenant)
        return tuple(failed), tuple(back)

    def record_server(self, server: ServerSighting, orphans: Sequence[Orphan]) -> ServerSighting | None:
        """Keep how a server was found; orphans of a server that did not answer stay as they were.

        Returns how it was found before, None where it never was.
        """
        with self._writing() as database:
            before = database.execute("SELECT * FROM servers WHERE name = ?", (server.name,)).fetchone()
            database.execute(
                "INSERT OR REPLACE INTO servers VALUES (?, ?, ?, ?, ?)",
                (server.name, server.engine, server.databases, iso(server.seen_at), server.problem),
            )
            if server.problem is None:
                database.execute("DELETE FROM orphans WHERE server = ?", (server.name,))
                database.executemany(
                    "INSERT INTO orphans VALUES (?, ?, ?, ?, ?)",
                    (
                        (orphan.name, orphan.server, orphan.allocated, orphan.is_undead, iso(orphan.seen_at))
                        for orphan in orphans
                    ),
                )
            _remember(database, "scanned_at", iso(server.seen_at))
        return None if before is None else _server(before)

    def forget(self) -> None:
        """Remove everything that is cached of this connection."""
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    # --- reading ----------------------------------------------------------------------------------------------------

    @property
    def registry_at(self) -> datetime | None:
        """When the registry was last read, None when it never was."""
        with self._reading() as database:
            return as_time(_remembered(database, "registry_at"))

    def page(self, query: TenantQuery) -> Page:
        """The tenants a query asks for. Raises WrongUsage for an unknown sort key or a negative page."""
        if (query.limit is not None and query.limit < 0) or query.offset < 0:
            raise WrongUsage("A page cannot be negative")
        where, values = _where(query)
        limit = -1 if query.limit is None else query.limit
        with self._reading() as database:
            total = int(database.execute(f"SELECT count(*) FROM tenants WHERE {where}", values).fetchone()[0])
            rows = database.execute(
                f"SELECT * FROM tenants WHERE {where} ORDER BY {_order(query.sort)} LIMIT ? OFFSET ?",
                (*values, limit, query.offset),
            ).fetchall()
        return Page(total, tuple(_entry(row) for row in rows))

    def keys(self, query: TenantQuery, limit: int | None = None) -> array[int]:
        """The row keys of a query in its order: 8 bytes a tenant, for a view that fetches its rows by `entries`."""
        where, values = _where(query)
        with self._reading() as database:
            database.row_factory = None
            rows = database.execute(
                f"SELECT key FROM tenants WHERE {where} ORDER BY {_order(query.sort)} LIMIT ?",
                (*values, -1 if limit is None else limit),
            )
            return array("q", (row[0] for row in rows))

    def entries(self, keys: Sequence[int]) -> tuple[TenantEntry | None, ...]:
        """The entries of these keys, in their order; None for one that has gone meanwhile."""
        places = ", ".join("?" * len(keys))
        with self._reading() as database:
            rows = database.execute(f"SELECT * FROM tenants WHERE key IN ({places})", tuple(keys)).fetchall()
        found = {row["key"]: _entry(row) for row in rows}
        return tuple(found.get(key) for key in keys)

    def entry(self, tenant: str) -> TenantEntry | None:
        with self._reading() as database:
            row = database.execute("SELECT * FROM tenants WHERE id = ?", (tenant,)).fetchone()
        return None if row is None else _entry(row)

    def key(self, tenant: str) -> int | None:
        """The row key of a tenant, None when there is no such tenant."""
        with self._reading() as database:
            row = database.execute("SELECT key FROM tenants WHERE id = ?", (tenant,)).fetchone()
        return None if row is None else int(row["key"])

    def located(self, tenants: Sequence[str] | None = None) -> tuple[tuple[str, str, str], ...]:
        """(tenant, server, database) of every tenant with a live database."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT id, server, database FROM tenants WHERE database IS NOT NULL AND registry_state = 'active'"
            ).fetchall()
        wanted = None if tenants is None else set(tenants)
        return tuple(
            (row["id"], row["server"] or "", row["database"]) for row in rows if wanted is None or row["id"] in wanted
        )

    def summary(self) -> FleetSummary:
        """The fleet in figures."""
        with self._reading() as database:

            def ids(condition: str) -> tuple[str, ...]:
                query = f"SELECT id FROM tenants WHERE {condition} ORDER BY id_rank, id"
                return tuple(row["id"] for row in database.execute(query))

            totals = database.execute(
                "SELECT count(*) AS tenants, sum(registry_state = 'active') AS databases,"
                " coalesce(sum(CASE WHEN registry_state = 'active' THEN allocated END), 0) AS size,"
                " sum(registry_state = 'active' AND backup_at IS NULL) AS unsaved FROM tenants"
            ).fetchone()
            states = database.execute(
                "SELECT coalesce(state, registry_state) AS state, count(*) AS tenants FROM tenants"
                " WHERE coalesce(state, registry_state) IS NOT NULL GROUP BY 1 ORDER BY 1"
            ).fetchall()
            tiers = database.execute(
                "SELECT tier, count(*) AS tenants FROM tenants GROUP BY tier ORDER BY min(tier_rank), tier"
            ).fetchall()
            orphans = database.execute("SELECT * FROM orphans ORDER BY name").fetchall()
            servers = database.execute("SELECT * FROM servers ORDER BY name").fetchall()
            return FleetSummary(
                tenants=totals["tenants"],
                databases=totals["databases"] or 0,
                size_bytes=totals["size"],
                by_state={row["state"]: row["tenants"] for row in states},
                by_tier={row["tier"]: row["tenants"] for row in tiers},
                orphans=tuple(
                    Orphan(row["name"], row["server"], row["allocated"], bool(row["undead"]), _time(row["seen_at"]))
                    for row in orphans
                ),
                missing=ids("state = 'missing'"),
                near=ids(f"({_LEVEL}) = 'near'"),
                over=ids(f"({_LEVEL}) = 'over'"),
                unreachable=ids("state = 'unreachable'"),
                outdated=ids("outdated"),
                published_without_database=ids("is_published AND registry_state IS NOT 'active'"),
                without_backup=totals["unsaved"] or 0,
                servers=tuple(_server(row) for row in servers),
                registry_at=as_time(_remembered(database, "registry_at")),
                scanned_at=as_time(_remembered(database, "scanned_at")),
            )

    # --- the file ---------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        database = self._open()
        try:
            yield database
        except sqlite3.DatabaseError as error:
            raise self._unusable(error) from error
        finally:
            database.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        database = self._open()
        try:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise self._unusable(error) from error
        finally:
            database.close()

    def _open(self) -> sqlite3.Connection:
        """A handle on the index; one that is damaged or of another version is thrown away and made anew."""
        try:
            return self._connected()
        except sqlite3.DatabaseError:
            self.forget()
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            raise self._unusable(error) from error

    def _connected(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise Failed(
                f"The directory {self._path} cannot be opened: {error.strerror}",
                code="disk_error",
                hint="Set PAGEVOO_HOME to a folder in which this user of the machine may write.",
            ) from error
        database = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            database.row_factory = sqlite3.Row
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = OFF")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                database.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
            elif version != VERSION:
                raise sqlite3.DatabaseError(f"version {version}")
        except BaseException:
            database.close()
            raise
        return database

    def _unusable(self, error: sqlite3.DatabaseError) -> Failed:
        return Failed(
            f"The directory {self._path} cannot be used: {error}",
            code="directory",
            hint="It is only a cache: delete the file, and it is made anew.",
        )


def _where(query: TenantQuery) -> tuple[str, list[Any]]:
    conditions, values = ["true"], []
    for word in query.search.split():
        text = word.casefold()
        if len(text) >= 3:
            conditions.append("key IN (SELECT rowid FROM found WHERE found MATCH ?)")
            values.append('"' + text.replace('"', '""') + '"')
        else:
            conditions.append("instr(searchable, ?) > 0")
            values.append(text)
    for column, wanted in (
        ("tier", query.tiers),
        ("coalesce(state, registry_state, 'none')", query.states),
        (f"({_LEVEL})", query.levels),
        (f"({_BACKUP})", query.backups),
    ):
        if wanted:
            conditions.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            values.extend(wanted)
    return " AND ".join(conditions), values


def _order(sort: str) -> str:
    key = sort.removeprefix("-")
    if key not in SORT_KEYS:
        raise WrongUsage(f"Tenants cannot be sorted by {key!r}", hint=f"Sort by one of: {', '.join(SORT_KEYS)}.")
    direction = "DESC" if sort.startswith("-") else "ASC"
    order = _SORTS[key].format(f"{direction} NULLS LAST")
    return order if key == "id" else f"{order}, id_rank, id"


def _values(row: DirectoryRow) -> tuple[Any, ...]:
    return (
        row.id, _rank(row.id), row.name, row.email,
        row.tier, row.tier_rank, row.status, row.domain, row.is_published, row.websites, row.locked_to_website,
        row.database, row.engine, row.server, row.generation, row.registry_state, row.limit_bytes, row.created_at,
        row.database_created_at, row.searchable.casefold(),
    )  # fmt: skip


def _rank(tenant: str) -> int | None:
    """A number to sort by, for ids that are numbers."""
    return int(tenant) if tenant.isascii() and tenant.isdigit() and len(tenant) < 19 else None


def _entry(row: sqlite3.Row) -> TenantEntry:
    state = row["state"] or row["registry_state"]
    features = json.loads(row["features"]) if row["features"] else {}
    return TenantEntry(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        tier=row["tier"],
        status=row["status"],
        domain=row["domain"],
        is_published=bool(row["is_published"]),
        locked_to_website=row["locked_to_website"],
        database=row["database"],
        engine=row["engine"],
        server=row["server"],
        generation=row["generation"],
        state=None if state is None else DatabaseState(state),
        allocated=row["allocated"],
        used=row["used"],
        exact=bool(row["exact"]),
        limit=row["limit_bytes"],
        seen_at=as_time(row["seen_at"]),
        note=row["note"] or "",
        features=tuple(name for name, is_active in sorted(features.items()) if is_active),
        is_outdated=bool(row["outdated"]),
        backup_at=as_time(row["backup_at"]),
        proved_at=as_time(row["proved_at"]),
        created_at=as_time(row["created_at"]),
        database_created_at=as_time(row["database_created_at"]),
        websites=row["websites"],
        frozen=_freeze(row["frozen"]) if state == DatabaseState.SUSPENDED else None,
    )


def _freeze(text: str | None) -> Freeze | None:
    if text is None:
        return None
    since, reason, by = json.loads(text)
    return Freeze(as_time(since), FreezeReason(reason), by)


def _server(row: sqlite3.Row) -> ServerSighting:
    return ServerSighting(row["name"], row["engine"], row["databases"], _time(row["seen_at"]), row["problem"])


def _remember(database: sqlite3.Connection, name: str, value: str | None) -> None:
    database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))


def _remembered(database: sqlite3.Connection, name: str) -> str | None:
    row = database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]


def _time(value: str) -> datetime:
    moment = as_time(value)
    if moment is None:
        raise Failed("The directory holds a fact without its time", code="directory")
    return moment
