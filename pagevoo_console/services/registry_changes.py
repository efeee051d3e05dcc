"""Exact changes of registry rows and websites, as data: what a row must hold before, and what it holds afterwards.

A change that has been made is its own way back: `reversed_change` of it restores the old values.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed, NotFound
from pagevoo_console.domain.platform import RegistryTable
from pagevoo_console.domain.tenant import Website
from pagevoo_console.services.registry import Registry, RegistryRow
from pagevoo_console.services.values import as_time, iso, naive_utc, now

Change = dict[str, Any]
"""`{"row", "set": {word: [before, after]}}`, `{"row", "inserted": True}`, or `{"website", "tenant", "published"}`."""

_WORDS = ("database", "website", "status", "deleted_at")


class RegistryChanges:
    """Makes changes within a transaction on the master that the caller opened. Each touches exactly one row."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def make(self, session: sa.Connection, changes: list[Change]) -> list[Change]:
        """All of them, in order; returns them with the values that were only known now.

        Raises Failed (`registry_changed`) where a row does not hold what it held when this was planned.
        """
        return [self._website(session, one) if "website" in one else self._row(session, one) for one in changes]

    def _row(self, session: sa.Connection, change: Change) -> Change:
        table = self._table()
        target = sa.table(
            table.table,
            *(sa.column(name) for name in (table.id, table.database, table.website, table.status) if name),
            sa.column(table.deleted_at, sa.DateTime),
        )
        key = target.c[table.id] == self._registry.bound(session, table.table, table.id, change["row"])
        session.execute(sa.select(target.c[table.id]).where(key).with_for_update()).all()
        try:
            row = self._registry.row(session, change["row"])
        except NotFound as error:
            raise _changed(change, "it is gone") from error
        if change.get("inserted") is False:
            if row.status != table.active:
                raise _changed(change, f"it is {row.status} now")
            answer = session.execute(sa.delete(target).where(key))
            return _made(answer, change, {"row": row.id, "inserted": False})
        values, made = self._values(session, table, row, change)
        try:
            answer = session.execute(sa.update(target).where(key).values(values))
        except sa.exc.IntegrityError as error:
            raise Failed(
                f"Row {row.id} of the registry cannot be changed: a key of {table.table} forbids it",
                code="registry_key",
                hint="`fleet reconcile --dry-run` tells of wrong keys with the statements that mend them.",
            ) from error
        return _made(answer, change, made)

    def _values(
        self, session: sa.Connection, table: RegistryTable, row: RegistryRow, change: Change
    ) -> tuple[dict[str, Any], Change]:
        values: dict[str, Any] = {}
        made: Change = {}
        for word in _WORDS:
            if word not in change["set"]:
                continue
            wanted = change["set"][word]
            if word == "deleted_at":
                moment = naive_utc(now()).replace(microsecond=0) if wanted == "now" else _moment(wanted[1])
                values[table.deleted_at] = moment
                made[word] = [iso(row.deleted_at), iso(as_time(moment))]
                continue
            before = getattr(row, word)
            if before != wanted[0]:
                raise _changed(change, f"its {word} is {before!r} and not {wanted[0]!r}")
            column = getattr(table, word)
            is_key = word == "website" and wanted[1] is not None
            values[column] = self._registry.bound(session, table.table, column, wanted[1]) if is_key else wanted[1]
            made[word] = list(wanted)
        return values, {"row": row.id, "set": made}

    def _website(self, session: sa.Connection, change: Change) -> Change:
        """A website that is somebody else's by now, or that stands so already, is left alone."""
        website = Website(change["website"], change["tenant"], "", None, bool(change["published"][0]), None)
        is_changed = self._registry.set_published(session, website, bool(change["published"][1]))
        return {**change, "was_changed": is_changed}

    def _table(self) -> RegistryTable:
        table = self._registry.platform.registry
        if table is None:
            raise Failed(f"{self._registry.platform.title} keeps no registry of databases", code="no_registry")
        return table


def reversed_change(change: Change) -> Change | None:
    """What takes a change back that has been made; None where it changed nothing."""
    if "website" in change:
        if not change.get("was_changed"):
            return None
        return {"website": change["website"], "tenant": change["tenant"], "published": change["published"][::-1]}
    if "inserted" in change:
        return {"row": change["row"], "inserted": False} if change["inserted"] else None
    return {"row": change["row"], "set": {word: values[::-1] for word, values in change["set"].items()}}


def _made(answer: sa.CursorResult[Any], change: Change, made: Change) -> Change:
    if answer.rowcount != 1:
        raise _changed(change, f"{answer.rowcount} rows would have been changed")
    return made


def _moment(text: str | None) -> Any:
    moment = as_time(text)
    return None if moment is None else naive_utc(moment).replace(microsecond=0)


def _changed(change: Change, why: str) -> Failed:
    return Failed(
        f"Row {change['row']} of the registry is not what it was when this was planned: {why}",
        code="registry_changed",
        hint="Look again with `fleet reconcile --dry-run`. Nothing was written.",
    )
