"""Each line of Pagevoo's document has a test that proves it, a command, and a place in the window (checklist.toml)."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from pagevoo_console.cli.tree import tree

HOUSE = Path(__file__).parent
TESTS = HOUSE.parent
WINDOW = TESTS.parent / "pagevoo_console" / "ui"


@dataclass(frozen=True)
class Line:
    """What the document says, and where that is proved and at hand."""

    says: str
    tests: tuple[str, ...]
    commands: tuple[str, ...]
    window: tuple[str, ...]


LINES = [
    Line(line["says"], tuple(line["tests"]), tuple(line["commands"]), tuple(line["window"]))
    for line in tomllib.loads((HOUSE / "checklist.toml").read_text(encoding="utf-8"))["line"]
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.says)
def test_a_line_of_the_document_is_proved_and_at_hand(line: Line) -> None:
    assert line.tests, "nothing proves it"
    assert line.commands, "no command does it"
    assert line.window, "it has no place in the window"
    assert [name for name in line.tests if not _is_a_test(name)] == []
    assert sorted(set(line.commands) - COMMANDS) == []
    assert sorted(set(line.window) - ACTIONS) == []


def test_no_line_is_told_twice() -> None:
    assert len({line.says for line in LINES}) == len(LINES)


def _is_a_test(name: str) -> bool:
    """Whether there is such a test; numbers of the fault matrix before its name do not matter."""
    path, _, function = name.partition("::")
    if not (TESTS / path).is_file():
        return False
    module = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return function.startswith("test_") and any(
        isinstance(node, ast.FunctionDef) and node.name.endswith(function.removeprefix("test_"))
        for node in ast.walk(module)
    )


def _commands(group: object, above: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(group, typer.core.TyperGroup):
        for name, command in group.commands.items():
            yield from _commands(command, (*above, name))
    else:
        yield " ".join(above)


def _texts() -> Iterator[str]:
    """Every text in the sources of the window: an action's id stands there as it is."""
    for path in WINDOW.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


COMMANDS = frozenset(_commands(tree()))
ACTIONS = frozenset(_texts())
