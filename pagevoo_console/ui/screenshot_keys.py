"""Places and keys as they are on a machine with a keyring, for pictures that are drawn without one."""

from __future__ import annotations

import json

from pagevoo_console.services.backup_keys import SERVICE as IDENTITIES
from pagevoo_console.services.keyring_access import KeyringAccess
from pagevoo_console.services.places import SERVICE as CREDENTIALS
from pagevoo_console.services.places import Places
from pagevoo_console.services.settings import Settings
from pagevoo_console.ui.screenshot_scenes import Scene
from pagevoo_console.ui.screenshot_worlds import PLACE

HERE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
ELSEWHERE = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"
_BUCKET = PLACE.rpartition("/")[0]


class DrawnKeyring(KeyringAccess):
    """Holds what the pictures show, and takes nothing."""

    def get(self, service: str, name: str) -> str | None:
        held = {
            (CREDENTIALS, _BUCKET): json.dumps(
                {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret": "", "endpoint": "https://s3.example", "region": "eu"}
            ),
            (IDENTITIES, HERE): "",
        }
        return held.get((service, name))


def at_places(scene: Scene) -> None:
    """The page of the preferences with a place on it."""
    console = scene.window.console
    assert console is not None
    settings = Settings(console.folders)
    settings.change(backup_places=(PLACE,))
    console.places = Places(DrawnKeyring(), settings)
    scene.trigger("settings.show")
    scene.turn_to("preferencesTabs", 1)


def at_keys(scene: Scene) -> None:
    """The page of the preferences with keys on it; backups of other pictures stay in clear."""
    console = scene.window.console
    assert console is not None
    settings = Settings(console.folders)
    console.backups.keys = type(console.backups.keys)((HERE, ELSEWHERE), DrawnKeyring())
    settings.change(backup_recipients=(HERE, ELSEWHERE))
    scene.trigger("settings.show")
    scene.turn_to("preferencesTabs", 2)
    settings.change(backup_recipients=())


def at_new_place(scene: Scene) -> None:
    """The dialog that asks for a place."""
    at_places(scene)
    scene.press("addPlaceButton")
