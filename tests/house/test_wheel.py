"""The wheel works on its own: built, installed away from the checkout, and tried."""

import json
import os
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = ("pagevoo_console", "feature_schemas", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a network from a copy, so that nothing is left behind in it."""
    copy = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / name, copy)
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet", "--wheel-dir", str(copy / "dist")]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(copy)], check=True, cwd=copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that has the wheel, and borrows only third-party packages from ours."""
    place = tmp_path_factory.mktemp("installed")
    venv.create(place, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = place / "lib" / version / "site-packages"
    borrowed = place / "borrowed"
    borrowed.mkdir()
    for source in filter(Path.is_dir, map(Path, site.getsitepackages())):
        for entry in source.iterdir():
            if "pagevoo" not in entry.name and entry.suffix != ".pth" and not (borrowed / entry.name).exists():
                (borrowed / entry.name).symlink_to(entry)
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(place / "bin" / "python")]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", str(wheel)], check=True)
    (packages / "borrowed.pth").write_text(f"{borrowed}\n")
    return place / "bin" / "pagevoo-console"


def call(command: Path, *arguments: str, directory: Path) -> "subprocess.CompletedProcess[str]":
    """Calls the installed command away from the checkout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(command), *arguments],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_wheel_carries_schemas_platforms_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    for feature in ("core", "contact_form", "shop", "blog", "user_access", "social_platform"):
        assert f"pagevoo_console/feature_schemas/{feature}/feature.toml" in names
        assert any(name.startswith(f"pagevoo_console/feature_schemas/{feature}/versions/") for name in names)
    assert "pagevoo_console/services/platforms/pagevoo.toml" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert [name for name in names if name.startswith(("tests/", "benchmarks/"))] == []


def test_the_installed_command_makes_a_demo_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    made = call(
        installed, "--json", "demo", "create", "--dir", str(tmp_path / "demo"), "--tenants", "3", directory=tmp_path
    )

    assert made.returncode == 0, made.stderr
    answer = json.loads(made.stdout)
    assert answer["platform"] == "pagevoo"
    listed = call(installed, "--json", "--master-url", answer["master_url"], "tenant", "list", directory=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert json.loads(listed.stdout)["total"] >= 3
