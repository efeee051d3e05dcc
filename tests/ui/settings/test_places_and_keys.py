"""Places and keys in the preferences: tried out before they are kept, secrets in the keyring and nowhere else."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.place import Place
from pagevoo_console.services.backup_keys import BackupKeys
from pagevoo_console.services.places import Places
from pagevoo_console.services.settings import Folders, Settings
from pagevoo_console.ui.kit.questions import QuestionDialog
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.settings.keys_page import KeysPage
from pagevoo_console.ui.settings.place_dialog import PlaceDialog
from pagevoo_console.ui.settings.places_page import PlacesPage
from tests.keyrings import keyring_here
from tests.secret_service import SecretService
from tests.ui.worlds import nameless, running

__all__ = ["keyring_here"]
SECRET = "quite-a-secret-4711"


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    with running() as made:
        yield made


@pytest.fixture
def settings() -> Settings:
    return Settings(Folders.of_this_user().make())


class Hands:
    """Waits for answers and presses what can be pressed."""

    def __init__(self, qtbot: QtBot, runner: Runner) -> None:
        self.qtbot, self.runner = qtbot, runner

    def show(self, page: QWidget) -> None:
        self.qtbot.addWidget(page)
        page.resize(660, 560)
        page.show()
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.runner.is_idle and not self.runner.jobs.active(), timeout=20_000)
        self.qtbot.wait(20)
        self.qtbot.waitUntil(lambda: self.runner.is_idle, timeout=20_000)

    def press(self, place: QWidget, name: str) -> None:
        (found,) = [one for one in place.findChildren(QAbstractButton, name) if one.isVisible()]
        assert found.isEnabled(), name
        found.click()
        self.settle()

    def texts(self, place: QWidget) -> str:
        return "\n".join(one.text() for one in place.findChildren(QLabel) if one.isVisible())


@pytest.fixture
def hands(qtbot: QtBot, runner: Runner) -> Hands:
    return Hands(qtbot, runner)


def fill(dialog: PlaceDialog, endpoint: str, prefix: str = "") -> None:
    dialog.bucket.setText("backups")
    dialog.prefix.setText(prefix)
    dialog.endpoint.setText(endpoint)
    dialog.access_key.setText("AKIAEXAMPLE")
    dialog.secret.setText(SECRET)


def test_a_place_is_tried_out_kept_and_forgotten(
    hands: Hands, runner: Runner, settings: Settings, keyring_here: SecretService, storage: str
) -> None:
    assert keyring_here
    places, place = Places(settings=settings), Place("backups", "preferences")
    page = PlacesPage(places, runner)
    hands.show(page)
    assert page.states.view is View.EMPTY
    dialog = page.add()
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    assert not dialog.save.isEnabled()
    fill(dialog, "http://storage.example")
    hands.press(dialog, "savePlaceButton")
    assert "is not protected" in hands.texts(dialog)
    fill(dialog, storage, place.prefix)
    assert nameless(dialog) == []
    hands.press(dialog, "savePlaceButton")

    assert not dialog.isVisible()
    assert dialog.secret.text() == ""
    assert places.saved() == (place,)
    assert SECRET not in settings.path.read_text()
    assert "AKIAEXAMPLE" in hands.texts(page)
    assert SECRET not in hands.texts(page)
    hands.press(page, f"try.{place.address}")
    assert "takes files, gives them back" in hands.texts(page)
    assert obstore.list(places._store(place), prefix=place.prefix).collect() == []
    hands.press(page, f"forget.{place.address}")
    (question,) = [one for one in page.findChildren(QuestionDialog) if one.isVisible()]
    hands.press(question, "yesButton")
    assert places.saved() == ()
    assert page.states.view is View.EMPTY


def test_without_a_keyring_no_place_is_kept_and_why_is_told(
    hands: Hands, runner: Runner, settings: Settings, storage: str
) -> None:
    places = Places(settings=settings)
    page = PlacesPage(places, runner)
    hands.show(page)
    dialog = page.add()
    fill(dialog, storage)
    hands.press(dialog, "savePlaceButton")

    assert "keyring" in hands.texts(dialog)
    assert places.saved() == ()
    dialog.reject()


def test_a_key_pair_is_made_with_its_secret_half_in_a_file_of_the_owners_alone(
    hands: Hands, runner: Runner, settings: Settings, tmp_path: Path
) -> None:
    keys = BackupKeys()
    page = KeysPage(settings, keys, runner)
    hands.show(page)
    assert page.states.view is View.EMPTY
    file = tmp_path / "backup-key.txt"

    page.make(file)
    hands.settle()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (recipient,) = settings.load().preferences.backup_recipients
    assert file.read_text().startswith(f"# public key: {recipient}\nAGE-SECRET-KEY-1")
    assert list(keys.usual) == [recipient]
    assert "is the only copy" in hands.texts(page)
    assert "AGE-SECRET" not in hands.texts(page)
    assert nameless(page) == []
    page.make(file)
    hands.settle()
    assert len(settings.load().preferences.backup_recipients) == 1, "no file is ever overwritten"
    hands.press(page, f"removeKey.{recipient}")
    (question,) = [one for one in page.findChildren(QuestionDialog) if one.isVisible()]
    hands.press(question, "yesButton")
    assert not keys.usual
    assert not settings.load().preferences.backup_recipients
    assert file.is_file()


def test_with_a_keyring_the_secret_half_is_there_too_and_can_be_saved_again(
    hands: Hands, runner: Runner, settings: Settings, keyring_here: SecretService, tmp_path: Path
) -> None:
    assert keyring_here
    keys = BackupKeys()
    page = KeysPage(settings, keys, runner)
    hands.show(page)
    page.make(tmp_path / "first.txt")
    hands.settle()
    (recipient,) = keys.usual
    assert keys.holds(recipient)

    page.save(recipient, tmp_path / "second.txt")
    hands.settle()

    assert (tmp_path / "second.txt").read_text() == (tmp_path / "first.txt").read_text()


def test_what_is_no_public_key_is_not_taken(hands: Hands, runner: Runner, settings: Settings) -> None:
    keys = BackupKeys()
    page = KeysPage(settings, keys, runner)
    hands.show(page)
    page.field.setText("age1nonsense")

    hands.press(page, "addRecipientButton")

    assert "no public key" in hands.texts(page)
    assert keys.usual == settings.load().preferences.backup_recipients == ()
