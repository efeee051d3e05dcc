"""The statements of revisions that only create tables, compiled once a dialect: a cache, never a second source.

Running a revision through Alembic costs more than a small server needs to create its tables. What a revision sends is
therefore kept, by the content of its file; whatever does more than create tables is run through Alembic every time.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.operations import ops as changes
from alembic.runtime.migration import MigrationContext

from pagevoo_console.services.lineage_operations import inline_keys, sorted_indexes

if TYPE_CHECKING:
    from alembic.script import Script


@dataclass(frozen=True, slots=True)
class Creation:
    """A table that a revision creates, and the statements that do it, in order."""

    table: str
    statements: tuple[str, ...]


class CompiledRevisions:
    """Keeps what was compiled. Safe to call from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digests: dict[str, str] = {}
        self._kept: dict[tuple[Any, ...], tuple[Creation, ...] | None] = {}

    def creations(self, dialect: sa.Dialect, revision: Script) -> tuple[Creation, ...] | None:
        """What the revision creates on such a server, None where it does anything but create tables."""
        key = (
            self._digest(revision.path),
            dialect.name,
            getattr(dialect, "is_mariadb", False),
            dialect.server_version_info,
        )
        with self._lock:
            if key in self._kept:
                return self._kept[key]
        made = _compile(dialect, revision)
        with self._lock:
            self._kept[key] = made
        return made

    def _digest(self, path: str) -> str:
        with self._lock:
            if path not in self._digests:
                self._digests[path] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            return self._digests[path]


class _OtherChangeError(Exception):
    """The revision does something else than create tables."""


class _Compiling(Operations):
    def __init__(self, dialect: sa.Dialect) -> None:
        super().__init__(MigrationContext.configure(dialect=dialect, opts={"as_sql": True}))
        self.creations: list[Creation] = []
        self._dialect = dialect

    def invoke(self, operation: changes.MigrateOperation) -> Any:
        if not isinstance(operation, changes.CreateTableOp):
            raise _OtherChangeError
        table = operation.to_table(self.migration_context)
        if table.comment or any(column.comment for column in table.columns):
            raise _OtherChangeError
        inline_keys(table, self._dialect)
        parts: list[sa.schema.ExecutableDDLElement] = [sa.schema.CreateTable(table)]
        parts += [sa.schema.CreateIndex(index) for index in sorted_indexes(table)]
        statements = tuple(str(part.compile(dialect=self._dialect)).strip() for part in parts)
        self.creations.append(Creation(table.name, statements))
        return table

    def get_bind(self) -> NoReturn:
        raise _OtherChangeError

    def batch_alter_table(self, *_: Any, **__: Any) -> NoReturn:
        raise _OtherChangeError


def _compile(dialect: sa.Dialect, revision: Script) -> tuple[Creation, ...] | None:
    operations = _Compiling(dialect)
    try:
        revision.module.upgrade(operations)
    except _OtherChangeError:
        return None
    return tuple(operations.creations)
