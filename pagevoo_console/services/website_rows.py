"""What hangs on a website's row in the master, and deleting it with all of that.

What the platform's own lineage says belongs to a website goes with it, whether or not a foreign key of an adopted
master says so too. The registry's rows stay, as evidence. Whatever else holds on to it stops the deletion by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.tenant import Website
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.registry import Registry

_GIVES_WAY = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


@dataclass(frozen=True, slots=True)
class _Branch:
    """Rows of one table that go with a website: those for which `condition` holds."""

    table: str
    condition: sa.ColumnElement[bool]


class WebsiteRows:
    """Works in sessions that the caller opened on the master."""

    def __init__(self, registry: Registry, lineages: Lineages) -> None:
        self._registry = registry
        self._lineages = lineages

    def contents(self, session: sa.Connection, website: Website) -> dict[str, int]:
        """How many rows of which tables go with it, the website itself left out. Reads only."""
        counted = {branch.table: _count(session, branch) for branch in self._branches(session, website)[1:]}
        return {table: count for table, count in counted.items() if count}

    def ensure_deletable(self, session: sa.Connection, website: Website) -> None:
        """Raise Refused (`website_referenced`), naming the tables, where something else holds on to it. Reads only."""
        holding = list(self._holding(session, website))
        if holding:
            raise self._referenced(website, ", ".join(holding))

    def delete(self, session: sa.Connection, website: Website) -> dict[str, int]:
        """Delete it and what goes with it, in the caller's transaction; returns how many rows of which tables.

        Raises Refused (`website_referenced`), and Failed where it is not this tenant's any more.
        """
        self.ensure_deletable(session, website)
        gone = self.contents(session, website)
        try:
            self._unbind_registry(session, website)
            for branch in reversed(self._branches(session, website)[1:]):
                session.execute(sa.delete(sa.table(branch.table)).where(branch.condition))
            self._registry.delete_website(session, website)
        except sa.exc.IntegrityError as error:
            raise self._referenced(website, "another table of the master") from error
        return gone

    def _branches(self, session: sa.Connection, website: Website) -> list[_Branch]:
        """The website's own row, then what the lineage says belongs to it, parents before children."""
        table = self._registry.websites_table()
        root = _Branch(table.table, sa.column(table.id) == self._registry.website_key(session, website.id))
        lineage = self._registry.platform.master_lineage
        if not lineage:
            return [root]
        there = _columns(session)
        found = [root]
        for parent in found:
            for child in self._lineages.metadata(lineage).sorted_tables:
                for key in child.foreign_key_constraints:
                    if key.referred_table.name != parent.table or key.ondelete != "CASCADE" or len(key.columns) != 1:
                        continue
                    column, target = key.columns[0].name, key.elements[0].column.name
                    if {column} <= there.get(child.name, {}).keys() and all(one.table != child.name for one in found):
                        chosen: sa.Select[Any] = sa.select(sa.column(target)).select_from(sa.table(parent.table))
                        condition = sa.column(column).in_(chosen.where(parent.condition))
                        found.append(_Branch(child.name, condition))
        return found

    def _holding(self, session: sa.Connection, website: Website) -> Iterator[str]:
        """Tables with rows that refer to what would go, and whose foreign keys do not give way."""
        branches = {branch.table: branch for branch in self._branches(session, website)}
        registry = self._registry.platform.registry
        columns = _columns(session)
        for table, keys in _foreign_keys(session).items():
            for key in keys:
                parent = branches.get(key["referred_table"])
                if parent is None or key.get("referred_schema") or table in branches:
                    continue
                rule = str(key.get("options", {}).get("ondelete") or "").upper()
                own = key["constrained_columns"]
                if registry is not None and table == registry.table:
                    if own == [registry.website] and columns[table][own[0]]:
                        continue
                elif rule in _GIVES_WAY:
                    continue
                chosen: Any = sa.select(*(sa.column(name) for name in key["referred_columns"]))
                chosen = chosen.select_from(sa.table(parent.table)).where(parent.condition)
                refers = sa.tuple_(*(sa.column(name) for name in own)) if len(own) > 1 else sa.column(own[0])
                count = _count(session, _Branch(table, refers.in_(chosen)))
                if count:
                    yield f"{table} ({count} {'row' if count == 1 else 'rows'})"

    def _unbind_registry(self, session: sa.Connection, website: Website) -> None:
        """Keep the rows of deleted databases, though a foreign key would take them along or stand in the way."""
        registry = self._registry.platform.registry
        if registry is None or not registry.website:
            return
        keys = sa.inspect(session).get_foreign_keys(registry.table)
        if any(key["constrained_columns"] == [registry.website] for key in keys):
            target = sa.table(registry.table, sa.column(registry.website))
            bound = target.c[registry.website] == self._registry.website_key(session, website.id)
            session.execute(sa.update(target).where(bound).values({registry.website: None}))

    def _referenced(self, website: Website, tables: str) -> Refused:
        word = self._registry.platform.words.website
        return Refused(
            f"{word.capitalize()} {website.id} cannot be deleted: {tables} still refers to it",
            code="website_referenced",
            hint="The console does not know that table, so it does not touch it. Remove or move those rows first.",
        )


def _count(session: sa.Connection, branch: _Branch) -> int:
    query = sa.select(sa.func.count()).select_from(sa.table(branch.table)).where(branch.condition)
    return int(session.execute(query).scalar_one())


def _columns(session: sa.Connection) -> dict[str, dict[str, bool]]:
    """The master's tables, each with its columns and whether they may be NULL."""
    found = sa.inspect(session).get_multi_columns()
    return {name: {one["name"]: bool(one["nullable"]) for one in columns} for (_, name), columns in found.items()}


def _foreign_keys(session: sa.Connection) -> dict[str, list[Any]]:
    found = sa.inspect(session).get_multi_foreign_keys()
    return {name: list(keys) for (_, name), keys in found.items()}
