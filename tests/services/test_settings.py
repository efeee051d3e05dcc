"""Folders and preferences: closed to others, never half-written, and a damaged file stops nobody."""

import os
import stat
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import Failed
from pagevoo_console.services.private_files import MAX_BYTES, read_small, write_private
from pagevoo_console.services.settings import Folders, Preferences, Settings, Theme


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(Folders.of_this_user(str(tmp_path / "home")).make())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_lives_below_the_home_that_is_named(pagevoo_home: Path) -> None:
    assert Folders.of_this_user() == Folders(
        pagevoo_home / "config", pagevoo_home / "state", pagevoo_home / "cache", pagevoo_home / "backups"
    )


def test_without_a_home_the_folders_are_those_of_the_operating_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEVOO_HOME", "")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "etc"))

    assert Folders.of_this_user().config == tmp_path / "etc" / "pagevoo-console"


def test_folders_are_closed_to_others(tmp_path: Path) -> None:
    folders = Folders.of_this_user(str(tmp_path / "home")).make()

    assert {mode(folder) for folder in (folders.config, folders.state, folders.cache, folders.backups)} == {0o700}


def test_a_folder_that_cannot_be_made_is_a_failure_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")

    with pytest.raises(Failed, match=f"{tmp_path}/home/config cannot be made"):
        Folders.of_this_user(str(tmp_path / "home")).make()


def test_preferences_are_the_usual_ones_until_somebody_chooses(settings: Settings) -> None:
    assert settings.load().preferences == Preferences()
    assert settings.load().warning == ""
    assert not settings.path.exists()


def test_what_was_chosen_is_there_the_next_time_and_nobody_else_reads_it(settings: Settings) -> None:
    settings.change(theme=Theme.DARK, backup_folder="/srv/backups")

    assert Settings(settings.folders).read() == Preferences(theme=Theme.DARK, backup_folder="/srv/backups")
    assert settings.backup_folder == Path("/srv/backups")
    assert mode(settings.path) == 0o600
    assert [path.name for path in settings.folders.config.iterdir()] == ["settings.toml"]


def test_comments_of_a_person_survive_a_change(settings: Settings) -> None:
    settings.path.write_text('# for the night shift\ntheme = "dark"\n')

    settings.change(page_size=50)

    assert settings.path.read_text().startswith('# for the night shift\ntheme = "dark"\n')
    assert settings.read().page_size == 50


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('theme = "dark"\npage_size = \n', "line 2"),
        ('tehme = "dark"\n', "unknown key 'tehme'; did you mean 'theme'?"),
        ('theme = "drak"\n', "'theme' cannot be 'drak'; did you mean 'dark'?"),
        ("page_size = 0\n", "'page_size' is 0"),
        ('backup_folder = "here"\n', "no absolute path"),
    ],
)
def test_a_damaged_file_gives_a_warning_and_is_kept(settings: Settings, text: str, told: str) -> None:
    settings.path.write_text(text)

    with pytest.raises(Failed) as caught:
        settings.read()
    assert caught.value.code == "settings_file"
    loaded = settings.load()

    assert loaded.preferences == Preferences()
    assert str(settings.path) in loaded.warning
    assert told in loaded.warning
    [kept] = settings.folders.config.glob("settings.toml.damaged-*")
    assert kept.read_text() == text
    assert kept.name in loaded.warning
    assert settings.load().warning == ""


def test_what_cannot_be_is_not_saved(settings: Settings) -> None:
    with pytest.raises(Failed, match="page_size"):
        settings.change(page_size=0)
    assert not settings.path.exists()


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    write_private(path, "before")

    with pytest.raises(UnicodeEncodeError):
        write_private(path, "after \udcff")

    assert read_small(path) == "before"
    assert os.listdir(tmp_path) == ["file.toml"]


def test_a_file_that_is_not_utf8_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"one\ntwo \xff\n")

    with pytest.raises(Failed, match="line 2: not UTF-8"):
        read_small(tmp_path / "file")


def test_a_huge_file_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * (MAX_BYTES + 1))

    with pytest.raises(Failed, match="longer than"):
        read_small(tmp_path / "file")
