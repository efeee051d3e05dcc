"""Tables and facts for people, drawn with rich: every cell is data, none is markup."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Literal, TextIO

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pagevoo_console.cli.columns import Right
from pagevoo_console.cli.output import is_terminal
from pagevoo_console.domain.text import visible

UNLIMITED_WIDTH = 20_000
STYLES = {
    "over": "bold red",
    "missing": "bold red",
    "unreachable": "bold red",
    "failed": "bold red",
    "drifted": "bold red",
    "no": "bold red",
    "near": "yellow",
    "outdated": "yellow",
    "interrupted": "yellow",
    "suspended": "yellow",
    "provisioning": "yellow",
    "refused": "yellow",
    "cancelled": "yellow",
    "deleted": "dim",
    "available": "dim",
    "ok": "green",
    "active": "green",
    "installed": "green",
    "done": "green",
    "yes": "green",
}
"""Words that are coloured where they stand alone in a cell of state."""


class Paper:
    """What will be written to `target`, as wide as it and coloured only on a terminal."""

    def __init__(self, target: TextIO) -> None:
        is_shown = is_terminal(target)
        self._bytes = io.BytesIO()
        self._encoding = target.encoding or "utf-8"
        self._buffer = io.TextIOWrapper(self._bytes, self._encoding, errors="backslashreplace", write_through=True)
        self._console = Console(
            file=self._buffer,
            force_terminal=is_shown,
            no_color=None if is_shown else True,
            width=None if is_shown else UNLIMITED_WIDTH,
            markup=False,
            emoji=False,
            highlight=False,
            soft_wrap=False,
        )

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, styled: Sequence[str] = ()) -> None:
        """A table. Columns that are `Right` are aligned there; known words in `styled` columns get their colour."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
        for column in columns:
            justify: Literal["left", "right"] = "right" if isinstance(column, Right) else "left"
            table.add_column(Text(visible(column)), justify=justify, overflow="fold")
        for row in rows:
            table.add_row(*(_cell(value, name in styled) for value, name in zip(row, columns, strict=True)))
        self._console.print(table)

    def facts(self, facts: Iterable[tuple[str, object]]) -> None:
        """Names and values, one a line."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in facts:
            grid.add_row(Text(name), _cell(value, True))
        self._console.print(grid)

    def heading(self, text: str) -> None:
        self._console.print(Padding(Text(visible(text), style="bold"), (1, 0, 0, 0)))

    def line(self, text: str) -> None:
        self._console.print(Text(visible(text)), overflow="fold")

    def text(self) -> str:
        """Everything so far; lines carry no blanks at their ends."""
        lines = self._bytes.getvalue().decode(self._encoding).split("\n")[:-1]
        return "".join(f"{line.rstrip()}\n" for line in lines)


def _cell(value: object, is_styled: bool) -> Text:
    text = visible("-" if value is None else str(value))
    return Text(text, style=STYLES.get(text, "") if is_styled else "")
