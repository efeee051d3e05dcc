"""`console_backups`: an index over manifests, which are the truth. It can be lost and rebuilt."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.services import backup_files as files
from pagevoo_console.services.master import Master
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
    """Where the backups of a master lie. Entries whose files have gone are not listed. Safe to call from any thread."""

    def __init__(self, master: Master) -> None:
        self._master = master

    def add(self, backup: Backup) -> None:
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
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(_BACKUPS.name):
                return ()
            paths = [Path(row.path) for row in session.execute(query)]
        found = []
        for path in paths:
            try:
                found.append(files.describe(path))
            except ConsoleError:
                continue
        return tuple(found)

    def newest(self) -> dict[str, tuple[datetime, datetime | None]]:
        """For each tenant when its newest backup, and its newest proved one, was made. Reads the index alone."""
        newest: dict[str, tuple[datetime, datetime | None]] = {}
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(_BACKUPS.name):
                return newest
            query = sa.select(_BACKUPS.c.tenant, _BACKUPS.c.created_at, _BACKUPS.c.verified_at)
            for row in session.execute(query.order_by(_BACKUPS.c.created_at)):
                tenant, created = str(row.tenant), as_time(row.created_at)
                if created is None:
                    continue
                earlier = newest[tenant][1] if tenant in newest else None
                newest[tenant] = (created, earlier if row.verified_at is None else created)
        return newest
