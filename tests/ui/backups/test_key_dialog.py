"""The key to encrypted backups: given once, tried when a backup is opened, gone with the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.encryption import WrongKey
from pagevoo_console.services.backup_keys import BackupKeys
from pagevoo_console.services.encryption import new_identity
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.secrets import Secret
from pagevoo_console.ui.backups.key_dialog import KeyDialog
from pagevoo_console.ui.kit.runner import Runner
from tests.services.platform_world import World
from tests.ui.rooms import Hands
from tests.ui.worlds import nameless

WORDS = "four words nobody guesses"


@pytest.fixture
def hands(world: World, runner: Runner, qtbot: QtBot) -> Hands:
    return Hands(world, runner, qtbot)


def asked(hands: Hands) -> KeyDialog:
    dialog = KeyDialog(hands.world.console.backups.keys, hands.runner)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    return hands.show(dialog)


def sealed(world: World, tenant: str, recipient: str = "", passphrase: str = "") -> Backup:
    """A backup of another session: nothing at hand opens it."""
    backups = world.console.backups
    sealing = backups.keys.sealing([recipient] if recipient else (), Secret(passphrase) if passphrase else None)
    made = backups.create(tenant, JobContext(), sealing=sealing)
    backups.keys = BackupKeys()
    return made


def test_a_passphrase_opens_what_it_sealed(hands: Hands, world: World) -> None:
    tenant, _ = world.provisioned()
    backup = sealed(world, tenant, passphrase=WORDS)
    with pytest.raises(WrongKey):
        world.console.backups.ensure_opens(backup)
    dialog = asked(hands)
    assert not dialog.use.isEnabled()
    assert nameless(dialog) == []
    dialog.passphrase.setText(WORDS)

    hands.press(dialog, "useKeyButton")

    assert world.console.backups.verify(backup, JobContext()).ok


def test_a_file_with_the_secret_half_opens_what_it_belongs_to(hands: Hands, world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    recipient, identity = new_identity()
    backup = sealed(world, tenant, recipient=recipient)
    file = tmp_path / "backup-key.txt"
    file.write_text("this is no key")
    dialog = asked(hands)
    dialog.file.setText(str(file))
    hands.press(dialog, "useKeyButton")
    assert "holds no identity" in hands.texts(dialog)
    file.write_text(identity.reveal())

    hands.press(dialog, "useKeyButton")

    assert world.console.backups.verify(backup, JobContext()).ok
