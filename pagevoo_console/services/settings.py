"""Folders of the console and the preferences of its user."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import tomlkit
from platformdirs import PlatformDirs

from pagevoo_console.domain.errors import ConsoleError, Failed, NotFound
from pagevoo_console.domain.place import read_place
from pagevoo_console.domain.retention import RetentionPolicy
from pagevoo_console.services.private_files import make_folder, read_small, write_private
from pagevoo_console.services.strict_toml import read_toml

HOME_VARIABLE = "PAGEVOO_HOME"
_FILE = "settings.toml"
_DAMAGED = frozenset({"settings_file", "not_utf8", "too_long"})


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the console keeps what: each is made, closed to others, when it is first asked for by its method.

    `config` holds connections and preferences, `state` the journal, `cache` what can be thrown away.
    """

    config: Path
    state: Path
    cache: Path
    backups: Path

    @classmethod
    def of_this_user(cls, home: str | None = None) -> Folders:
        """Below `home`, below PAGEVOO_HOME, or where the operating system wants them."""
        chosen = home or os.environ.get(HOME_VARIABLE, "")
        if chosen:
            root = Path(os.path.abspath(chosen))
            return cls(root / "config", root / "state", root / "cache", root / "backups")
        usual = PlatformDirs("pagevoo-console", appauthor=False)
        return cls(
            usual.user_config_path, usual.user_state_path, usual.user_cache_path, usual.user_data_path / "backups"
        )

    def make(self) -> Folders:
        """Make those that are missing, readable by their owner alone. Raises Failed."""
        for folder in (self.config, self.state, self.cache, self.backups):
            make_folder(folder)
        return self


class Theme(StrEnum):
    """Colours of the window; `system` follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person has chosen. Empty texts mean: as usual.

    `backup_folder` is an absolute path, `backup_recipients` are the public keys that backups are encrypted for,
    `backup_places` the URLs of storage that backups can be sent to,
    `retention` says by the platform's name which backups are kept, `page_size` is how many rows a list command shows,
    `window_geometry` and `window_state` are the toolkit's own words in Base64.
    """

    theme: Theme = Theme.SYSTEM
    language: str = ""
    backup_folder: str = ""
    last_connection: str = ""
    page_size: int = 100
    window_geometry: str = ""
    window_state: str = ""
    backup_recipients: tuple[str, ...] = ()
    retention: dict[str, str] = field(default_factory=dict)
    backup_places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """Preferences, and a sentence for the user where the file could not be used."""

    preferences: Preferences
    warning: str = ""


class Settings:
    """The file of preferences. Safe to call from any thread."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self._path = folders.config / _FILE
        self._guard = threading.Lock()

    @property
    def path(self) -> Path:
        return self._path

    @property
    def backup_folder(self) -> Path:
        """Where backups go unless somebody says otherwise."""
        chosen = self.load().preferences.backup_folder
        return Path(chosen) if chosen else self.folders.backups

    def load(self) -> Loaded:
        """The preferences; where the file is damaged the usual ones and a warning, the file put aside. Never raises."""
        try:
            return Loaded(self.read())
        except ConsoleError as error:
            kept = self._keep_copy() if error.code in _DAMAGED else "The usual preferences apply."
            return Loaded(Preferences(), f"{error.message}. {kept}")

    def read(self) -> Preferences:
        """The preferences. Raises Failed, naming the file and the line or key."""
        try:
            text = read_small(self._path)
        except NotFound:
            return Preferences()
        preferences = read_toml(text, Preferences, file=str(self._path), code="settings_file")
        problem = _problem(preferences)
        if problem is not None:
            raise Failed(f"{self._path}: {problem}", code="settings_file", hint="Correct the file.")
        return preferences

    def save(self, preferences: Preferences) -> None:
        """Write the preferences; comments in the file stay. Raises Failed."""
        problem = _problem(preferences)
        if problem is not None:
            raise Failed(problem, code="settings", hint="Nothing was saved.")
        with self._guard:
            document = self._document()
            for key, value in asdict(preferences).items():
                document[key] = _plain(value)
            write_private(self._path, tomlkit.dumps(document))

    def change(self, **changes: Any) -> Preferences:
        """Change some preferences and save them all."""
        preferences = replace(self.load().preferences, **changes)
        self.save(preferences)
        return preferences

    def _document(self) -> tomlkit.TOMLDocument:
        """The file as it stands where it is right, an empty one otherwise."""
        try:
            self.read()
            return tomlkit.parse(read_small(self._path))
        except ConsoleError:
            return tomlkit.document()

    def _keep_copy(self) -> str:
        """Put the damaged file aside, so that the next save does not destroy it."""
        aside = self._path.with_name(f"{_FILE}.damaged-{time.strftime('%Y%m%dT%H%M%S')}")
        try:
            os.replace(self._path, aside)
        except OSError as error:
            return f"The usual preferences apply; the file could not be put aside ({os.strerror(error.errno or 0)})."
        return f"The usual preferences apply; the file was kept as {aside.name}."


def _plain(value: Any) -> Any:
    """A preference as TOML has a word for it."""
    if isinstance(value, StrEnum):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _problem(preferences: Preferences) -> str | None:
    if not 1 <= preferences.page_size <= 10_000:
        return f"'page_size' is {preferences.page_size}; it can be 1 to 10000"
    for platform, policy in preferences.retention.items():
        try:
            RetentionPolicy.read(policy)
        except ConsoleError as error:
            return f"'retention' of {platform}: {error.message}"
    for url in preferences.backup_places:
        try:
            read_place(url)
        except ConsoleError as error:
            return f"'backup_places': {error.message}"
    if preferences.backup_folder and not os.path.isabs(preferences.backup_folder):
        return f"'backup_folder' is {preferences.backup_folder!r}, which is no absolute path"
    return None
