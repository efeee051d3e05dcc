"""How large a benchmark is, and how every file of a figure is called."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.figures import Figure, load_average


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for; None means each figure's usual size. `directory` is for whatever it has to write."""

    rounds: int = 5
    is_smoke: bool = False
    tenants: int | None = None
    megabytes: int | None = None
    rows: int | None = None
    directory: Path = Path()

    def size(self, asked: int | None, usual: int, smoke: int) -> int:
        """The size to take: what was asked for, or the usual one, or next to nothing."""
        if asked is not None:
            return asked
        return smoke if self.is_smoke else usual


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--smoke", action="store_true", help="next to nothing, once: does it run at all?")
    parser.add_argument("--rounds", type=int, help="how often each side is measured (5)")
    parser.add_argument("--tenants", type=int, help="databases in a fleet (1 000)")
    parser.add_argument("--megabytes", type=int, help="SQL text of the exported tenant (300)")
    parser.add_argument("--rows", type=int, help="tenants in the directory (100 000; scroll: 1 000 000)")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of words")


def main(measure: Callable[[Options], Figure], arguments: Sequence[str] | None = None) -> None:
    """Measure one figure and print it as one line, or as JSON."""
    parser = argparse.ArgumentParser(description=measure.__doc__)
    add_arguments(parser)
    given = parser.parse_args(arguments)
    rounds = given.rounds or (1 if given.smoke else 5)
    with tempfile.TemporaryDirectory(prefix="pagevoo-bench-") as directory:
        options = Options(rounds, given.smoke, given.tenants, given.megabytes, given.rows, Path(directory))
        load = load_average()
        figure = replace(measure(options), load=load)
    print(json.dumps(figure.as_json()) if given.json else figure, flush=True)
