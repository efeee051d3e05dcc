"""`console_backups`: an index over manifests, which are the truth. It can be lost and rebuilt.

A backup that could not be entered waits in a folder of this machine: it is listed all the same, and the next entry
takes it along.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.services import backup_files as files
from pagevoo_console.services.master import Master
from pagevoo_console.services.private_files import read_small, write_private
from pagevoo_console.services.values import as_time, naive_utc

_BACKUPS = sa.table(
    "console_backups",
    *(sa.column(name) for name in ("id", "tenant", "database_name", "generation", "path", "sha256", "manifest")),
    sa.column("size_bytes", sa.BigInteger),
    sa.column("encrypted", sa.Boolean),
    sa.column("created_at", sa.DateTime),
    sa.column("verified_at", sa.DateTime),
)


class BackupIndex:
    """Where the backups of a master lie. Entries whose files have gone are not listed. Safe to call from any thread.

    `waiting` is the folder for those that could not be entered.
    """

    def __init__(self, master: Master, waiting: Path) -> None:
        self._master = master
        self._waiting = waiting

    def add(self, backup: Backup) -> None:
        """Enter a backup, then those that wait. Where that cannot be it waits, too, and the reason is raised."""
        try:
            self._enter(backup)
        except (ConsoleError, UnicodeError):
            with suppress(ConsoleError):
                write_private(self._waiting / f"{backup.id}.json", json.dumps(str(backup.manifest_path)))
            raise
        for entry, waiting in self._at_the_door():
            with suppress(ConsoleError, UnicodeError):
                self._enter(waiting)
                entry.unlink(missing_ok=True)

    def _enter(self, backup: Backup) -> None:
        with self._master.writing() as session:
            session.execute(sa.delete(_BACKUPS).where(_BACKUPS.c.id == backup.id))
            session.execute(
                sa.insert(_BACKUPS).values(
                    id=backup.id, tenant=backup.tenant, database_name=backup.database, generation=backup.generation,
                    path=str(backup.manifest_path), size_bytes=backup.size_bytes, sha256=backup.sha256,
                    created_at=naive_utc(backup.created_at), encrypted=backup.encrypted, manifest="",
                    verified_at=None if backup.verified_at is None else naive_utc(backup.verified_at),
                )
            )  # fmt: skip

    def knows(self, backup: Backup) -> bool:
        """Whether the master itself has this very file in its list, to the byte. Reads only."""
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(_BACKUPS.name):
                return False
            found = session.execute(sa.select(_BACKUPS.c.sha256).where(_BACKUPS.c.id == backup.id)).scalar()
        return found is not None and str(found) == backup.sha256

    def remove(self, backup: str) -> None:
        """Take out one whose files are gone. It would not be listed any more anyway, so a failure passes."""
        with suppress(ConsoleError), self._master.writing() as session:
            session.execute(sa.delete(_BACKUPS).where(_BACKUPS.c.id == backup))

    def proved(self, backup: str, moment: datetime | None) -> None:
        """Keep when a backup was proved. The proof beside the file is the truth, so a read-only account may pass."""
        try:
            with self._master.writing() as session:
                session.execute(
                    sa.update(_BACKUPS)
                    .where(_BACKUPS.c.id == backup)
                    .values(verified_at=None if moment is None else naive_utc(moment))
                )
        except ConsoleError:
            return

    def list(self, tenant: str | None = None) -> tuple[Backup, ...]:
        """Backups whose manifests can be read here and now, oldest first; none where the master has no index yet."""
        query = sa.select(_BACKUPS.c.path).order_by(_BACKUPS.c.created_at)
        if tenant is not None:
            query = query.where(_BACKUPS.c.tenant == tenant)
        paths: list[Path] = []
        with self._master.reading() as session:
            if sa.inspect(session).has_table(_BACKUPS.name):
                paths = [Path(row.path) for row in session.execute(query)]
        found: dict[str, Backup] = {}
        for path in paths:
            with suppress(ConsoleError):
                backup = files.describe(path)
                found[backup.id] = backup
        for _, backup in self._at_the_door():
            if tenant is None or backup.tenant == tenant:
                found.setdefault(backup.id, backup)
        return tuple(sorted(found.values(), key=lambda backup: backup.created_at))

    def newest(self) -> dict[str, tuple[datetime, datetime | None]]:
        """For each tenant when its newest backup, and its newest proved one, was made. Opens none that was entered."""
        made = [(one.created_at, one.tenant, one.verified_at is not None) for _, one in self._at_the_door()]
        with self._master.reading() as session:
            if sa.inspect(session).has_table(_BACKUPS.name):
                query = sa.select(_BACKUPS.c.tenant, _BACKUPS.c.created_at, _BACKUPS.c.verified_at)
                for row in session.execute(query):
                    created = as_time(row.created_at)
                    if created is not None:
                        made.append((created, str(row.tenant), row.verified_at is not None))
        newest: dict[str, tuple[datetime, datetime | None]] = {}
        for created, tenant, is_proved in sorted(made):
            earlier = newest[tenant][1] if tenant in newest else None
            newest[tenant] = (created, created if is_proved else earlier)
        return newest

    def _at_the_door(self) -> Iterator[tuple[Path, Backup]]:
        """What waits to be entered and is there; each with the file that says so."""
        for entry in sorted(self._waiting.glob("*.json")):
            with suppress(ConsoleError, ValueError):
                yield entry, files.describe(Path(str(json.loads(read_small(entry)))))
