"""The feature manager: a card each with state, tables and revision, what it offers, and what is in hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QGridLayout

from pagevoo_console.domain.feature import DisabledBy, Feature, FeatureState
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.features.card import FeatureCard
from pagevoo_console.ui.features.panel import FeaturePanel
from pagevoo_console.ui.kit.pages import CardGrid
from pagevoo_console.ui.kit.pills import BadgeView
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.features.conftest import Blog
from tests.ui.rooms import Hands
from tests.ui.worlds import nameless


def shown(hands: Hands, tenant: str, *, compared: bool = False) -> FeaturePanel:
    panel = hands.show(FeaturePanel(hands.context))
    panel.show_tenant(tenant)
    settle(hands, panel, compared=compared)
    return panel


def settle(hands: Hands, panel: FeaturePanel, *, compared: bool = False) -> None:
    """Wait for the cards, and for the comparison where it is wanted."""
    for _ in range(2):
        hands.settle()
        hands.qtbot.waitUntil(lambda: panel.is_settled if compared else panel.is_made, timeout=20_000)
    hands.qtbot.wait(60)


def state_of(card: FeatureCard) -> str:
    return card.findChildren(BadgeView)[0].badge.text


def verb_of(card: FeatureCard) -> str:
    return card.verb.text() if card.verb.isVisible() else ""


def test_every_feature_and_core_has_a_card_with_its_state_tables_and_revision(hands: Hands, blog: Blog) -> None:
    blog.write("INSERT INTO blog_tags (name, slug) VALUES ('A', 'a')")
    panel = shown(hands, blog.tenant)

    assert len(panel.cards) == 10
    assert (state_of(panel.cards["blog"]), state_of(panel.cards["shop"])) == ("Installed", "Available")
    assert (verb_of(panel.cards["blog"]), verb_of(panel.cards["shop"])) == ("", "Install…")
    texts = hands.texts(panel.cards["blog"])
    assert "5 tables · 1 row · " in texts
    assert "blog_0005" in texts
    assert "12 tables" in hands.texts(panel.cards["shop"])
    assert not panel.cards["core"].verb.isVisible()


def test_the_tables_of_a_card_unfold_with_rows_and_bytes(hands: Hands, blog: Blog) -> None:
    blog.write(
        "INSERT INTO blog_tags (name, slug) VALUES ('A', 'a')", "INSERT INTO blog_tags (name, slug) VALUES ('B', 'b')"
    )
    panel = shown(hands, blog.tenant)
    card = panel.cards["blog"]
    assert "blog_tags" not in hands.texts(card)

    hands.press(card, "tables.blog")

    lines = card.findChildren(QGridLayout)[0]
    places = range(lines.rowCount())
    cells = [[lines.itemAtPosition(place, column).widget().text() for column in range(3)] for place in places]  # type: ignore[union-attr]
    (tags,) = [cell for cell in cells if cell[0] == "blog_tags"]
    assert tags[1] == "2"
    assert tags[2].endswith("kB")
    hands.press(card, "tables.blog")
    assert "blog_tags" not in hands.texts(card)


def test_an_older_feature_offers_its_upgrade_and_names_both_revisions(hands: Hands, blog: Blog) -> None:
    blog.set_back()
    panel = shown(hands, blog.tenant)

    assert (state_of(panel.cards["blog"]), verb_of(panel.cards["blog"])) == ("Outdated", "Upgrade…")
    assert "blog_0003 → blog_0005" in hands.texts(panel.cards["blog"])
    hands.press(panel.cards["blog"], "feature.upgrade.blog")
    assert hands.opened == [("features.upgrade", blog.tenant, ("blog",))]


def test_core_that_is_behind_offers_its_upgrade_too(hands: Hands, blog: Blog) -> None:
    blog.write("DROP TABLE feature_settings", "UPDATE console_features SET version_num = 'core_0001'")
    panel = shown(hands, blog.tenant)

    assert (state_of(panel.cards["core"]), verb_of(panel.cards["core"])) == ("Outdated", "Upgrade…")
    hands.press(panel.cards["core"], "feature.upgrade.core")
    assert hands.opened == [("features.upgrade", blog.tenant, ("core",))]


@pytest.mark.parametrize(
    ("by", "word"), [(DisabledBy.USER, "Disabled by hand"), (DisabledBy.TIER, "Disabled by the tier")]
)
def test_a_disabled_feature_says_who_did_it_and_offers_to_enable_it(
    by: DisabledBy, word: str, hands: Hands, blog: Blog
) -> None:
    features = blog.world.console.features
    features.switch(features.plan_disable(blog.tenant, "blog", by), JobContext())
    panel = shown(hands, blog.tenant)

    assert state_of(panel.cards["blog"]) == word
    hands.press(panel.cards["blog"], "feature.enable.blog")
    assert hands.opened == [("features.switch", blog.tenant, "blog", True)]


def test_a_table_changed_by_hand_is_found_and_leads_to_drift_and_repair(hands: Hands, blog: Blog) -> None:
    blog.write("ALTER TABLE blog_posts ADD COLUMN legacy VARCHAR(9)")
    panel = shown(hands, blog.tenant, compared=True)

    assert (state_of(panel.cards["blog"]), verb_of(panel.cards["blog"])) == ("Drifted", "Repair…")
    assert panel.cards["blog"].drift.text() == "1 difference"
    hands.press(panel.cards["blog"], "drift.blog")
    hands.press(panel.cards["blog"], "feature.repair.blog")
    assert hands.opened == [("features.drift", blog.tenant), ("features.repair", blog.tenant, ("blog",))]


def test_tables_that_laravel_made_are_offered_to_be_adopted(hands: Hands, blog: Blog) -> None:
    blog.give_to_laravel()
    panel = shown(hands, blog.tenant)

    assert (state_of(panel.cards["blog"]), verb_of(panel.cards["blog"])) == ("Drifted", "Adopt…")
    hands.press(panel.cards["blog"], "feature.adopt.blog")
    assert hands.opened == [("features.adopt", blog.tenant, "blog")]


def test_without_a_database_a_feature_can_be_chosen_and_the_wizard_asks(world: World, hands: Hands) -> None:
    tenant, _ = world.add_tenant(tier="brochure")
    panel = shown(hands, tenant)

    assert panel.notice.message is not None
    assert panel.notice.message.title == "No database yet"
    assert "core" not in {name for name, card in panel.cards.items() if card.isVisible()}
    assert (state_of(panel.cards["shop"]), verb_of(panel.cards["shop"])) == ("Not in this tier", "")
    hands.press(panel.cards["blog"], "feature.add.blog")
    assert hands.opened == [("install_features", tenant, ("blog",))]


def test_a_frozen_database_offers_nothing_that_brings_rows(hands: Hands, blog: Blog) -> None:
    freezes = blog.world.console.freezes
    freezes.freeze(freezes.plan(blog.tenant), JobContext())
    panel = shown(hands, blog.tenant)

    assert panel.notice.message is not None
    assert panel.notice.message.title == "The database is frozen"
    assert verb_of(panel.cards["shop"]) == ""
    assert not panel.install_button.isVisible()


def test_the_card_that_has_the_keyboard_is_in_hand_and_opens_its_menu(hands: Hands, blog: Blog) -> None:
    panel = shown(hands, blog.tenant)
    taken: list[Feature | None] = []
    menus: list[object] = []
    panel.feature_taken.connect(taken.append)
    panel.menu_wanted.connect(menus.append)
    hands.qtbot.waitExposed(panel)
    panel.activateWindow()

    panel.cards["blog"].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.cards["blog"], Qt.Key.Key_Return)

    assert taken[-1] is not None
    assert (taken[-1].name, taken[-1].state) == ("blog", FeatureState.INSTALLED)
    assert len(menus) == 1


def test_what_is_in_hand_is_told_anew_when_it_changes(hands: Hands, blog: Blog) -> None:
    panel = shown(hands, blog.tenant)
    taken: list[Feature | None] = []
    panel.feature_taken.connect(taken.append)
    hands.press(panel.cards["blog"], "menu.blog")
    features = blog.world.console.features
    features.switch(features.plan_disable(blog.tenant, "blog"), JobContext())

    panel.show_tenant(blog.tenant)
    settle(hands, panel)

    assert taken[-1] is not None
    assert taken[-1].state is FeatureState.DISABLED
    other, _ = blog.world.add_tenant()
    panel.show_tenant(other)
    assert taken[-1] is None


def test_a_database_that_is_gone_says_so_and_its_cards_make_room(hands: Hands, blog: Blog) -> None:
    panel = shown(hands, blog.tenant)
    (Path(blog.world.console.connection.master.directory) / f"{blog.world.name(blog.tenant)}.db").unlink()

    panel.show_tenant(blog.tenant)
    settle(hands, panel)

    assert panel.states.view is View.EMPTY
    assert "does not exist" in hands.texts(panel)
    assert not any(card.isVisible() for card in panel.cards.values())
    assert not panel.install_button.isVisible()


def test_in_a_narrow_window_the_cards_stand_in_one_column(hands: Hands, blog: Blog) -> None:
    panel = shown(hands, blog.tenant)
    grid = panel.findChildren(CardGrid)[0]
    panel.resize(900, 1200)
    hands.qtbot.wait(30)
    wide = len({card.x() for card in panel.cards.values()})
    panel.resize(460, 2400)
    hands.qtbot.wait(30)

    assert wide > 1
    assert len({card.x() for card in panel.cards.values()}) == 1
    assert grid.width() <= 460


def test_everything_on_the_cards_has_a_name_for_a_screen_reader(hands: Hands, blog: Blog) -> None:
    blog.write("ALTER TABLE blog_posts ADD COLUMN legacy VARCHAR(9)")
    panel = shown(hands, blog.tenant, compared=True)

    assert nameless(panel) == []
    assert panel.cards["blog"].accessibleName() == "Blog: Drifted"
    named = {each.accessibleName() for each in panel.cards["blog"].findChildren(QAbstractButton) if each.isVisible()}
    assert {"What can be done with Blog", "Repair… Blog", "Blog: 1 difference"} <= named
