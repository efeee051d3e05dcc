"""The lock file holds what the project asks for, by hash, and no address."""

import tomllib
from typing import Any

import pytest

from tests.house.lock import PROJECT, problems

LOCK = (PROJECT / "requirements.lock").read_text()


@pytest.fixture
def project() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text())


def test_the_lock_satisfies_the_project(project: dict[str, Any]) -> None:
    assert problems(project, LOCK) == []


def test_a_dependency_that_is_not_locked_is_named(project: dict[str, Any]) -> None:
    project["project"]["dependencies"].append("leftpad>=1")

    assert problems(project, LOCK) == ["leftpad is not locked; run ./run lock"]


def test_a_locked_version_out_of_range_is_named(project: dict[str, Any]) -> None:
    project["dependency-groups"]["dev"].append("pytest<2")

    assert [problem.partition(" is locked at")[0] for problem in problems(project, LOCK)] == ["pytest"]


def test_a_package_without_a_hash_is_named(project: dict[str, Any]) -> None:
    assert problems(project, LOCK + "zzz==1.0\n") == ["zzz has no hash"]


@pytest.mark.parametrize("line", ["--extra-index-url somewhere", "# from https://example.org/simple"])
def test_an_address_in_the_lock_is_a_problem(project: dict[str, Any], line: str) -> None:
    assert problems(project, f"{LOCK}    {line}\n") == [
        "the lock names an address; where packages come from is the machine's affair"
    ]


def test_qt_is_locked_below_the_version_that_kills_the_interpreter() -> None:
    assert "pyside6-essentials==6.11." in LOCK
