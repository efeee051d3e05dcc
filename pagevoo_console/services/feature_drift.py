"""How a tenant's features differ from what their installed revisions say, and what would mend it. Reads only."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from pagevoo_console.domain.feature import Difference, Repair
from pagevoo_console.services.feature_rows import INSTALLED
from pagevoo_console.services.feature_states import FeatureStates, Standing
from pagevoo_console.services.lineage_repairs import Mendings, mendings
from pagevoo_console.services.lineages import VERSION_TABLE, Lineage, Lineages

NO_ROW = "missing_row"
NO_TABLES = "row_without_tables"
NO_REVISION = "missing_revision"
NO_RECORD = "tables_without_row"
REMEMBERED = 512
"""So many schemas at most are known to be as they should be; tenants with the same features share one."""

Schema = tuple[str, str, frozenset[tuple[str, str]], frozenset[tuple[str, bool]]]
"""A dialect, the fingerprint of every definition, and what the database says of revisions and rows."""


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """One feature's drift: what can be mended, in order, and what is left as it is, each with why."""

    name: str
    repairs: tuple[Repair, ...]
    left: tuple[Difference, ...]

    @property
    def differences(self) -> tuple[Difference, ...]:
        mended = (difference for repair in self.repairs for difference in repair.differences)
        return tuple(sorted((*mended, *self.left), key=lambda one: (one.table, one.kind, one.detail)))


class DriftFinder:
    """Compares on sessions that are handed in. Safe to call from any thread."""

    def __init__(self, lineages: Lineages, states: FeatureStates, core: str) -> None:
        self._lineages = lineages
        self._states = states
        self._core = core
        self._guard = threading.Lock()
        self._clean: OrderedDict[Schema, frozenset[str]] = OrderedDict()

    def look(
        self, session: sa.Connection, names: Iterable[str] = (), *, fingerprint: str = ""
    ) -> tuple[FeatureDrift, ...]:
        """The drift of these features, or of all and of core; nothing for one that is as it should be.

        With the `fingerprint` of the schema as it is now, features that were found to be as they should be in that
        very schema, here or with another tenant, are not compared again: to compare is costly, to read one is not.
        """
        standing = self._states.standing(session)
        revisions, rows = frozenset(standing.revisions.items()), frozenset(standing.active.items())
        schema: Schema = (session.dialect.name, fingerprint, revisions, rows)
        known = {lineage.name: lineage for lineage in (self._lineages.get(self._core), *self._states.catalogue())}
        clean = self._known_clean(schema) if fingerprint else frozenset()
        asked = [name for name in tuple(names) or tuple(known) if name not in clean]
        found = tuple(
            drift for drift in (self.of(session, known[name], standing) for name in asked) if drift.differences
        )
        if fingerprint:
            self._remember(schema, clean | set(asked) - {drift.name for drift in found})
        return found

    def _known_clean(self, schema: Schema) -> frozenset[str]:
        with self._guard:
            return self._clean.get(schema, frozenset())

    def _remember(self, schema: Schema, clean: frozenset[str]) -> None:
        with self._guard:
            self._clean[schema] = clean
            self._clean.move_to_end(schema)
            while len(self._clean) > REMEMBERED:
                self._clean.popitem(last=False)

    def of(self, session: sa.Connection, lineage: Lineage, standing: Standing) -> FeatureDrift:
        """One lineage's drift."""
        repairs: list[Repair] = []
        left: list[Difference] = []
        mismatch = self._mismatch(lineage, standing)
        if mismatch is not None and mismatch.is_repairable:
            statements = self._lineages.statements(session, lineage.name) if mismatch.kind == NO_TABLES else ()
            repairs.append(Repair(lineage.name, (mismatch,), statements, False))
        elif mismatch is not None:
            left.append(mismatch)
        if lineage.name in standing.revisions:
            tables = self.mendings(session, lineage.name)
            repairs = [*repairs_of(lineage.name, tables), *repairs]
            left += left_of(lineage.name, tables)
        if lineage.name in standing.revisions or lineage.name in standing.active:
            left += self._extra_tables(session, lineage, standing)
        return FeatureDrift(lineage.name, tuple(repairs), tuple(left))

    def mendings(self, session: sa.Connection, name: str) -> Mendings:
        """What would mend the tables of a lineage, compared with what they should be."""
        metadata = self._lineages.standing_metadata(session, name)
        return mendings(session, metadata, self._lineages.findings(session, name))

    def _mismatch(self, lineage: Lineage, standing: Standing) -> Difference | None:
        """Where rows, revisions and tables contradict each other."""
        name, title = lineage.name, lineage.title
        has_revision, has_row = name in standing.revisions, name in standing.active
        tables = standing.of(lineage)
        if name == self._core or (has_revision and has_row) or not (has_revision or has_row or tables):
            return None
        if has_revision:
            detail = f"{title} stands at {standing.revisions[name]}, but has no row"
            return Difference(INSTALLED.name, NO_ROW, detail, name)
        if has_row and not tables:
            return Difference(INSTALLED.name, NO_TABLES, f"{title} has a row, but no tables", name)
        why = f"`feature adopt` compares the tables and takes them over as those of {name}"
        if has_row:
            detail = f"{title} has a row and tables ({', '.join(tables)}), but no revision says how they should be"
            return Difference(VERSION_TABLE, NO_REVISION, detail, name, why)
        detail = f"there are tables of {title} ({', '.join(tables)}), but neither a row nor a revision"
        return Difference(INSTALLED.name, NO_RECORD, detail, name, why)

    def _extra_tables(self, session: sa.Connection, lineage: Lineage, standing: Standing) -> list[Difference]:
        """Tables with the feature's prefix that no revision of any lineage knows; other tables are the tenant's own."""
        known = {table for each in self._lineages.all() for table in each.tables}
        if lineage.name in standing.revisions:
            known |= set(self._lineages.standing_metadata(session, lineage.name).tables)
        return [
            Difference(table, "extra_table", f"no revision of {lineage.title} knows this table", lineage.name, KEPT)
            for table in sorted(standing.tables - known)
            if table.startswith(f"{lineage.name}_")
        ]


KEPT = "nothing is dropped that somebody may need"


def repairs_of(name: str, found: Mendings) -> list[Repair]:
    return [
        Repair(
            name,
            tuple(replace(finding.difference, feature=name) for finding in part.findings),
            part.statements,
            part.alters,
        )
        for part in found.parts
    ]


def left_of(name: str, found: Mendings) -> list[Difference]:
    return [replace(finding.difference, feature=name, why=why) for finding, why in found.left]
