"""The operations a revision is handed: Alembic's own, which converge when a run was killed between two statements.

MySQL and MariaDB commit every DDL statement at once, so a change may stand although its revision was never recorded.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.operations import ops as changes
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler

from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.lineage_differences import differences

INLINE_KEYS = frozenset({"mysql", "mariadb"})
"""Dialects whose CREATE TABLE takes secondary keys, so that a table and its keys are one statement: all or nothing."""


class InlineKey(sa.schema.ColumnCollectionConstraint):
    """A secondary index written inside CREATE TABLE."""

    def __init__(self, index: sa.Index) -> None:
        super().__init__(*[column.name for column in index.columns], name=index.name)
        self.is_unique = index.unique


@compiles(InlineKey, *sorted(INLINE_KEYS))
def _compile_inline_key(key: InlineKey, compiler: DDLCompiler, **_: Any) -> str:
    name = compiler.preparer.quote(str(key.name))
    columns = ", ".join(compiler.preparer.quote(column.name) for column in key.columns)
    return f"{'UNIQUE ' if key.is_unique else ''}KEY {name} ({columns})"


def inline_keys(table: sa.Table, dialect: sa.Dialect) -> None:
    """Write the table's indexes into its CREATE TABLE, where the dialect can. `table` is used up."""
    if dialect.name in INLINE_KEYS:
        for index in sorted_indexes(table):
            table.append_constraint(InlineKey(index))
        table.indexes.clear()


def sorted_indexes(table: sa.Table) -> list[sa.Index]:
    return sorted(table.indexes, key=lambda index: str(index.name))


class ConvergingOperations(Operations):
    """Operations that can be run again. Bound to one connection, never installed as Alembic's process-wide proxy."""

    def invoke(self, operation: changes.MigrateOperation) -> Any:
        """Carry out one operation unless it was carried out already.

        Creates a table with its keys, or accepts the very same table; raises Refused (`table_exists`) otherwise.
        """
        if isinstance(operation, changes.CreateTableOp):
            table = operation.to_table(self.migration_context)
            self.ensure_table(table)
            return table
        return None if self._is_done(operation) else super().invoke(operation)

    def ensure_table(self, table: sa.Table) -> None:
        """Make the table stand as described, with its keys. `table` is used up."""
        connection = self.get_bind()
        if sa.inspect(connection).has_table(table.name):
            self._accept(connection, table)
            return
        inline_keys(table, connection.dialect)
        self.migration_context.impl.create_table(table)

    def _is_done(self, operation: changes.MigrateOperation) -> bool:
        """Whether a run that was killed got so far. What merely sets a state (ALTER COLUMN) is set again instead."""
        match operation:
            case changes.AddColumnOp():
                return operation.column.name in self._columns(operation.table_name)
            case changes.DropColumnOp():
                return operation.column_name not in self._columns(operation.table_name)
            case changes.AlterColumnOp(modify_name=str() as renamed):
                return renamed in self._columns(operation.table_name)
            case changes.CreateIndexOp():
                return str(operation.index_name) in self._keys(operation.table_name)
            case changes.DropIndexOp(table_name=str() as table):
                return str(operation.index_name) not in self._keys(table)
            case changes.DropTableOp():
                return not self._has(operation.table_name)
            case changes.RenameTableOp():
                return self._has(operation.new_table_name)
            case changes.DropConstraintOp(constraint_name=str() as name):
                return name not in self._keys(operation.table_name)
            case changes.AddConstraintOp():
                constraint = operation.to_constraint()
                return constraint.table is not None and str(constraint.name) in self._keys(constraint.table.name)
        return False

    def _has(self, table: str) -> bool:
        return sa.inspect(self.get_bind()).has_table(table)

    def _columns(self, table: str) -> set[str]:
        return {column["name"] for column in sa.inspect(self.get_bind()).get_columns(table)}

    def _keys(self, table: str) -> set[str | None]:
        """The names of everything that constrains or finds the table's rows."""
        inspector = sa.inspect(self.get_bind())
        return {
            *(index["name"] for index in inspector.get_indexes(table)),
            *(key["name"] for key in inspector.get_unique_constraints(table)),
            *(key["name"] for key in inspector.get_foreign_keys(table)),
            *(check["name"] for check in inspector.get_check_constraints(table)),
            inspector.get_pk_constraint(table)["name"],
        }

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
        for index in sorted_indexes(table):
            if index.name not in standing:
                self.migration_context.impl.create_index(index)


def fit_foreign_keys(connection: sa.Connection, table: sa.Table) -> None:
    """Give columns that refer to a table somebody else made its key's very type, which InnoDB insists on."""
    if connection.dialect.name not in INLINE_KEYS:
        return
    inspector = sa.inspect(connection)
    for key in table.foreign_keys:
        if not inspector.has_table(key.column.table.name):
            continue
        found = {column["name"]: column["type"] for column in inspector.get_columns(key.column.table.name)}
        kind = found.get(key.column.name)
        if isinstance(kind, mysql.BIGINT | mysql.INTEGER):
            key.parent.type = kind
