"""The page of drift: every difference in a table, what can be repaired, and the ways to it."""

from __future__ import annotations

from pathlib import Path

from pagevoo_console.ui.features.drift_view import DriftView
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.features.conftest import Blog
from tests.ui.rooms import Hands
from tests.ui.worlds import nameless


def shown(hands: Hands, tenant: str) -> DriftView:
    view = hands.show(DriftView(hands.context, tenant))
    view.refresh()
    hands.settle()
    hands.settle()
    return view


def test_each_difference_is_a_row_with_table_kind_detail_and_repair(hands: Hands, blog: Blog) -> None:
    blog.harm()
    view = shown(hands, blog.tenant)

    records = view.list.records
    rows = [[records.cell(row, column).text for column in range(4)] for row in range(records.rowCount())]
    assert rows == [
        ["blog_comments", "Missing table", "the table is missing", "Repairable"],
        ["blog_posts", "Extra column", "there is a column legacy that should not be", "Stays"],
        ["blog_posts", "Missing column", "there is no column meta_title", "Repairable"],
    ]
    assert records.cell(1, 2).detail == "nothing is dropped that somebody may need"
    assert "3 differences · 2 can be repaired" in hands.texts(view)
    assert nameless(view) == []
    hands.press(view, "repairAllButton")
    view.list.record_opened.emit(records.record(1))
    assert hands.opened == [("features.repair", blog.tenant, ()), ("features.repair", blog.tenant, ("blog",))]


def test_tables_without_a_revision_lead_to_their_adoption(hands: Hands, blog: Blog) -> None:
    blog.give_to_laravel()
    view = shown(hands, blog.tenant)

    (record,) = [view.list.records.record(row) for row in range(view.list.records.rowCount())]
    view.list.record_opened.emit(record)

    assert hands.opened == [("features.adopt", blog.tenant, "blog")]
    assert "The platform wrote down 1 migration of its own in this database." in hands.texts(view)
    assert not view.repair.isEnabled()


def test_no_difference_is_said_in_words(hands: Hands, blog: Blog) -> None:
    view = shown(hands, blog.tenant)

    assert view.states.view is View.EMPTY
    assert "No difference" in hands.texts(view)
    assert not view.repair.isEnabled()


def test_comparing_again_takes_up_what_was_repaired_meanwhile(hands: Hands, blog: Blog) -> None:
    blog.write("ALTER TABLE blog_posts ADD COLUMN legacy VARCHAR(9)")
    view = shown(hands, blog.tenant)
    assert "1 difference · 0 can be repaired" in hands.texts(view)
    blog.write("ALTER TABLE blog_posts DROP COLUMN legacy")

    hands.press(view, "compareAgainButton")
    hands.settle()

    assert view.states.view is View.EMPTY


def test_without_a_database_there_is_nothing_to_compare(world: World, hands: Hands) -> None:
    tenant, _ = world.add_tenant()
    view = shown(hands, tenant)

    assert view.states.view is View.EMPTY
    assert "Nothing to compare" in hands.texts(view)


def test_a_database_that_is_gone_is_a_failure_that_can_be_retried(hands: Hands, blog: Blog) -> None:
    (Path(blog.world.console.connection.master.directory) / f"{blog.world.name(blog.tenant)}.db").unlink()
    view = shown(hands, blog.tenant)

    assert view.states.view is View.ERROR
    assert "does not exist" in hands.texts(view)
