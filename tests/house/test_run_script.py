"""The `run` script: portable, honest about what is missing, and quick to say what it can do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
COMMANDS = ("test", "check", "fmt", "screenshots", "bench", "faults", "corpus", "dist", "clean")


def run(*arguments: str, directory: Path = PROJECT, path: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Calls the script of a checkout as a shell would, without a terminal."""
    environment = {"PATH": path or os.environ["PATH"], "HOME": str(directory)}
    return subprocess.run(
        ["/bin/sh", str(directory / "run"), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("shell", "script"), [("sh", "run"), ("dash", "run"), ("bash", ".ci/run")])
def test_the_scripts_are_valid_and_executable(shell: str, script: str) -> None:
    checked = subprocess.run([shell, "-n", str(PROJECT / script)], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
    assert os.access(PROJECT / script, os.X_OK)


def test_the_menu_names_every_command() -> None:
    menu = run("help")

    assert menu.returncode == 0
    assert [command for command in COMMANDS if f"./run {command}" not in menu.stdout] == []


def test_an_unknown_command_shows_the_menu_and_fails() -> None:
    answer = run("tset")

    assert answer.returncode == 1
    assert "There is no command 'tset'" in answer.stderr
    assert "./run test" in answer.stderr


def bare_machine(directory: Path, *extra: str) -> tuple[Path, str]:
    """A checkout without an environment, and a PATH on which hardly anything is found."""
    checkout = directory / "checkout"
    checkout.mkdir()
    for name in ("run", "requirements.lock", "pyproject.toml"):
        shutil.copy(PROJECT / name, checkout)
    programs = directory / "bin"
    programs.mkdir()
    for name in ("sh", "cat", "ls", "dirname", "sed", "tr", "grep", *extra):
        (programs / name).symlink_to(shutil.which(name) or name)
    script = checkout / "run"
    text = script.read_text()
    assert text.count("PATH=$PATH:/usr/sbin:/sbin\n") == 1
    script.write_text(text.replace("PATH=$PATH:/usr/sbin:/sbin\n", ""))
    return checkout, str(programs)


def fake_program(place: str, name: str, body: str) -> None:
    """Puts a program on the bare machine's PATH."""
    program = Path(place) / name
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


def test_a_plain_user_is_told_the_exact_line(tmp_path: Path) -> None:
    checkout, path = bare_machine(tmp_path)
    fake_program(path, "id", "echo 1000")
    fake_program(path, "apt-get", "exit 99")
    fake_program(path, "ldconfig", "echo nothing")

    answer = run("test", directory=checkout, path=path)

    assert answer.returncode == 1
    assert (
        "su -c 'apt-get update && apt-get install -y --no-install-recommends python3 python3-venv libegl1"
        in answer.stderr
    )
    assert " mariadb-server " in answer.stderr
    assert not (checkout / ".venv").exists()


def test_another_distribution_is_told_the_names(tmp_path: Path) -> None:
    checkout, path = bare_machine(tmp_path)

    answer = run("test", directory=checkout, path=path)

    assert answer.returncode == 1
    assert "This machine lacks: python3" in answer.stderr


def test_root_installs_what_is_missing_and_says_so_when_that_fails(tmp_path: Path) -> None:
    checkout, path = bare_machine(tmp_path, "rm", "chmod")
    calls = tmp_path / "calls"
    fake_program(path, "id", "echo 0")
    fake_program(path, "apt-get", f'echo "$DEBIAN_FRONTEND $*" >>{calls}; exit 100')
    policy = Path("/usr/sbin/policy-rc.d")
    script = checkout / "run"
    script.write_text(script.read_text().replace(str(policy), str(tmp_path / "policy-rc.d")))

    answer = run("fmt", directory=checkout, path=path)

    assert answer.returncode == 1
    assert "apt-get could not install: python3 python3-venv" in answer.stderr
    assert calls.read_text().startswith("noninteractive install -qq -y --no-install-recommends python3 python3-venv")
    assert "noninteractive update -qq" in calls.read_text()
    assert not (tmp_path / "policy-rc.d").exists()
