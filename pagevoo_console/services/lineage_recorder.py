"""What tables a chain of revisions makes, found by running them against nothing: no database is asked or touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa
from alembic.operations import BatchOperations, Operations
from alembic.operations import ops as changes
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine.default import DefaultDialect

from pagevoo_console.domain.errors import Failed
from pagevoo_console.services.lineage_files import copied


class Recorder(Operations):
    """Takes what a revision does and keeps the tables that come of it.

    Raises Failed (`unknown_operation`) for an operation whose effect on the tables it cannot know, such as SQL text.
    """

    def __init__(self) -> None:
        super().__init__(MigrationContext.configure(dialect=DefaultDialect(), opts={"as_sql": True}))
        self._tables: dict[str, sa.Table] = {}

    @property
    def metadata(self) -> sa.MetaData:
        """The tables as they stand now, in a collection of their own."""
        made = sa.MetaData()
        for table in self._tables.values():
            copied(table, made)
        return made

    @contextmanager
    def batch_alter_table(self, table_name: str, *_: Any, **__: Any) -> Iterator[BatchOperations]:
        """Changes of one table, written as SQLite needs them."""
        yield _Batch(self, table_name)

    def invoke(self, operation: changes.MigrateOperation) -> Any:
        match operation:
            case changes.CreateTableOp():
                made = operation.to_table(self.migration_context)
                self._tables[made.name] = made
                return made
            case changes.DropTableOp():
                del self._tables[self._table(operation.table_name).name]
            case changes.RenameTableOp():
                table = self._table(operation.table_name)
                del self._tables[table.name]
                self._tables[operation.new_table_name] = copied(table, sa.MetaData(), operation.new_table_name)
            case changes.AddColumnOp():
                self._rebuild(operation.table_name, added=[operation.column])
            case changes.DropColumnOp():
                self._rebuild(operation.table_name, dropped={operation.column_name})
            case changes.AlterColumnOp():
                self._alter(operation)
            case changes.CreateIndexOp():
                self._add_index(operation)
            case changes.DropIndexOp():
                self._drop_index(operation)
            case changes.DropConstraintOp():
                self._rebuild(operation.table_name, without={str(operation.constraint_name)})
            case changes.AddConstraintOp():
                constraint = operation.to_constraint()
                table = self._table(constraint.table.name)
                table.append_constraint(_copied(constraint, table))
            case changes.BulkInsertOp():
                pass
            case _:
                raise Failed(
                    f"A revision does something whose effect cannot be told: {type(operation).__name__}",
                    code="unknown_operation",
                    hint="Write it with Alembic's operations on tables, columns and keys.",
                )
        return None

    def _table(self, name: str) -> sa.Table:
        if name not in self._tables:
            raise Failed(f"A revision changes {name}, which no revision before it made", code="unknown_operation")
        return self._tables[name]

    def _alter(self, operation: changes.AlterColumnOp) -> None:
        found = self._table(operation.table_name).columns[operation.column_name]
        column = _column(found)
        if operation.modify_name is not None:
            column.name = column.key = operation.modify_name
        if operation.modify_type is not None:
            column.type = operation.modify_type
        if operation.modify_nullable is not None:
            column.nullable = operation.modify_nullable
        if operation.modify_server_default is not False:
            column = _with_default(column, operation.modify_server_default)
        self._rebuild(operation.table_name, replaced={operation.column_name: column})

    def _add_index(self, operation: changes.CreateIndexOp) -> None:
        table = self._table(operation.table_name)
        columns = [table.columns[column] if isinstance(column, str) else column for column in operation.columns]
        sa.Index(operation.index_name, *columns, unique=operation.unique, **operation.kw)

    def _drop_index(self, operation: changes.DropIndexOp) -> None:
        for table in self._tables.values():
            for index in [index for index in table.indexes if index.name == operation.index_name]:
                table.indexes.discard(index)

    def _rebuild(
        self,
        name: str,
        *,
        added: list[sa.Column[Any]] | None = None,
        dropped: set[str] | None = None,
        replaced: dict[str, sa.Column[Any]] | None = None,
        without: set[str] | None = None,
    ) -> None:
        """The same table with other columns; keys and indexes over a column that has gone go with it."""
        before, gone, new = self._table(name), dropped or set(), replaced or {}
        names = {column.name: new[column.name].name if column.name in new else column.name for column in before.columns}
        columns = [new.get(column.name, None) for column in before.columns if column.name not in gone]
        kept = [column for column in before.columns if column.name not in gone]
        after = sa.Table(
            name,
            sa.MetaData(),
            *(own if own is not None else _column(column) for own, column in zip(columns, kept, strict=True)),
            *(_column(column) for column in added or ()),
            **before.kwargs,
        )
        for constraint in before.constraints:
            over = [column.name for column in getattr(constraint, "columns", ())]
            if gone.isdisjoint(over) and str(constraint.name) not in (without or set()) and over:
                after.append_constraint(_renamed(constraint, [names[column] for column in over], after))
            elif not over and str(constraint.name) not in (without or set()):
                after.append_constraint(_copied(constraint, after))
        for index in before.indexes:
            if gone.isdisjoint(column.name for column in index.columns):
                over = [names[column.name] for column in index.columns]
                sa.Index(index.name, *(after.columns[each] for each in over), unique=index.unique, **index.kwargs)
        self._tables[name] = after


class _Batch(BatchOperations):
    """Hands what is done to one table on to the recorder."""

    def __init__(self, recorder: Recorder, table: str) -> None:
        impl = SimpleNamespace(table_name=table, schema=None)
        super().__init__(recorder.migration_context, impl=cast("Any", impl))
        self._recorder = recorder

    def invoke(self, operation: changes.MigrateOperation) -> Any:
        return self._recorder.invoke(operation)


def _column(column: sa.Column[Any]) -> sa.Column[Any]:
    return column._copy()


def _with_default(column: sa.Column[Any], default: Any) -> sa.Column[Any]:
    """The same with another default, None for none."""
    computed = default if isinstance(default, sa.Computed) else column.computed
    return sa.Column(
        column.name,
        column.type,
        *([computed._copy()] if computed is not None else []),
        *([column.identity._copy()] if column.identity is not None else []),
        nullable=column.nullable,
        primary_key=column.primary_key,
        autoincrement=column.autoincrement,
        server_default=None if isinstance(default, sa.Computed) else default,
    )


def _copied(constraint: sa.Constraint, table: sa.Table) -> sa.Constraint:
    copy = constraint._copy(target_table=table)
    copy._ddl_if = constraint._ddl_if
    return copy


def _renamed(constraint: sa.Constraint, columns: list[str], table: sa.Table) -> sa.Constraint:
    """A copy over columns that may bear other names now."""
    name = None if constraint.name is None else str(constraint.name)
    match constraint:
        case sa.PrimaryKeyConstraint():
            return sa.PrimaryKeyConstraint(*columns, name=name)
        case sa.UniqueConstraint():
            return sa.UniqueConstraint(*columns, name=name)
        case sa.ForeignKeyConstraint():
            return sa.ForeignKeyConstraint(
                columns,
                [element.target_fullname for element in constraint.elements],
                name=name,
                ondelete=constraint.ondelete,
                onupdate=constraint.onupdate,
            )
    return _copied(constraint, table)
