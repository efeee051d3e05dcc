"""What the desktop is told: as plain text, without the window waiting, and nothing where nobody listens."""

import json
import sys
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from pagevoo_console.ui.kit.notifications import DesktopNotifier, session_bus, tell_over_bus
from pagevoo_console.ui.kit.runner import Runner
from tests.secret_service import SecretService
from tests.ui.worlds import running

BODY = "<b>Ada</b> & more"


@pytest.fixture(scope="module")
def bus() -> Iterator[SecretService]:
    """A session bus of one's own."""
    with SecretService() as made:
        yield made


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    with running() as made:
        yield made


def told(bus: SecretService, *capabilities: str) -> list[str]:
    ended = bus.run(
        [sys.executable, "-m", "tests.ui.kit.told_desktop", "Ada Lovelace (7)", BODY, *capabilities],
        extra_environment={"QT_QPA_PLATFORM": "offscreen"},
    )
    assert ended.returncode == 0, ended.stderr
    found: list[str] = json.loads(ended.stdout)
    return found


def test_a_desktop_that_renders_markup_is_told_it_as_text(bus: SecretService) -> None:
    assert told(bus, "body", "body-markup") == [
        "Pagevoo Console", "Ada Lovelace (7)", "&lt;b&gt;Ada&lt;/b&gt; &amp; more",
    ]  # fmt: skip


def test_a_desktop_that_shows_plain_text_is_told_it_as_it_is(bus: SecretService) -> None:
    assert told(bus, "body") == ["Pagevoo Console", "Ada Lovelace (7)", BODY]


def test_without_a_session_bus_nothing_is_started_and_nothing_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    assert session_bus() == ""
    assert not tell_over_bus("Title", "Text")


def test_telling_returns_at_once_whoever_listens(qtbot: QtBot, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    notifier = DesktopNotifier(runner)

    begun = time.monotonic()
    notifier.tell("Title", "Text")
    took = time.monotonic() - begun
    qtbot.waitUntil(lambda: runner.is_idle, timeout=5_000)

    assert took < 0.1
