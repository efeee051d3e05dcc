"""`python -m benchmarks [NAME …]`: every figure in a process of its own, one after the other, as a table."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.figures import Figure, figure_of
from benchmarks.options import add_arguments

NAMES = (
    "sizes_mariadb",
    "fleet_status",
    "connect_mariadb",
    "export_mariadb",
    "export_postgresql",
    "restore_mariadb",
    "restore_postgresql",
    "fleet_backup_mariadb",
    "fleet_backup_postgresql",
    "feature_install",
    "keystroke",
    "scroll",
    "longest_gap",
    "first_frame",
)
_COLOURS = {True: "green", False: "bold red", None: "default"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all where none is named")
    add_arguments(parser)
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}")
    sizes = [
        part
        for option in ("rounds", "tenants", "megabytes", "rows")
        if (value := getattr(given, option)) is not None
        for part in (f"--{option}", str(value))
    ]
    figures, failed = [], []
    for name in given.names or NAMES:
        figure = _measured(name, [*sizes, *(["--smoke"] if given.smoke else [])])
        if figure is None:
            failed.append(name)
            continue
        figures.append(figure)
        print(figure, file=sys.stderr if given.json else sys.stdout, flush=True)
    if given.json:
        print(json.dumps({"figures": [figure.as_json() for figure in figures], "failed": failed}))
    else:
        Console(width=None if sys.stdout.isatty() else 150).print(_table(figures))
    return 1 if failed else 0


def _measured(name: str, arguments: list[str]) -> Figure | None:
    """One figure, None where its process failed; what it says on the way goes to stderr."""
    print(f"{name} …", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    finished = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if finished.returncode:
        print(f"{name} ended with {finished.returncode}", file=sys.stderr)
        return None
    return figure_of(json.loads(finished.stdout.splitlines()[-1]))


def _table(figures: list[Figure]) -> Table:
    table = Table("figure", "measured", "ours", "peer", "ratio", "goal", title=escape("Medians [min..max], in turns"))
    for figure in figures:
        name = figure.name
        for each in figure.comparisons:
            sign = "≥" if each.is_speed else "≤"
            goal = "" if each.goal is None else f"{sign} {each.goal:g}×"
            ratio = f"[{_COLOURS[each.is_met]}]{each.ratio:.2f}×[/]"
            table.add_row(
                name, escape(each.what), escape(str(each.ours)), escape(f"{each.peer_name}: {each.peer}"), ratio, goal
            )
            name = ""
        for limit in figure.limits:
            goal = "" if limit.at_most is None else f"≤ {limit.at_most:g} {limit.unit}"
            shown = f"[{_COLOURS[limit.is_met]}]{limit.value:.1f} {limit.unit}[/]"
            table.add_row(name, escape(limit.what), shown, "", "", goal)
            name = ""
        table.add_section()
    return table


if __name__ == "__main__":
    raise SystemExit(main())
