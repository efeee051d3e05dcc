"""Carrying a backup's dump out: as a throw-away account, whatever the file says.

Our own account carries out only what that one may not, or all of it where no such account can be made: and then only
a file that the master itself has in its list, to the byte. Whatever somebody altered, and gave the right hash again, is
none of those.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from pagevoo_console.domain.backup import Backup, BackupManifest
from pagevoo_console.domain.errors import MissingPrivilege, Refused
from pagevoo_console.domain.server import Server
from pagevoo_console.services import backup_files as files
from pagevoo_console.services.backup_index import BackupIndex
from pagevoo_console.services.backup_keys import BackupKeys
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.base import Companions
from pagevoo_console.services.guests import ANOTHER, Guests, NoGuest
from pagevoo_console.services.jobs import JobContext

NOT_OURS = "not_ours"
OpenSource = Callable[[], AbstractContextManager[IO[bytes]]]


class BackupLoader:
    """Loads backups into databases. Safe to call from any thread."""

    def __init__(self, connections: Connections, guests: Guests, index: BackupIndex, keys: BackupKeys) -> None:
        self._connections = connections
        self._guests = guests
        self._index = index
        self._keys = keys

    def load(
        self,
        backup: Backup,
        manifest: BackupManifest,
        server: Server,
        database: str,
        job: JobContext,
        *,
        operation: str,
        like: str | None = None,
    ) -> str:
        """Carry the dump out in an empty database of ours; returns why our own account had to, "" where it had not.

        `operation` and `like` are as `Guests.session` has them. Raises Refused (`no_guest`, `not_ours`) for a file that
        the master does not know where only our own account could load it.
        """
        with files.opening_dump(backup, self._keys) as open_source:
            return self._load(backup, manifest, server, database, open_source, job, operation=operation, like=like)

    def _load(
        self, backup: Backup, manifest: BackupManifest, server: Server, database: str, open_source: OpenSource,
        job: JobContext, *, operation: str, like: str | None,
    ) -> str:  # fmt: skip
        ourselves = partial(self._connections.open, server, database, writable=True, read_timeout=None)
        try:
            with self._guests.session(server, database, operation, like=like) as session:
                another = session.info.get(ANOTHER, ourselves)
                self._carry_out(session, server, Companions(another, open_source), job)
        except NoGuest as error:
            self._ensure_known(backup, error)
            why = error.message
        except MissingPrivilege as error:
            why = f"A throw-away account may not: {error.message}"
            self._ensure_known(backup, Refused(why, code=NOT_OURS))
        else:
            self._complete(backup, manifest, server, database, open_source, job)
            return ""
        job.line(f"Warning: {why}. The console's own account loads it: this is the very file that it made.")
        self._empty(server, database)
        with ourselves() as session:
            self._carry_out(session, server, Companions(ourselves, open_source), job)
        return why

    def _carry_out(self, session: sa.Connection, server: Server, companions: Companions, job: JobContext) -> None:
        with companions.open_source() as source, job.on_cancel(self._connections.canceller(session)):
            self._connections.engine(server).load(session, source, job, companions)

    def _complete(
        self, backup: Backup, manifest: BackupManifest, server: Server, database: str, open_source: OpenSource,
        job: JobContext,
    ) -> None:  # fmt: skip
        """What only a superuser makes, from a file that the master knows; from any other it is left out."""
        administration = self._connections.engine(server).administration
        if not administration.is_for_superusers(manifest.losses) or not self._index.knows(backup):
            return
        with (
            self._connections.open(server, database, writable=True, read_timeout=None) as session,
            open_source() as source,
        ):
            administration.load_for_superusers(session, source, job)

    def _ensure_known(self, backup: Backup, error: Refused) -> None:
        if not self._index.knows(backup):
            raise Refused(
                f"{error.message}; and {Path(backup.path).name} is no file that this master made, which the console's"
                " own account would carry out",
                code=error.code,
                hint="Restore it where throw-away accounts can be made and have these rights.",
            ) from error

    def _empty(self, server: Server, database: str) -> None:
        """Make the database anew, whatever a load that failed has left in it."""
        engine = self._connections.engine(server)
        with self._connections.open(server, writable=True, read_timeout=None) as session:
            marker = engine.marker(session, database) or ""
            engine.drop_database(session, database)
            engine.create_database(session, database, marker)
