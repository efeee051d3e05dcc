"""`screenshots`: every main view of the demo platform as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pagevoo_console.cli import formats
from pagevoo_console.cli.call import call_of


def screenshots(
    context: typer.Context, directory: Annotated[Path, typer.Argument(help="Where the pictures go.")]
) -> None:
    """Draw every main view of the demo platform as a PNG, light and dark."""
    from pagevoo_console.app import screenshots as draw

    call = call_of(context)
    paths = draw(directory)
    document = {"ok": True, "operation": None, "files": [str(path) for path in paths]}
    call.answer(document, lambda paper: paper.line(f"{formats.counted(len(paths), 'picture')} in {directory}"))
