"""The servers' limits as cards: real servers that answer, lack something, and do not answer at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QToolButton
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.health import KnownProblem
from pagevoo_console.services.console import Console
from pagevoo_console.ui.kit.gauge import QuotaGauge
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.servers.server_card import ServerCard
from pagevoo_console.ui.servers.servers_view import ServersView
from tests.masters import ServerMasters
from tests.servers import MariadbServer, free_port
from tests.services.platform_world import World, folders_in, make_world
from tests.ui.rooms import Hands
from tests.ui.worlds import nameless


@pytest.fixture
def on_mariadb(mariadb_server: MariadbServer, pagevoo_home: Path) -> Iterator[World]:
    masters = ServerMasters(mariadb_server)
    yield make_world(masters.make_master(), folders_in(pagevoo_home))
    masters.clean_up()


@pytest.fixture
def hands(on_mariadb: World, runner: Runner, qtbot: QtBot) -> Hands:
    return Hands(on_mariadb, runner, qtbot)


def look(hands: Hands) -> ServersView:
    view = hands.show(ServersView(hands.context))
    view.refresh()
    hands.settle()
    return view


def gauge(card: ServerCard, quota: str) -> QuotaGauge:
    """The gauge as it is now; one that gave way to it may still be on its way out."""
    return card.findChildren(QuotaGauge, f"gauge.{quota}")[-1]


def test_a_server_shows_its_limits_and_how_much_of_them_is_used(hands: Hands) -> None:
    hands.world.provisioned()

    (card,) = look(hands).cards
    told = hands.texts(card)

    assert card.states.view is View.CONTENT
    assert gauge(card, "databases").reading.used.endswith("of 1,000 used")
    assert gauge(card, "connections").reading.used.endswith("of 200 used")
    assert "of them ours" in told
    assert "MariaDB 10.11" in told
    assert "its plugin `disks` would" in told
    assert "as here" in told


def test_the_limit_itself_is_told_as_reached(hands: Hands) -> None:
    hands.world.provisioned()
    (card,) = look(hands).cards
    assert card.health is not None

    card.present(replace(card.health, databases=1000))

    assert gauge(card, "databases").reading.badge.text == "Over limit"


def test_what_the_account_lacks_comes_with_the_statement_to_copy(hands: Hands) -> None:
    (card,) = look(hands).cards
    assert card.health is not None
    assert card.findChild(QPlainTextEdit, "grantText") is None
    statement = "GRANT CREATE USER ON *.* TO 'console'@'%';"

    card.present(replace(card.health, missing_privileges=("CREATE USER",), grant_statement=statement))
    told = hands.texts(card)
    (copy,) = [one for one in card.findChildren(QToolButton) if one.accessibleName() == "Copy statement"]
    copy.click()

    assert "Our account lacks: CREATE USER" in told
    assert statement in told
    assert QGuiApplication.clipboard().text() == statement


def test_a_version_is_told_with_what_it_is_known_for(hands: Hands) -> None:
    (card,) = look(hands).cards
    assert card.health is not None
    problem = KnownProblem("end_of_life", "MariaDB 10.5 gets no fixes any more", "Move to a version that is supported.")

    card.present(replace(card.health, known_problems=(problem,), clock_skew=42.0, is_read_only=True))
    told = hands.texts(card)

    assert problem.title in told
    assert problem.advice in told
    assert "42\u00a0s ahead of here" in told


def test_edge_case_3_a_server_that_does_not_answer_says_so_beside_those_that_do(hands: Hands) -> None:
    console = hands.world.console
    dead = replace(console.connection.master, name="dead", port=free_port())
    both = replace(console.connection, tenant_servers=(console.connection.master, dead))
    hands.world.console = Console(both, console.platform, console.connections, console.lineages, hands.world.folders)
    view = look(hands)
    sound, silent = view.cards

    assert sound.states.view is View.CONTENT
    assert silent.states.view is View.ERROR
    assert "dead cannot be used now" in hands.texts(silent)
    hands.press(silent, "check.dead")
    told = hands.texts(silent)
    assert "Name resolution" in told
    assert "Network" in told
    _, (event,) = hands.world.console.audit.events(action="database.check")
    assert event.outcome is Outcome.FAILED


def test_whatever_takes_the_focus_has_a_name(hands: Hands) -> None:
    assert nameless(look(hands)) == []
