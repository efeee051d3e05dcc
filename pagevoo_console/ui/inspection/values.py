"""Values of a result as people read and copy them: NULL is not an empty text, and bytes are not characters."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from pagevoo_console.ui.kit import format

NULL = "NULL"
HEXADECIMAL = re.compile(r"0x(?:[0-9a-f]{2})*")
BYTES_SHOWN = 24
LONGEST_TEXT = 400
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")

Row = Sequence[Any]


def is_binary(value: Any) -> bool:
    """Whether a value is bytes, which the services hand over as `0x…`."""
    return isinstance(value, str) and HEXADECIMAL.fullmatch(value) is not None


def shown(value: Any) -> str:
    """One value on one line: long bytes with their size, long texts cut."""
    if value is None:
        return NULL
    text = str(value)
    if is_binary(value) and len(text) > 2 * BYTES_SHOWN + 2:
        return f"{text[: 2 * BYTES_SHOWN + 2]}… ({format.size(len(text) // 2 - 1)})"
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def is_number(value: Any) -> bool:
    """Whether a value stands at the right of its column."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_tsv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Tab-separated, with a header; tabs and line ends within a value become spaces."""
    lines = ["\t".join(map(_one_line, columns))]
    lines += ["\t".join("" if value is None else _one_line(str(value)) for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def as_csv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Comma-separated as RFC 4180 has it, with a header; NULL is an empty field.

    A text that a spreadsheet would take for a formula gets an apostrophe before it: tenants wrote it.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([_no_formula(name) for name in columns])
    for row in rows:
        writer.writerow(["" if value is None else _no_formula(str(value), value) for value in row])
    return written.getvalue()


def as_json(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A list of objects; columns of one name are told apart by a number."""
    names = _distinct(columns)
    found = [{name: _jsonable(value) for name, value in zip(names, row, strict=True)} for row in rows]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _one_line(text: str) -> str:
    return text.replace("\t", " ").replace("\r\n", " ").replace("\n", " ").replace("\r", " ")


def _no_formula(text: str, value: Any = "") -> str:
    return f"'{text}" if not is_number(value) and text.startswith(_FORMULA_STARTS) else text


def _jsonable(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _distinct(columns: Sequence[str]) -> list[str]:
    made: list[str] = []
    for name in columns:
        wanted, number = name, 2
        while wanted in made:
            wanted, number = f"{name}_{number}", number + 1
        made.append(wanted)
    return made
