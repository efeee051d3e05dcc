"""Features in the window: one list of actions for menu, card, palette and keyboard, each only where it applies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.database import DatabaseState, TenantDatabase
from pagevoo_console.domain.feature import Feature, FeatureState
from pagevoo_console.domain.tenant import Tenant
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.features.actions import MENU, actions
from pagevoo_console.ui.features.drift_view import DriftView
from pagevoo_console.ui.features.panel import FeaturePanel
from pagevoo_console.ui.features.words import Gesture
from pagevoo_console.ui.kit.actions import Selection
from pagevoo_console.ui.main_window import MainWindow
from tests.ui.features.conftest import Blog
from tests.ui.rooms import Hands
from tests.ui.window.conftest import at_rest, open_window

__all__ = ["open_window"]


def in_hand(
    state: FeatureState, database: DatabaseState | None = DatabaseState.ACTIVE, *, name: str = "blog",
    revision: str | None = "blog_0005",
) -> Selection:  # fmt: skip
    feature = Feature(name, "Blog", state, revision, "blog_0005", ("blog_posts",))
    held = None if database is None else TenantDatabase("pagevoo_website_1", "sqlite", "master", "1", database)
    tenant = Tenant("1", "Ada", "ada@example.org", "pro", "active", None, held)
    return Selection("tenant", (tenant,), feature=feature, is_connected=True)


def applying(context: Context, selection: Selection) -> set[str]:
    return {action.id for action in actions(context) if action.applies_to(selection) and action.id in set(Gesture)}


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (in_hand(FeatureState.AVAILABLE), {"feature.add"}),
        (in_hand(FeatureState.AVAILABLE, None), {"feature.add"}),
        (in_hand(FeatureState.AVAILABLE, DatabaseState.SUSPENDED), set()),
        (in_hand(FeatureState.INSTALLED), {"feature.disable", "feature.repair", "feature.uninstall"}),
        (
            in_hand(FeatureState.INSTALLED, DatabaseState.SUSPENDED),
            {"feature.disable", "feature.repair", "feature.uninstall"},
        ),
        (in_hand(FeatureState.DISABLED), {"feature.enable", "feature.repair", "feature.uninstall"}),
        (
            in_hand(FeatureState.OUTDATED),
            {"feature.upgrade", "feature.disable", "feature.repair", "feature.uninstall"},
        ),
        (
            in_hand(FeatureState.DRIFTED, revision=None),
            {"feature.adopt", "feature.repair", "feature.uninstall"},
        ),
        (in_hand(FeatureState.INSTALLED, DatabaseState.MISSING), set()),
        (in_hand(FeatureState.INSTALLED, name="core"), {"feature.repair"}),
    ],
)  # fmt: skip
def test_what_can_be_done_follows_from_the_state(selection: Selection, expected: set[str], hands: Hands) -> None:
    assert applying(hands.context, selection) == expected
    assert set(MENU) - {"-", "feature.drift"} == set(Gesture)


def test_nothing_can_be_done_while_the_master_is_away(hands: Hands) -> None:
    away = Selection("tenant", in_hand(FeatureState.INSTALLED).tenants, feature=in_hand(FeatureState.INSTALLED).feature)

    assert applying(hands.context, away) == set()


def test_a_card_in_hand_enables_the_menus_and_the_palette(
    blog: Blog, open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(blog.world)
    assert window.workspace is not None
    window.workspace.show_tenant(blog.tenant)
    at_rest(qtbot, window)
    panel = window.findChild(FeaturePanel)
    assert panel is not None
    qtbot.waitUntil(lambda: panel.is_made and "blog" in panel.cards, timeout=20_000)
    assert not window.actions_["feature.uninstall"].isEnabled()

    panel.cards["blog"].menu.click()

    (menu,) = [each for each in window.findChildren(QMenu) if each.isVisible()]
    assert [each.text() for each in menu.actions() if each.text()] == ["Disable", "Repair…", "Show drift", "Uninstall…"]
    menu.close()
    assert window.actions_["feature.uninstall"].isEnabled()
    assert "Uninstall…" in {entry.title for entry in window.actions_.palette_entries()}

    window.actions_["feature.drift"].trigger()
    at_rest(qtbot, window)
    view = window.findChild(DriftView)
    assert view is not None
    assert view.isVisible()
    qtbot.waitUntil(
        lambda: "No difference" in view.header.subtitle.text() or not view.repair.isEnabled(), timeout=20_000
    )
    view.findChildren(type(view.repair), "backToTenantButton")[0].click()
    at_rest(qtbot, window)
    assert window.workspace.room == "tenant"
