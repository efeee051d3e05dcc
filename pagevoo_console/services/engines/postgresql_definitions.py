"""What a definition is: one object's statement, when it runs, and what the catalogue queries have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from pagevoo_console.services.engines.postgresql_names import literal, shown_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

OURS = "n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"
"""Of a pg_namespace called n: a schema of the tenant's. CREATE SCHEMA itself reserves names that begin with pg_."""


class Node(NamedTuple):
    """An object on which others may depend: its catalogue and its oid."""

    catalogue: str
    oid: int


class Phase(IntEnum):
    """When a statement runs: rows come before the keys, indexes and triggers that would check or change them."""

    BEFORE_ROWS = 1
    KEYS = 2
    LATE = 3
    INDEXES = 4
    FOREIGN_KEYS = 5
    TRIGGERS = 6
    SETTINGS = 7
    COMMENTS = 8
    PRIVILEGES = 9
    SUPERUSERS = 10


@dataclass(frozen=True, slots=True)
class Definition:
    """One object's statement. `node` is set where other definitions may depend on it."""

    kind: str
    name: str
    phase: Phase
    text: str
    node: Node | None = None


def rows_of(connection: WatchedConnection, statement: str) -> list[Any]:
    return connection.execute(statement.encode()).fetchall()


def relation_node(kind: str, schema: str, name: str, text: str, node: Node) -> Definition:
    return Definition(kind, shown_name(schema, name), Phase.BEFORE_ROWS, text, node)


def no_member(catalogue: str, oid: str) -> str:
    """A condition: the object belongs to no extension."""
    return (
        "NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS member WHERE member.deptype = 'e'"
        f" AND member.classid = 'pg_catalog.{catalogue}'::regclass AND member.objid = {oid})"
    )


def with_options(options: Sequence[str]) -> str:
    """Storage options as the catalogue keeps them, `name=value`, with every value quoted."""
    parts = []
    for option in options:
        name, _, value = option.partition("=")
        parts.append(f"{name}={literal(value)}")
    return f" WITH ({', '.join(parts)})" if parts else ""


def sequence_options(start: int, step: int, least: int, most: int, cache: int, is_cycle: bool) -> str:
    cycle = "CYCLE" if is_cycle else "NO CYCLE"
    return f"START WITH {start} INCREMENT BY {step} MINVALUE {least} MAXVALUE {most} CACHE {cache} {cycle}"
