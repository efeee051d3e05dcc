"""`docs/features.md` names every feature and every table that this console ships."""

from __future__ import annotations

from pathlib import Path

from pagevoo_console.services.lineages import Lineages

PAGE = Path(__file__).parents[2] / "docs" / "features.md"


def test_the_page_of_features_names_each_of_them_and_all_their_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for lineage in Lineages().all():
        if lineage.kind in ("feature", "core"):
            assert f"(`{lineage.name}`)" in page
            assert [table for table in lineage.tables if f"`{table}`" not in page] == []
