"""The demo is made, and a window opened on it; what `demo` does, without a parser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pagevoo_console.cli.output import Output

if TYPE_CHECKING:
    from pagevoo_console.demo.platform import DemoPlatform

TENANTS = 200


def open_demo(output: Output, directory: Path | None = None, tenants: int = TENANTS) -> int:
    """Make the demo where it is not there yet, and show it until its window is closed."""
    made = make_demo(output, directory, tenants)
    from pagevoo_console.cli.window import open_window
    from pagevoo_console.domain.server import Environment
    from pagevoo_console.services.start import StartOptions

    options = StartOptions(master_url=made.master_url, platform=made.platform, environment=Environment.DEMO)
    return open_window(lambda: options)


def make_demo(output: Output, directory: Path | None, tenants: int) -> DemoPlatform:
    """The demo in that folder, or in the user's own; with progress on stderr."""
    from pagevoo_console.cli.working import work
    from pagevoo_console.demo.platform import create_demo
    from pagevoo_console.services.settings import Folders

    folder = Folders.of_this_user().state / "demo" if directory is None else directory
    return work(
        output,
        lambda job: create_demo(
            folder, tenants, lambda done, total, title: job.progress(title, done, total, "tenants")
        ),
    )
