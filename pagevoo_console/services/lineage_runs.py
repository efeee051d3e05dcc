"""Carrying out revisions on one connection and writing down how far they came.

Where DDL rolls back, all that is asked for at once is one transaction. Elsewhere every statement stands at once, and
what is written down may lag behind what stands: a run that is taken up looks at each table before it makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.operation import Step
from pagevoo_console.services.failpoints import failpoint

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import Script

    from pagevoo_console.services.lineage_statements import CompiledRevisions

VERSION_TABLE = "console_features"
"""Not Alembic's default: the platform may run migrations of its own in the same database."""

Progress = Callable[[int, int, str], object]
"""Called with revisions done, revisions in all, and what is being done."""

_LEDGER = sa.table(VERSION_TABLE, sa.column("version_num"))
_BEGIN = {"sqlite": "BEGIN IMMEDIATE"}
"""SQLite takes its one write lock here, where it can wait for it, rather than at the first write, where it cannot."""
_ROLLS_BACK = frozenset({"sqlite", "postgresql"})


@dataclass(frozen=True, slots=True)
class Pending:
    """A revision to be run: whose it is, and which revisions the ledger will rest on once it has been."""

    lineage: str
    revision: Script


def migration_context(connection: sa.Connection) -> MigrationContext:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})


def rolls_back(connection: sa.Connection) -> bool:
    """Whether CREATE and ALTER take part in a transaction there."""
    return connection.dialect.name in _ROLLS_BACK


def run_upgrades(
    connection: sa.Connection,
    pending: Sequence[Pending],
    heads_after: Callable[[Iterable[str]], frozenset[str]],
    compiled: CompiledRevisions,
    progress: Progress | None,
) -> None:
    """Run the revisions in order. `heads_after` says what the ledger holds when it rests on these revisions.

    The ledger is written once a lineage, and before and after every revision that alters what stands: run a second
    time such a revision would find its table changed.
    """
    from pagevoo_console.services.lineage_operations import ConvergingOperations

    if not pending:
        return
    tell: Progress = progress or (lambda done, total, title: None)
    with transaction(connection) if rolls_back(connection) else nullcontext():
        context = migration_context(connection)
        standing = set(sa.inspect(connection).get_table_names())
        if VERSION_TABLE not in standing:
            context._ensure_version_table()
        ledger = _Ledger(connection, context.get_current_heads(), heads_after)
        for number, each in enumerate(pending):
            title = step_of(each.revision).title
            tell(number, len(pending), title)
            creations = compiled.creations(connection.dialect, each.revision)
            if creations is None:
                ledger.write()
            if creations is None or any(creation.table in standing for creation in creations):
                each.revision.module.upgrade(ConvergingOperations(context))
            else:
                for creation in creations:
                    for statement in creation.statements:
                        connection.exec_driver_sql(statement)
            ledger.add(each.revision.revision)
            is_last = number + 1 == len(pending) or pending[number + 1].lineage != each.lineage
            if creations is None or is_last:
                failpoint("lineage.unwritten")
                ledger.write()
            tell(number + 1, len(pending), title)


def write_heads(connection: sa.Connection, before: Iterable[str], after: Iterable[str]) -> None:
    """Make the ledger hold these heads, where it held those. Raises Failed where it does not hold them any more.

    The caller has a transaction, or the ledger's rows may be between the two for a moment.
    """
    gone, new = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    for old, fresh in zip(gone, new, strict=False):
        changed = connection.execute(
            sa.update(_LEDGER).where(_LEDGER.c.version_num == old).values(version_num=fresh)
        ).rowcount
        _ensure_one(changed, old)
    for old in gone[len(new) :]:
        _ensure_one(connection.execute(sa.delete(_LEDGER).where(_LEDGER.c.version_num == old)).rowcount, old)
    for fresh in new[len(gone) :]:
        connection.execute(sa.insert(_LEDGER).values(version_num=fresh))


def step_of(revision: Script) -> Step:
    return Step(revision.revision, revision.doc or revision.revision)


def lineage_of(revision: Script) -> str:
    """Whose revision it is: its file lies in the lineage's folder."""
    return Path(revision.path).parent.parent.name


def below_of(revision: Script) -> tuple[str, ...]:
    """What a revision rests on: the one before it, and what it depends on in other lineages."""
    from alembic.util import to_tuple

    return (*to_tuple(revision.down_revision, default=()), *to_tuple(revision.dependencies, default=()))


@contextmanager
def transaction(connection: sa.Connection) -> Iterator[None]:
    """All of it or nothing, where the engine can; a session outside autocommit mode has a transaction already."""
    raw = connection.connection.dbapi_connection
    if raw is None or not connection.dialect.detect_autocommit_setting(raw):
        yield
        return
    connection.exec_driver_sql(_BEGIN.get(connection.dialect.name, "BEGIN"))
    try:
        yield
    except BaseException:
        # The server may have ended the transaction, or the session, already; the first error is the one to tell.
        with suppress(sa.exc.SQLAlchemyError):
            connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


class _Ledger:
    """What stands in the version table, and what will."""

    def __init__(
        self,
        connection: sa.Connection,
        heads: Iterable[str],
        heads_after: Callable[[Iterable[str]], frozenset[str]],
    ) -> None:
        self._connection = connection
        self._written = frozenset(heads)
        self._wanted = self._written
        self._heads_after = heads_after

    def add(self, revision: str) -> None:
        self._wanted = self._heads_after({*self._wanted, revision})

    def write(self) -> None:
        if self._wanted == self._written:
            return
        alone = nullcontext() if rolls_back(self._connection) else transaction(self._connection)
        is_single = len(self._wanted ^ self._written) == 1 or len(self._wanted) == len(self._written)
        with nullcontext() if is_single else alone:
            write_heads(self._connection, self._written, self._wanted)
        self._written = self._wanted


def _ensure_one(rows: int, revision: str) -> None:
    if rows != 1:
        raise Failed(
            f"Somebody else changed {VERSION_TABLE}: {revision} is not there any more",
            code="concurrent_upgrade",
            hint="Wait until they have finished, then run it again: what is there already is kept.",
        )
