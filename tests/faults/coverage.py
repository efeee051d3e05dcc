"""Which tests bear the number of which row of the fault matrix."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parents[1]
MATRIX = Path(__file__).with_name("matrix.toml")
SEED = "seed"

_NAME = re.compile(
    r"test_(?:fault_(?P<rows>\d+(?:_\d+)*)_)?(?:seed_(?P<seeds>s\d(?:_s\d)*)_)?(?P<sentence>(?!fault_|seed_)[a-z]\w*)"
)
_DEFINITION = re.compile(r"^ *def (test_(?:fault|seed)_\w+)\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the matrix: what goes wrong. `key` is its number, `s3` for the seed's third."""

    key: str
    words: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are about the same, under a letter."""

    letter: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class NumberedTest:
    """A test that bears numbers: its file below `tests`, its name without them, and the rows that it proves."""

    file: str
    sentence: str
    keys: tuple[str, ...]


def groups() -> tuple[Group, ...]:
    """The matrix, as it is written down."""
    content = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
    reasons = content.pop("why_not")
    return tuple(
        Group(
            letter,
            rows["title"],
            tuple(
                Row(key, words, reasons.get(key, ""))
                for number, words in rows.items()
                if number != "title"
                for key in (f"s{number}" if letter == SEED else number,)
            ),
        )
        for letter, rows in content.items()
    )


def numbered(name: str, file: str = "") -> NumberedTest | None:
    """What a test's name says, None where it bears no number. Raises ValueError where it is written wrongly."""
    found = _NAME.fullmatch(name)
    if found is None:
        if name.startswith(("test_fault_", "test_seed_")):
            raise ValueError(f"{name}: write test_fault_57_…, test_fault_59_60_… or test_seed_s3_…")
        return None
    keys = [key for part in (found["rows"], found["seeds"]) if part for key in part.split("_")]
    return NumberedTest(file, found["sentence"].replace("_", " "), tuple(keys)) if keys else None


def numbered_tests() -> Iterator[NumberedTest]:
    """Every test of the project that bears a number, file by file."""
    for path in sorted(TESTS.rglob("*.py")):
        for name in _DEFINITION.findall(path.read_text(encoding="utf-8")):
            test = numbered(name, str(path.relative_to(TESTS)))
            if test is not None:
                yield test


def report() -> str:
    """The matrix as a table: each row with the tests that bear its number, or why there is none."""
    tests = list(numbered_tests())
    lines = []
    for group in groups():
        proved = sum(any(row.key in test.keys for test in tests) for row in group.rows)
        lines += ["", f"{group.letter}  {group.title}: {proved} of {len(group.rows)}"]
        for row in group.rows:
            told = [f"{test.file}  {test.sentence}" for test in tests if row.key in test.keys]
            if not told:
                told = [f"none: {row.why_not}" if row.why_not else "–"]
            lines.append(f"{row.key:>5}  {row.words:<58}  {told[0]}")
            lines += [f"{'':67}{more}" for more in told[1:]]
    return "\n".join(lines) + "\n"
