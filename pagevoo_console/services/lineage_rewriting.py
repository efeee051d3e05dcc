"""Writing a SQLite table anew with other columns and keys: its rows, checks, indexes and triggers are kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations import BatchOperations, Operations

from pagevoo_console.services.lineage_differences import Finding, default_of

_AUTOINCREMENT = re.compile(r"\bAUTOINCREMENT\b", re.IGNORECASE)


class _Lossless(SQLiteImpl):
    """Copies values as they are: SQLite converts on its own what it can without loss; a CAST makes '2026-…' 2026."""

    def cast_for_batch_migrate(self, existing: Any, existing_transfer: Any, new_type: Any) -> None:
        return


def rewrite(connection: sa.Connection, table: str, group: list[Finding]) -> Callable[[Operations], object]:
    """What mends these findings of one table. What stands is read now; carrying it out reads nothing."""
    inspector = sa.inspect(connection)
    standing = sa.Table(table, sa.MetaData(), autoload_with=connection, resolve_fks=False)
    for check in inspector.get_check_constraints(table):
        standing.append_constraint(sa.CheckConstraint(sa.text(_escaped(check["sqltext"])), name=check["name"]))
    query = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL")
    objects = [(str(kind), str(text)) for kind, text in connection.execute(query, {"name": table})]
    triggers = [text for kind, text in objects if kind == "trigger"]
    counts_up = any(kind == "table" and _AUTOINCREMENT.search(text) for kind, text in objects)

    def act(operations: Operations) -> None:
        context = operations.migration_context
        impl = context.impl
        context.impl = _Lossless(
            impl.dialect, impl.connection, impl.as_sql, impl.transactional_ddl, impl.output_buffer, impl.context_opts
        )
        lossless = Operations(context)
        with lossless.batch_alter_table(
            table,
            recreate="always",
            copy_from=standing.to_metadata(sa.MetaData()),
            table_kwargs={"sqlite_autoincrement": True} if counts_up else {},
        ) as batch:
            for finding in group:
                _change(batch, finding)
        context.impl = impl
        for trigger in triggers:
            operations.execute(sa.text(_escaped(trigger)))

    return act


def _change(batch: BatchOperations, finding: Finding) -> None:
    wanted = finding.wanted
    match finding.difference.kind:
        case "missing_column":
            batch.add_column(wanted._copy())
        case "type":
            batch.alter_column(wanted.name, type_=wanted.type)
        case "nullable":
            batch.alter_column(wanted.name, nullable=wanted.nullable)
        case "default":
            batch.alter_column(wanted.name, server_default=default_of(wanted))
        case "missing_key" | "changed_key":
            if finding.found is not None:
                batch.drop_constraint(finding.found, type_="unique")
            batch.create_unique_constraint(str(wanted.name), [column.name for column in wanted.columns])
        case "missing_foreign_key" | "changed_foreign_key":
            if finding.found is not None:
                batch.drop_constraint(finding.found, type_="foreignkey")
            batch.create_foreign_key(
                str(wanted.name),
                wanted.referred_table.name,
                [column.name for column in wanted.columns],
                [element.column.name for element in wanted.elements],
                ondelete=wanted.ondelete,
                onupdate=wanted.onupdate,
            )


def _escaped(text: str) -> str:
    """SQL text in which no colon begins a bound value."""
    return text.replace(":", r"\:")
