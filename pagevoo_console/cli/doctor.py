"""`doctor`: what this workstation has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from pagevoo_console.cli.call import call_of

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.services.doctor import DoctorReport


def doctor(context: typer.Context) -> None:
    """What this workstation has: drivers, client programs, keyring, folders, display."""
    from pagevoo_console.services.doctor import examine

    found = examine()
    call_of(context).answer(_document(found), lambda paper: _show(paper, found))


def _document(found: DoctorReport) -> dict[str, Any]:
    return {
        "console": found.console,
        "python": found.python,
        "system": found.system,
        "drivers": dict(found.drivers),
        "engines": [
            {"name": one.name, "title": one.title, "tested_versions": one.tested_versions, "problem": one.problem}
            for one in found.engines
        ],
        "clients": [{"name": one.name, "path": one.path, "version": one.version} for one in found.clients],
        "keyring": {"name": found.keyring.name, "usable": found.keyring.usable, "why": found.keyring.why},
        "folders": [
            {"name": one.name, "path": str(one.path), "exists": one.exists, "writable": one.writable}
            for one in found.folders
        ],
        "display": found.display,
        "qt": found.qt,
    }


def _show(paper: Paper, found: DoctorReport) -> None:
    paper.facts(
        [
            ("Console", found.console),
            ("Python", f"{found.python} on {found.system}"),
            ("Keyring", f"{found.keyring.name}: {found.keyring.why}"),
            ("Display", found.display or "none"),
        ]
    )
    paper.heading("Engines")
    paper.table(
        ["Engine", "Tested against", "Problem"],
        ((one.title, one.tested_versions, one.problem or "-") for one in found.engines),
    )
    paper.heading("Drivers")
    paper.table(["Package", "Version"], ((name, version or "missing") for name, version in found.drivers.items()))
    paper.heading("Client programs (none is needed)")
    paper.table(["Program", "Version"], ((one.name, one.version or one.path or "-") for one in found.clients))
    paper.heading("Folders")
    paper.table(
        ["Folder", "Path", "Writable"],
        ((one.name, one.path, "yes" if one.writable else "no") for one in found.folders),
        styled=("Writable",),
    )
