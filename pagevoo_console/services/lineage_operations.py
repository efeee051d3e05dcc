"""The operations a revision is handed: Alembic's own, which converge when a run was killed between two statements.

MySQL and MariaDB commit every DDL statement at once, so a table may stand although its revision was never recorded.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.operations.ops import CreateTableOp
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler

from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.lineage_differences import differences

_INLINE_KEYS = frozenset({"mysql", "mariadb"})
"""Dialects whose CREATE TABLE takes secondary keys, so that a table and its keys are one statement: all or nothing."""


class InlineKey(sa.schema.ColumnCollectionConstraint):
    """A secondary index written inside CREATE TABLE."""

    def __init__(self, index: sa.Index) -> None:
        super().__init__(*[column.name for column in index.columns], name=index.name)
        self.is_unique = index.unique


@compiles(InlineKey, *sorted(_INLINE_KEYS))
def _compile_inline_key(key: InlineKey, compiler: DDLCompiler, **_: Any) -> str:
    name = compiler.preparer.quote(str(key.name))
    columns = ", ".join(compiler.preparer.quote(column.name) for column in key.columns)
    return f"{'UNIQUE ' if key.is_unique else ''}KEY {name} ({columns})"


class ConvergingOperations(Operations):
    """Operations that can be run again. Bound to one connection, never installed as Alembic's process-wide proxy."""

    def create_table(
        self, table_name: str, *columns: sa.schema.SchemaItem, if_not_exists: bool | None = None, **kw: Any
    ) -> sa.Table:
        """Create the table with its keys, or accept the very same table. Raises Refused (`table_exists`) otherwise."""
        table = CreateTableOp(table_name, columns, if_not_exists=if_not_exists, **kw).to_table(self.migration_context)
        self.ensure_table(table)
        return table

    def drop_table(
        self, table_name: str, *, schema: str | None = None, if_exists: bool | None = None, **kw: Any
    ) -> None:
        """Drop the table; one that is not there is dropped already."""
        super().drop_table(table_name, schema=schema, if_exists=True, **kw)

    def ensure_table(self, table: sa.Table) -> None:
        """Make the table stand as described, with its keys. `table` is used up."""
        connection = self.get_bind()
        if sa.inspect(connection).has_table(table.name):
            self._accept(connection, table)
            return
        if connection.dialect.name in _INLINE_KEYS:
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                table.append_constraint(InlineKey(index))
            table.indexes.clear()
        self.migration_context.impl.create_table(table)

    def _accept(self, connection: sa.Connection, table: sa.Table) -> None:
        """What a run that was killed left behind counts as made; a table of somebody else's stops the run."""
        found = differences(connection, table.metadata, [table.name])
        others = [difference.detail for difference in found if difference.kind != "missing_index"]
        if others:
            raise Refused(
                f"There is a table {table.name} already, and it is another one: {'; '.join(others)}",
                code="table_exists",
                hint="Move that table out of the way, or bring it to what the feature expects; then try again.",
            )
        standing = {index["name"] for index in sa.inspect(connection).get_indexes(table.name)}
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            if index.name not in standing:
                self.migration_context.impl.create_index(index)


def fit_foreign_keys(connection: sa.Connection, table: sa.Table) -> None:
    """Give columns that refer to a table somebody else made its key's very type, which InnoDB insists on."""
    if connection.dialect.name not in _INLINE_KEYS:
        return
    inspector = sa.inspect(connection)
    for key in table.foreign_keys:
        found = {column["name"]: column["type"] for column in inspector.get_columns(key.column.table.name)}
        kind = found.get(key.column.name)
        if isinstance(kind, mysql.BIGINT | mysql.INTEGER):
            key.parent.type = kind
