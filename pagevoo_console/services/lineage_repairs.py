"""Mending tables that have drifted: what can be mended without losing a value, by which statements, and doing it.

Nothing is ever dropped that should not be there; a key or index that is another than it should be is made anew.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pagevoo_console.services.lineage_differences import Finding, default_of
from pagevoo_console.services.lineage_files import copied
from pagevoo_console.services.lineage_obstacles import obstacle
from pagevoo_console.services.lineage_runs import migration_context, rolls_back, transaction

if TYPE_CHECKING:
    from alembic.operations import Operations

_MYSQL = frozenset({"mysql", "mariadb"})
_COLUMNS = frozenset({"missing_column", "type", "nullable", "default"})
_ORDER = ("missing_table", "column", "changed_index", "missing_index", "changed_key", "missing_key",
          "changed_foreign_key", "missing_foreign_key")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mending:
    """What mends one difference, or several at once. `statements` are what is sent, as text for people."""

    findings: tuple[Finding, ...]
    statements: tuple[str, ...]
    carry_out: Callable[[Operations], object]

    @property
    def alters(self) -> bool:
        """Whether a table that stands is changed."""
        return any(finding.difference.kind != "missing_table" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Mendings:
    """In the order in which they have to be carried out; `left` are differences that stay, each with why."""

    parts: tuple[Mending, ...]
    left: tuple[tuple[Finding, str], ...]


def mendings(
    connection: sa.Connection,
    metadata: sa.MetaData,
    findings: Sequence[Finding],
    beside: Sequence[Finding] | None = None,
) -> Mendings:
    """What would mend these findings. Reads only, and measures the rows: what would lose a value is left.

    `beside` are all that were found, where only some of them are to be mended now.
    """
    known = findings if beside is None else beside
    told = [(finding, obstacle(connection, finding, known)) for finding in findings]
    able = [finding for finding, why in told if not why]
    parts = tuple(Mending(group, _rendered(connection, act), act) for group, act in _acts(connection, metadata, able))
    return Mendings(parts, tuple((finding, why) for finding, why in told if why))


def mend(connection: sa.Connection, parts: Iterable[Mending]) -> None:
    """Carry them out: in one transaction where the engine can, else one statement at a time."""
    from alembic.operations import Operations

    with _unchecked(connection), transaction(connection) if rolls_back(connection) else nullcontext():
        operations = Operations(migration_context(connection))
        for part in parts:
            part.carry_out(operations)


def _acts(
    connection: sa.Connection, metadata: sa.MetaData, findings: list[Finding]
) -> Iterator[tuple[tuple[Finding, ...], Callable[[Operations], object]]]:
    """Findings that are mended together, and how."""
    missing = [finding for finding in findings if finding.difference.kind == "missing_table"]
    order = [table.name for table in metadata.sorted_tables]
    for finding in sorted(missing, key=lambda finding: order.index(finding.difference.table)):
        yield (finding,), _creating(connection, finding.wanted)
    rest = [finding for finding in findings if finding.difference.kind != "missing_table"]
    if connection.dialect.name == "sqlite":
        yield from _by_rewriting(connection, rest)
        return
    columns: dict[tuple[str, str], list[Finding]] = {}
    for finding in rest:
        if finding.difference.kind in _COLUMNS:
            columns.setdefault((finding.difference.table, finding.wanted.name), []).append(finding)
    for (table, _), group in columns.items():
        yield tuple(group), _altering(connection, table, group)
    keys = [finding for finding in rest if finding.difference.kind not in _COLUMNS]
    for finding in sorted(keys, key=lambda finding: _ORDER.index(finding.difference.kind)):
        yield (finding,), _keying(finding)


def _by_rewriting(
    connection: sa.Connection, findings: list[Finding]
) -> Iterator[tuple[tuple[Finding, ...], Callable[[Operations], object]]]:
    """SQLite changes columns and keys by writing the whole table anew; an index is made beside it."""
    from pagevoo_console.services.lineage_rewriting import rewrite

    tables: dict[str, list[Finding]] = {}
    for finding in findings:
        if not finding.difference.kind.endswith("_index"):
            tables.setdefault(finding.difference.table, []).append(finding)
    for table, group in tables.items():
        yield tuple(group), rewrite(connection, table, group)
    for finding in findings:
        if finding.difference.kind.endswith("_index"):
            yield (finding,), _keying(finding)


def _creating(connection: sa.Connection, wanted: sa.Table) -> Callable[[Operations], object]:
    from pagevoo_console.services.lineage_operations import fit_foreign_keys, inline_keys

    def act(operations: Operations) -> None:
        made = wanted.metadata.__class__()
        for table in wanted.metadata.tables.values():
            copied(table, made)
        table = made.tables[wanted.name]
        fit_foreign_keys(connection, table)
        inline_keys(table, connection.dialect)
        operations.migration_context.impl.create_table(table)

    return act


def _altering(connection: sa.Connection, table: str, group: list[Finding]) -> Callable[[Operations], object]:
    """All that is to be changed about one column, in one go: each MODIFY of MySQL says everything about it."""
    wanted: sa.Column[Any] = group[0].wanted
    kinds = {finding.difference.kind for finding in group}
    if "missing_column" in kinds:
        return lambda operations: operations.add_column(table, _fitting(connection, wanted))
    found = next(each for each in sa.inspect(connection).get_columns(table) if each["name"] == wanted.name)
    default = None if found["default"] is None else sa.text(str(found["default"]).replace(":", r"\:"))
    existing: dict[str, Any] = {
        "existing_type": found["type"],
        "existing_nullable": found["nullable"],
        "existing_server_default": default,
    }
    if connection.dialect.name in _MYSQL:
        existing["existing_autoincrement"] = found.get("autoincrement") is True
    facets: dict[str, Any] = {}
    if "type" in kinds:
        facets["type_"] = wanted.type
    if "nullable" in kinds:
        facets["nullable"] = wanted.nullable
    if "default" in kinds:
        facets["server_default"] = default_of(wanted)

    def act(operations: Operations) -> None:
        if connection.dialect.name == "postgresql" and "type" in kinds:
            # PostgreSQL converts the default along with the column, and refuses where it cannot.
            after = facets.get("server_default", default)
            if default is not None:
                operations.alter_column(table, wanted.name, server_default=None)
            changed = {name: facet for name, facet in facets.items() if name != "server_default"}
            using = _conversion(connection, wanted, found["type"])
            operations.alter_column(table, wanted.name, postgresql_using=using, **changed, **existing)
            if after is not None:
                operations.alter_column(table, wanted.name, server_default=after)
        else:
            operations.alter_column(table, wanted.name, **facets, **existing)

    return act


def _conversion(connection: sa.Connection, wanted: sa.Column[Any], found: Any) -> str:
    """How PostgreSQL is to read the old value: as text where it has no way of its own between the two."""
    name = connection.dialect.identifier_preparer.quote(wanted.name)
    kind = wanted.type.dialect_impl(connection.dialect).compile(connection.dialect)
    through_text = isinstance(wanted.type, sa.Boolean | sa.JSON) or isinstance(found, sa.Boolean | sa.JSON | sa.String)
    return f"{name}{'::text' if through_text else ''}::{kind}"


def _fitting(connection: sa.Connection, wanted: sa.Column[Any]) -> sa.Column[Any]:
    """A copy of the column, of the very type of the key it refers to."""
    from pagevoo_console.services.lineage_operations import fit_foreign_keys

    made = sa.MetaData()
    for table in wanted.table.metadata.tables.values():
        copied(table, made)
    table = made.tables[wanted.table.name]
    fit_foreign_keys(connection, table)
    return table.columns[wanted.name]._copy()


def _keying(finding: Finding) -> Callable[[Operations], object]:
    """Make an index or a key, after dropping the one that stands in its place."""
    wanted, table = finding.wanted, finding.difference.table
    columns = [column.name for column in wanted.columns]

    def act(operations: Operations) -> None:
        is_changed = finding.difference.kind.startswith("changed_")
        match wanted:
            case sa.Index():
                if is_changed:
                    operations.drop_index(finding.found, table_name=table)
                operations.create_index(wanted.name, table, columns, unique=bool(wanted.unique))
            case sa.UniqueConstraint():
                if is_changed:
                    operations.drop_constraint(finding.found, table, type_="unique")
                operations.create_unique_constraint(str(wanted.name), table, columns)
            case sa.ForeignKeyConstraint():
                if is_changed:
                    operations.drop_constraint(finding.found, table, type_="foreignkey")
                operations.create_foreign_key(
                    str(wanted.name),
                    table,
                    wanted.referred_table.name,
                    columns,
                    [element.column.name for element in wanted.elements],
                    ondelete=wanted.ondelete,
                    onupdate=wanted.onupdate,
                )

    return act


def _rendered(connection: sa.Connection, act: Callable[[Operations], object]) -> tuple[str, ...]:
    """The statements that would be sent, as text."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    buffer = io.StringIO()
    options = {"as_sql": True, "output_buffer": buffer, "literal_binds": True}
    act(Operations(MigrationContext.configure(dialect=connection.dialect, opts=options)))
    return tuple(part.strip() for part in buffer.getvalue().split(";\n\n") if part.strip())


@contextmanager
def _unchecked(connection: sa.Connection) -> Iterator[None]:
    """While SQLite writes a table anew: nothing that refers to the old one is deleted or rewritten along with it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one()
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
        connection.exec_driver_sql(f"PRAGMA foreign_keys = {int(before)}")
