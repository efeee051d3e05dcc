"""No file of the project knows the machine that it was written on, or where packages are fetched from."""

import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

PLACES = ("/wo" + "rk/", ".lib" + "rary", "../sha" + "red/")
REGISTRIES = ("py" + "pi.org", "python" + "hosted", "npm" + "js.com", "crates" + ".io")
ALLOWED = {".ci/run": PLACES[2]}
"""Continuous integration round-trips the databases that may lie beside the checkout."""


def project_files() -> list[Path]:
    """Every file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    paths = [PROJECT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_place_of_this_machine_or_a_registry() -> None:
    found = []
    for path in project_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        name = str(path.relative_to(PROJECT))
        found += [(name, word) for word in (*PLACES, *REGISTRIES) if word in text and ALLOWED.get(name) != word]

    assert found == []


def test_init_files_stay_empty() -> None:
    assert [path for path in project_files() if path.name == "__init__.py" and path.read_text()] == []


def test_test_folders_are_packages_so_that_equal_names_do_not_clash() -> None:
    folders = {
        path.parent for path in project_files() if path.is_relative_to(PROJECT / "tests") and path.suffix == ".py"
    }

    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
