"""Every definition of a PostgreSQL database as the statements that make it again, in an order in which they run.

Read with an empty search_path, so that every name in a definition is complete. What this module cannot write down is
found and named by `postgresql_inventory`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pagevoo_console.services.engines import postgresql_relations as relations
from pagevoo_console.services.engines import postgresql_types as types
from pagevoo_console.services.engines.postgresql_definitions import Definition, Phase
from pagevoo_console.services.engines.postgresql_grants import ROLE_PRIVILEGE, grants
from pagevoo_console.services.engines.postgresql_inheritance import attachments, index_attachments
from pagevoo_console.services.engines.postgresql_order import dependencies, in_order
from pagevoo_console.services.engines.postgresql_policies import policies, rules
from pagevoo_console.services.engines.postgresql_rarities import mappings, rarities
from pagevoo_console.services.engines.postgresql_session import WatchedConnection
from pagevoo_console.services.engines.postgresql_settings import comments, settings
from pagevoo_console.services.engines.postgresql_superusers import SUPERUSERS_KINDS, superusers_objects

_LATE_KINDS = frozenset({"view", "materialized view"})


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All definitions in the order in which they run."""

    definitions: tuple[Definition, ...]

    def phase(self, *phases: Phase) -> Iterator[Definition]:
        return (definition for definition in self.definitions if definition.phase in phases)

    def counts(self) -> dict[str, int]:
        """How many objects of each kind there are."""
        counts: dict[str, int] = {}
        for definition in self.definitions:
            counts[definition.kind] = counts.get(definition.kind, 0) + 1
        return counts


def read_catalogue(connection: WatchedConnection) -> Catalogue:
    """Read everything inside the caller's transaction. Raises Unsupported where definitions depend in a circle."""
    nodes = _nodes(connection)
    by_node = {definition.node: definition for definition in nodes}
    named = {definition.node: (definition.kind, definition.name) for definition in nodes if definition.node is not None}
    order = in_order(named, dependencies(connection), _LATE_KINDS)
    definitions = [
        *types.schemas(connection),
        *types.extensions(connection),
        *(by_node[node] for node in order.early),
        *(replace(by_node[node], phase=Phase.LATE) for node in order.late),
        *_attached(connection),
    ]
    return Catalogue(tuple(sorted(definitions, key=lambda definition: definition.phase)))


def fingerprint_of(definitions: list[Definition], others: list[str]) -> str:
    """A hash that neither order nor the number of restores nor the server changes.

    `others` are names of what has no definition.
    """
    lines = sorted(
        f"{definition.kind}\0{definition.name}\0{normalised(definition.text)}"
        for definition in definitions
        if definition.kind not in SUPERUSERS_KINDS | {ROLE_PRIVILEGE}
    )
    digest = hashlib.sha256()
    for line in [*lines, *sorted(others)]:
        encoded = line.encode("utf-8", errors="surrogateescape")
        digest.update(b"%d:" % len(encoded) + encoded)
    return digest.hexdigest()


def definitions_unordered(connection: WatchedConnection) -> list[Definition]:
    """Every definition, for a fingerprint: a circle among them is no hindrance."""
    return [
        *types.schemas(connection),
        *types.extensions(connection),
        *_nodes(connection),
        *_attached(connection),
    ]


def _nodes(connection: WatchedConnection) -> list[Definition]:
    return [
        *types.types(connection),
        *types.functions(connection),
        *relations.sequences(connection),
        *relations.tables(connection),
        *relations.views(connection),
        *rarities(connection),
    ]


def _attached(connection: WatchedConnection) -> list[Definition]:
    return [
        *mappings(connection),
        *attachments(connection),
        *relations.constraints(connection),
        *types.unproved_checks(connection),
        *relations.indexes(connection),
        *index_attachments(connection),
        *relations.triggers(connection),
        *rules(connection),
        *policies(connection),
        *relations.statistics(connection),
        *settings(connection),
        *comments(connection),
        *grants(connection),
        *superusers_objects(connection),
    ]


# --- normal form ----------------------------------------------------------------------------------------------------

_ARRAY_CAST = "(ARRAY["
_TYPE = re.compile(r"\]\)::((?:[a-z_0-9]+|\"(?:[^\"]|\"\")+\")(?:(?:\.| )(?:[a-z_0-9]+|\"(?:[^\"]|\"\")+\"))*)\[\]")
_QUOTED = re.compile(r"E?'(?:[^'\\]|''|\\.)*'|\"(?:[^\"]|\"\")*\"", re.DOTALL)


def normalised(text: str) -> str:
    """The form that a definition has after it was written down and read again.

    PostgreSQL prints `x IN ('a', 'b')` on a varchar as `(ARRAY[…])::text[]` first, and once restored as an array whose
    elements are cast one by one. Both mean the same; this gives the second for either.
    """
    start = text.find(_ARRAY_CAST)
    while start >= 0:
        parsed = _array_elements(text, start + len(_ARRAY_CAST))
        if parsed is not None:
            elements, end = parsed
            match = _TYPE.match(text, end)
            if match is not None:
                cast = ", ".join(f"({element})::{match[1]}" for element in elements)
                text = f"{text[:start]}ARRAY[{cast}]{text[match.end() :]}"
        start = text.find(_ARRAY_CAST, start + 1)
    return text


def _array_elements(text: str, start: int) -> tuple[list[str], int] | None:
    """The elements of an array constructor from behind its bracket, and where the closing one is."""
    elements = []
    depth = 0
    position = begin = start
    while position < len(text):
        quoted = _QUOTED.match(text, position)
        if quoted is not None:
            position = quoted.end()
            continue
        character = text[position]
        if character == "]" and depth == 0:
            elements.append(text[begin:position])
            return elements, position
        if character == "," and depth == 0:
            elements.append(text[begin:position])
            begin = position + 2
        depth += (character in "([") - (character in ")]")
        position += 1
    return None
