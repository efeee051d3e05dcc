"""A console over a small SQLite platform and a runner, for rooms that show what the services answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from pagevoo_console.services.jobs import JobRunner
from pagevoo_console.ui.kit.runner import Runner
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world


def small_world(folder: Path) -> World:
    """A fresh SQLite platform with the console's tables in it."""
    master = folder / "master"
    master.mkdir()
    return make_world(SqliteFolder(lambda: master).make_master(), folders_in(folder))


@contextmanager
def running() -> Iterator[Runner]:
    """A runner that is closed afterwards, and its jobs with it."""
    jobs = JobRunner()
    made = Runner(jobs)
    try:
        yield made
    finally:
        made.close()
        jobs.close()


def cut_off(world: World) -> str:
    """A tenant whose database was being made when the console was killed; returns its id."""
    tenant, websites = world.add_tenant()
    program = f"""
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.start import StartOptions, open_console

console = open_console(StartOptions(master_url={world.master.url!r}))
console.databases.create(console.databases.plan_creation({tenant!r}, {websites[0]!r}), JobContext())
"""
    environment = os.environ | {"PAGEVOO_FAIL": "database.create.before.core=kill"}
    ended = subprocess.run([sys.executable, "-c", program], env=environment, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    return tenant


def nameless(window: QWidget) -> list[str]:
    """Whatever in sight takes the focus and has no name for a screen reader."""
    return [
        f"{type(each).__name__} {each.objectName()}"
        for each in window.findChildren(QWidget)
        if each.isVisible()
        and each.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not QAccessible.queryAccessibleInterface(each).text(QAccessible.Text.Name)
    ]
