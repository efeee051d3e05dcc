"""`schedule`: what the workstation's own scheduler calls for us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import call_of
from pagevoo_console.domain.schedule import LastRun, Schedule, ScheduledWork, SchedulerKind
from pagevoo_console.services.values import iso

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.services.schedules import Schedules

app = typer.Typer(help="What this machine's scheduler calls.")


@app.command()
def add(
    context: typer.Context,
    work: Annotated[ScheduledWork, typer.Argument(help="What is called.")],
    extra: Annotated[list[str] | None, typer.Argument(metavar="[-- OPTION…]", help="Its options.")] = None,
    at: Annotated[str, typer.Option(metavar="HH:MM", help="The time of day.")] = "02:30",
    weekday: Annotated[str, typer.Option(metavar="mon|…|sun", help="On this day only.")] = "",
    kind: Annotated[SchedulerKind | None, typer.Option("--with", help="The scheduler; what there is.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written and called.")] = False,
) -> None:
    """Have a command called every day, or once a week; a second one for the same work replaces it."""
    call = call_of(context)
    _ensure_understood(work, extra or [])
    schedules = _schedules()
    connection = call.console.connection
    plan = schedules.plan(
        work, at, call.options, connection.name, weekday=weekday.lower(), extra=extra or (), kind=kind
    )
    if not dry_run:
        schedules.add(plan)
    document: dict[str, Any] = {
        "ok": True, "operation": None, "dry_run": dry_run, "schedule": _word(plan.schedule),
        "files": {str(path): text for path, text in plan.files.items()},
        "commands": [list(command) for command in plan.commands],
    }  # fmt: skip

    def show(paper: Paper) -> None:
        paper.facts(
            [
                ("Schedule", plan.schedule.id), ("Calls", " ".join(plan.schedule.arguments)),
                ("When", _when(plan.schedule)), ("By", plan.schedule.kind.value),
            ]
        )  # fmt: skip

    call.answer(document, show)


@app.command("list")
def list_(context: typer.Context) -> None:
    """The schedules of this user on this machine, and how each last ended."""
    found = _schedules().list()

    def show(paper: Paper) -> None:
        paper.table(
            ["Id", "Calls", "When", "By", "Last run", "How"],
            (
                (
                    one.id, " ".join(one.work.command), _when(one),
                    one.kind.value if one.is_installed else f"{one.kind.value} has lost it",
                    formats.moment(one.last_run.ended if one.last_run else None), _how(one.last_run),
                )
                for one in found
            ),
        )  # fmt: skip

    call_of(context).answer(words.listing("schedules", [_word(one) for one in found]), show)


@app.command()
def remove(context: typer.Context, schedule: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Take a schedule out of this machine's scheduler."""
    removed = _schedules().remove(schedule)
    call_of(context).answer(
        {"ok": True, "operation": None, "schedule": _word(removed)}, lambda paper: paper.line(f"{schedule} is removed")
    )


def _schedules() -> Schedules:
    from pagevoo_console.services.schedules import Schedules
    from pagevoo_console.services.settings import Folders

    return Schedules(Folders.of_this_user())


def _ensure_understood(work: ScheduledWork, extra: list[str]) -> None:
    """Raise WrongUsage now for options that the command would refuse at night."""
    from pagevoo_console.cli.tree import tree

    noun, verb = [word for word in work.command if not word.startswith("-")]
    group: Any = tree(noun)
    for name in (noun, verb):
        group = group.commands[name]
    with group.make_context(verb, list(extra)):
        return


def _word(found: Schedule) -> dict[str, Any]:
    last = found.last_run
    return {
        "id": found.id, "work": found.work.value, "scheduler": found.kind.value, "at": found.at,
        "weekday": found.weekday or None, "connection": found.connection, "arguments": list(found.arguments),
        "installed": found.is_installed,
        "last_run": None if last is None else {
            "began": iso(last.began), "ended": iso(last.ended), "exit_code": last.exit_code, "summary": last.summary,
        },
    }  # fmt: skip


def _when(found: Schedule) -> str:
    return f"{found.weekday.capitalize()} {found.at}" if found.weekday else f"every day {found.at}"


def _how(last: LastRun | None) -> str:
    if last is None:
        return "never yet"
    return "well" if last.exit_code == 0 else f"exit code {last.exit_code}: {last.summary}"
