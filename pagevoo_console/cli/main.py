"""The command line: where every call begins, and how it ends.

Very little is imported here: the way into the window needs no parser, and a command loads what it needs when it runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from pagevoo_console.cli.global_options import Opening, read_opening, start_options
from pagevoo_console.cli.output import Output, settle_streams
from pagevoo_console.domain.errors import Cancelled, ConsoleError, Failed

ANYWHERE = ("--json", "--yes")
"""Options of every command, which may also stand behind it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; whatever goes wrong is told in the form that was asked for."""
    settle_streams()
    given = hoisted(sys.argv[1:] if arguments is None else arguments)
    output = Output("--json" in given[: _begin_of_noun(given)])
    scheduled = os.environ.pop("PAGEVOO_SCHEDULE", "")
    if scheduled:
        from pagevoo_console.cli.scheduled import recorded

        return recorded(scheduled, lambda: _ended(given, output))
    return _ended(given, output)


def _ended(given: list[str], output: Output) -> int:
    """The exit code, whatever went wrong told."""
    try:
        return _run(given)
    except ConsoleError as error:
        return _tell(output, error)
    except KeyboardInterrupt:
        return _tell(output, Cancelled("Cancelled"))
    except Exception as error:  # noqa: BLE001 - the last door: a fault of our own is reported, never shown raw
        from pagevoo_console.cli.bug import write_report

        return _tell(output, write_report(error))


def hoisted(arguments: Sequence[str]) -> list[str]:
    """The arguments with the options of every command moved to the front, up to a `--`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    before = arguments[:end]
    return [
        *(option for option in ANYWHERE if option in before),
        *(argument for argument in before if argument not in ANYWHERE),
        *arguments[end:],
    ]


def _begin_of_noun(arguments: Sequence[str]) -> int:
    return next((place for place, argument in enumerate(arguments) if argument not in ANYWHERE), len(arguments))


def _run(arguments: list[str]) -> int:
    opening = read_opening(arguments)
    if opening is not None and not opening.switches - {"says_yes"}:
        if not opening.rest:
            return _open_window(opening)
        if opening.rest == ("demo",):
            return _open_demo(opening)
    from pagevoo_console.cli.tree import run

    return run(arguments, None if opening is None else opening.noun)


def _open_window(opening: Opening) -> int:
    from pagevoo_console.cli.window import open_window

    _refuse_wrong(opening)
    return open_window(lambda: start_options(opening.values))


def _open_demo(opening: Opening) -> int:
    from pagevoo_console.cli.demo_window import open_demo
    from pagevoo_console.cli.interrupts import interruptible

    _refuse_wrong(opening)
    with interruptible():
        return open_demo(Output(is_json=False))


def _refuse_wrong(opening: Opening) -> None:
    """What can be wrong with the options themselves is told before there is a window; the rest is read behind it."""
    if "tls" in opening.values or os.environ.get("PAGEVOO_TLS"):
        start_options(opening.values)


def _tell(output: Output, error: ConsoleError) -> int:
    """Tell an error: as the document on stdout where JSON was asked for, and in words on stderr always."""
    output.note(f"Error: {error.message}")
    if error.hint:
        output.note(error.hint)
    if output.is_json:
        from pagevoo_console.cli import words

        try:
            output.document(words.error(error))
        except Failed as unwritten:
            output.note(unwritten.message)
    return error.exit_code
