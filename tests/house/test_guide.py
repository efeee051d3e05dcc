"""The README and the guide show only commands, options, files and pictures that exist, and every command there is."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from pagevoo_console.cli.main import hoisted
from pagevoo_console.cli.tree import tree

PROJECT = Path(__file__).parents[2]
GUIDE = PROJECT / "docs" / "guide"
PAGES = (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").rglob("*.md")))
PROGRAM = "pagevoo-console"

TREE = tree()

_INLINE = re.compile(rf"`({PROGRAM} [^`]*)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def commands(page: Path) -> Iterator[str]:
    """What a page shows in blocks and within sentences, but for the form that all commands have (`[OPTIONS] …`)."""
    text = page.read_text(encoding="utf-8")
    blocks = [line.strip() for line in text.splitlines() if line.startswith(f"    {PROGRAM}")]
    for command in (*blocks, *_INLINE.findall(text)):
        if not command.startswith(f"{PROGRAM} ["):
            yield command


def parse(command: str) -> tuple[str, ...]:
    """The nouns and the verb of a command line, its options and arguments parsed by the real tree; nothing is run."""
    words = shlex.split(command, comments=True)[1:]
    current: Any = TREE
    context = current.make_context(PROGRAM, hoisted(words), resilient_parsing=True)
    path: list[str] = []
    rest = [*context._protected_args, *context.args]
    while rest:
        name, *arguments = rest
        found = current.get_command(context, name)
        assert found is not None, f"there is no command {' '.join([*path, name])}"
        path.append(name)
        current = found
        if not hasattr(current, "get_command"):
            current.make_context(name, arguments, parent=context)
            return tuple(path)
        context = current.make_context(name, arguments, parent=context, resilient_parsing=True)
        rest = [*context._protected_args, *context.args]
    return tuple(path)


def leaves(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that can be given, by its nouns and verb."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path
        return
    for name, one in below.items():
        yield from leaves(one, (*path, name))


SHOWN = [(page, command) for page in PAGES for command in commands(page)]


@pytest.mark.parametrize(
    ("page", "command"), SHOWN, ids=[f"{page.stem}-{number}" for number, (page, _) in enumerate(SHOWN)]
)
def test_every_command_that_is_shown_can_be_given_like_that(page: Path, command: str) -> None:
    parse(command)


def test_a_command_or_an_option_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(AssertionError, match="there is no command tenant dance"):
        parse(f"{PROGRAM} tenant dance 3")
    with pytest.raises(typer.TyperException):
        parse(f"{PROGRAM} tenant show 3 --loudly")
    with pytest.raises(typer.TyperException):
        parse(f"{PROGRAM} database create 3")


def test_the_page_of_the_command_line_shows_every_command_there_is() -> None:
    shown = {parse(command) for command in commands(GUIDE / "command-line.md")}

    assert [path for path in leaves(TREE) if path not in shown] == []


def test_every_linked_file_picture_and_heading_exists() -> None:
    missing = []
    for page in PAGES:
        for link in _LINK.findall(page.read_text(encoding="utf-8")):
            if "://" in link:
                continue
            name, _, heading = link.partition("#")
            target = page.parent / name if name else page
            if not target.exists() or (heading and heading not in _anchors(target)):
                missing.append((page.name, link))

    assert missing == []


def test_every_page_of_the_guide_is_in_its_table_of_contents() -> None:
    contents = set(_LINK.findall((GUIDE / "index.md").read_text(encoding="utf-8")))

    assert [page.name for page in sorted(GUIDE.glob("*.md")) if page.name not in {*contents, "index.md"}] == []


def _anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
