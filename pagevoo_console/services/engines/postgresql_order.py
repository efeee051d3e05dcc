"""In which order definitions run: what others depend on comes first, and equal databases give equal orders."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pagevoo_console.domain.errors import Unsupported
from pagevoo_console.services.engines.postgresql_definitions import Node, rows_of
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_RANKS = (
    "collation",
    "text search dictionary",
    "text search configuration",
    "enum",
    "domain",
    "composite type",
    "range type",
    "sequence",
    "function",
    "procedure",
    "aggregate",
    "operator",
    "cast",
    "table",
    "view",
    "materialized view",
)
_FIRST_USER_OID = 16384


@dataclass(frozen=True, slots=True)
class Order:
    """`early` runs before the rows, `late` after the keys: views may rest on a primary key."""

    early: tuple[Node, ...]
    late: tuple[Node, ...]


def dependencies(connection: WatchedConnection) -> set[tuple[Node, Node]]:
    """Pairs (dependent, what it depends on) between types, routines and relations, parts counted as their wholes.

    A sequence that a column owns does not depend on it here: it is made first, and given to its owner later.
    """
    wholes = _wholes(connection)
    found = set()
    for dependent_class, dependent, kind, reference_class, reference in rows_of(
        connection,
        "SELECT dependent.relname, objid::bigint, deptype::text, reference.relname, refobjid::bigint"
        " FROM pg_catalog.pg_depend JOIN pg_catalog.pg_class AS dependent ON dependent.oid = classid"
        " JOIN pg_catalog.pg_class AS reference ON reference.oid = refclassid"
        " LEFT JOIN pg_catalog.pg_class AS sequence"
        "  ON sequence.oid = objid AND classid = 'pg_catalog.pg_class'::regclass AND sequence.relkind = 'S'"
        f" WHERE objid >= {_FIRST_USER_OID} AND refobjid >= {_FIRST_USER_OID} AND deptype IN ('n', 'a', 'i')"
        " AND sequence.oid IS NULL",
    ):
        one = wholes.get(Node(dependent_class, dependent), Node(dependent_class, dependent))
        other = wholes.get(Node(reference_class, reference), Node(reference_class, reference))
        if one != other and (kind != "i" or dependent_class == "pg_rewrite"):
            found.add((one, other))
    return found


def _wholes(connection: WatchedConnection) -> dict[Node, Node]:
    """Parts of an object: a table's row type, defaults, checks; an array type's element; a view's rule."""
    wholes = {}
    for catalogue, oid, whole_catalogue, whole in rows_of(
        connection,
        "SELECT 'pg_type', t.oid::bigint, 'pg_class', c.oid::bigint FROM pg_catalog.pg_type AS t"
        "  JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid WHERE c.relkind <> 'c'"
        " UNION ALL SELECT 'pg_class', c.oid::bigint, 'pg_type', c.reltype::bigint FROM pg_catalog.pg_class AS c"
        "  WHERE c.relkind = 'c'"
        " UNION ALL SELECT 'pg_type', array_.oid::bigint, CASE WHEN c.relkind <> 'c' THEN 'pg_class' ELSE"
        " 'pg_type' END,"
        "  CASE WHEN c.relkind <> 'c' THEN c.oid ELSE element.oid END::bigint FROM pg_catalog.pg_type AS element"
        "  JOIN pg_catalog.pg_type AS array_ ON array_.oid = element.typarray"
        "  LEFT JOIN pg_catalog.pg_class AS c ON c.oid = element.typrelid"
        " UNION ALL SELECT 'pg_type', rngmultitypid::bigint, 'pg_type', rngtypid::bigint FROM pg_catalog.pg_range"
        " UNION ALL SELECT 'pg_attrdef', oid::bigint, 'pg_class', adrelid::bigint FROM pg_catalog.pg_attrdef"
        " UNION ALL SELECT 'pg_constraint', oid::bigint, CASE WHEN conrelid <> 0 THEN 'pg_class' ELSE 'pg_type' END,"
        "  (CASE WHEN conrelid <> 0 THEN conrelid ELSE contypid END)::bigint FROM pg_catalog.pg_constraint"
        "  WHERE contype = 'c'"
        " UNION ALL SELECT 'pg_rewrite', oid::bigint, 'pg_class', ev_class::bigint FROM pg_catalog.pg_rewrite"
        "  WHERE rulename = '_RETURN'",
    ):
        wholes[Node(catalogue, oid)] = Node(whole_catalogue, whole)
    return wholes


def in_order(
    named: Mapping[Node, tuple[str, str]], pairs: Iterable[tuple[Node, Node]], late_kinds: frozenset[str]
) -> Order:
    """Sort the nodes, given each one's kind and name. Raises Unsupported for a circle, naming who is in it."""
    needs: dict[Node, set[Node]] = {node: set() for node in named}
    needed_by: dict[Node, set[Node]] = {node: set() for node in named}
    for dependent, reference in pairs:
        if dependent in named and reference in named:
            needs[dependent].add(reference)
            needed_by[reference].add(dependent)
    late = {node for node, (kind, _) in named.items() if kind in late_kinds}
    waiting = list(late)
    while waiting:
        for dependent in needed_by[waiting.pop()] - late:
            late.add(dependent)
            waiting.append(dependent)
    _ensure_no_table(named, late)
    remaining = {node: len(references) for node, references in needs.items()}
    ready = [(_rank(named[node]), node) for node, count in remaining.items() if not count]
    heapq.heapify(ready)
    done: list[Node] = []
    while ready:
        _, node = heapq.heappop(ready)
        done.append(node)
        for dependent in needed_by[node]:
            remaining[dependent] -= 1
            if not remaining[dependent]:
                heapq.heappush(ready, (_rank(named[dependent]), dependent))
    if len(done) < len(named):
        left = sorted(" ".join(named[node]) for node in set(named) - set(done))
        raise Unsupported(
            f"These depend on each other in a circle: {', '.join(left)}",
            code="unsupported_object",
            hint="Dump this database with pg_dump, or take the circle apart.",
        )
    return Order(tuple(node for node in done if node not in late), tuple(node for node in done if node in late))


def _rank(named: tuple[str, str]) -> tuple[int, str]:
    return _RANKS.index(named[0]), named[1]


def _ensure_no_table(named: Mapping[Node, tuple[str, str]], late: set[Node]) -> None:
    tables = sorted(named[node][1] for node in late if named[node][0] in ("table", "sequence"))
    if tables:
        raise Unsupported(
            f"These tables rest on a view: {', '.join(tables)}",
            code="unsupported_object",
            hint="Dump this database with pg_dump, or give those columns types of their own.",
        )
