"""Tables that are children of others, and how a copy becomes one with its columns in the same order.

A partition is made as a table of its own and attached. A child by inheritance is made with INHERITS where that gives
the same columns in the same order; elsewhere it is made whole, and told afterwards whose child it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from pagevoo_console.services.engines.postgresql_definitions import OURS, Definition, Phase, no_member, rows_of
from pagevoo_console.services.engines.postgresql_names import qualified, shown_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection


@dataclass(frozen=True, slots=True)
class InheritedColumn:
    """A column as a child and its parents must agree on it."""

    name: str
    is_local: bool
    is_inherited: bool
    traits: str


@dataclass(frozen=True, slots=True)
class Child:
    """A table with parents, in their order. `is_merged`: CREATE TABLE … INHERITS gives exactly its columns."""

    schema: str
    name: str
    parents: tuple[tuple[str, str], ...]
    bound: str | None
    is_merged: bool
    borrowed: tuple[str, ...]
    """The columns that it has from its parents alone."""


def children(connection: WatchedConnection) -> dict[int, Child]:
    """Every child by its oid."""
    parents: dict[int, list[tuple[int, str, str]]] = {}
    named = {}
    for oid, schema, name, bound, parent, parent_schema, parent_name in rows_of(
        connection,
        "SELECT c.oid::bigint, n.nspname, c.relname, pg_catalog.pg_get_expr(c.relpartbound, c.oid), p.oid::bigint,"
        " m.nspname, p.relname FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class AS c ON c.oid = inhrelid"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " JOIN pg_catalog.pg_class AS p ON p.oid = inhparent"
        " JOIN pg_catalog.pg_namespace AS m ON m.oid = p.relnamespace"
        f" WHERE c.relkind IN ('r', 'p') AND {OURS} AND {no_member('pg_class', 'c.oid')} ORDER BY c.oid, inhseqno",
    ):
        parents.setdefault(oid, []).append((parent, parent_schema, parent_name))
        named[oid] = (schema, name, bound)
    if not named:
        return {}
    columns = _columns(connection)
    found = {}
    for oid, (schema, name, bound) in named.items():
        own = columns.get(oid, [])
        theirs = [columns.get(parent, []) for parent, _, _ in parents[oid]]
        found[oid] = Child(
            schema,
            name,
            tuple((parent_schema, parent_name) for _, parent_schema, parent_name in parents[oid]),
            bound,
            bound is None and _merges(own, theirs),
            tuple(column.name for column in own if not column.is_local),
        )
    return found


def attachments(connection: WatchedConnection) -> list[Definition]:
    """Children are told their parents before there are rows, which would all be looked at; indexes when they are made.

    Foreign keys of a partitioned table come after them and find whole indexes.
    """
    made = []
    for child in sorted(children(connection).values(), key=lambda child: (child.schema, child.name)):
        target, shown = qualified(child.schema, child.name), shown_name(child.schema, child.name)
        if child.bound is not None:
            parent = qualified(*child.parents[0])
            text = f"ALTER TABLE ONLY {parent} ATTACH PARTITION {target} {child.bound};"
            made.append(Definition("partition", shown, Phase.BEFORE_ROWS, text))
        elif not child.is_merged:
            for parent_schema, parent_name in child.parents:
                text = f"ALTER TABLE ONLY {target} INHERIT {qualified(parent_schema, parent_name)};"
                label = f"{shown} of {shown_name(parent_schema, parent_name)}"
                made.append(Definition("inheritance", label, Phase.BEFORE_ROWS, text))
    return made


def index_attachments(connection: WatchedConnection) -> list[Definition]:
    return [
        Definition(
            "index partition",
            shown_name(schema, name),
            Phase.INDEXES,
            f"ALTER INDEX {qualified(parent_schema, parent)} ATTACH PARTITION {qualified(schema, name)};",
        )
        for schema, name, parent_schema, parent in rows_of(
            connection,
            "SELECT n.nspname, c.relname, m.nspname, p.relname FROM pg_catalog.pg_inherits"
            " JOIN pg_catalog.pg_class AS c ON c.oid = inhrelid AND c.relkind IN ('i', 'I')"
            " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
            " JOIN pg_catalog.pg_class AS p ON p.oid = inhparent"
            " JOIN pg_catalog.pg_namespace AS m ON m.oid = p.relnamespace"
            f" WHERE {OURS} ORDER BY 1, 2",
        )
    ]


def inheritance_losses(connection: WatchedConnection) -> list[str]:
    """What of inheritance a copy cannot have: that a column was only its parents', where their order says otherwise."""
    return [
        f"that {', '.join(child.borrowed)} of table {shown_name(child.schema, child.name)} would go with its parent's"
        for child in children(connection).values()
        if child.bound is None and not child.is_merged and child.borrowed
    ]


def _columns(connection: WatchedConnection) -> dict[int, list[InheritedColumn]]:
    columns: dict[int, list[InheritedColumn]] = {}
    for oid, name, is_local, inherited, traits in rows_of(
        connection,
        "SELECT a.attrelid::bigint, a.attname, a.attislocal, a.attinhcount, concat_ws(' ', a.attnotnull,"
        " a.attgenerated, a.attcollation, pg_catalog.pg_get_expr(d.adbin, d.adrelid))"
        " FROM pg_catalog.pg_attribute AS a LEFT JOIN pg_catalog.pg_attrdef AS d"
        "  ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN (SELECT inhrelid FROM pg_catalog.pg_inherits"
        "  UNION SELECT inhparent FROM pg_catalog.pg_inherits) ORDER BY a.attrelid, a.attnum",
    ):
        columns.setdefault(oid, []).append(InheritedColumn(name, is_local, inherited > 0, traits))
    return columns


def _merges(own: list[InheritedColumn], parents: list[list[InheritedColumn]]) -> bool:
    """Whether INHERITS gives these columns: the parents' in their order, then those of its own."""
    expected = list(dict.fromkeys(column.name for parent in parents for column in parent))
    expected += [column.name for column in own if column.name not in expected]
    if expected != [column.name for column in own]:
        return False
    traits = {column.name: column.traits for column in own}
    return all(traits[column.name] == column.traits for parent in parents for column in parent)
