"""What takes the room: tables with their sizes, and the features that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pagevoo_console.domain.database import DatabaseSize, TableSize
from pagevoo_console.domain.quota import FeatureUsage, TableUsage
from pagevoo_console.services.lineages import Lineage

OTHER = "other"


def table_usages(sizes: Sequence[TableSize], lineages: Iterable[Lineage]) -> tuple[TableUsage, ...]:
    """The tables, the largest first, each with the feature it belongs to; `other` for what no lineage knows."""
    owner = {table: lineage.name for lineage in lineages for table in lineage.tables}
    found = [
        TableUsage(size.name, owner.get(size.name, OTHER), size.rows_estimated, size.allocated, size.used, size.exact)
        for size in sizes
    ]
    return tuple(sorted(found, key=lambda table: (-table.used, table.name)))


def feature_usages(
    tables: Sequence[TableUsage], lineages: Iterable[Lineage], size: DatabaseSize
) -> tuple[FeatureUsage, ...]:
    """The features that have tables here, the largest first.

    `other` comes last and holds the rest of the database as well: what the server keeps for itself in it.
    """
    titles = {lineage.name: lineage.title for lineage in lineages}
    found = []
    for name in (*titles, OTHER):
        own = [table for table in tables if table.feature == name]
        used = sum(table.used for table in own)
        if name == OTHER:
            used += max(0, size.used - sum(table.used for table in tables))
        elif not own:
            continue
        found.append(
            FeatureUsage(
                name, titles.get(name, "Other"), len(own), sum(table.rows_estimated for table in own), used,
                all(table.exact for table in own) and (name != OTHER or size.exact),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda feature: (feature.feature == OTHER, -feature.used, feature.feature)))
