"""What the pictures are taken of: a demo in which things have been done and gone wrong, and a master without anybody.

Everything that fails in a picture fails by itself: files are damaged, servers are not there, the master is moved away.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pagevoo_console.demo import breakage
from pagevoo_console.demo.platform import MASTER_FILE, DemoPlatform, create_demo
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.schedule import LastRun, ScheduledWork, SchedulerKind
from pagevoo_console.domain.server import Connection, Environment, Server, Tls
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.saved_connections import SavedConnections
from pagevoo_console.services.schedules import record_run
from pagevoo_console.services.secrets import Secrets
from pagevoo_console.services.settings import HOME_VARIABLE, Folders, Settings
from pagevoo_console.services.start import StartOptions, open_console
from pagevoo_console.services.values import now

HEALTHY, DAMAGED_BACKUP, PARTLY, MISSING, GARBLED, WITHOUT = "1", "2", "4", "6", "8", "9"
NO_WEBSITE, INTERRUPTED, EMPTIED = "16", "24", "13"
DELETED = "22"
NOT_A_DATABASE, SYSTEM_DATABASE = "14", "27"
NEAR, OVER = "12", "17"
DRIFTED, OUTDATED, ADOPTABLE = "7", "2", "3"
OWN_ACCOUNT = "11"
NIGHTLY = ("5", "10", "11", MISSING, NOT_A_DATABASE)
PLACE = "s3://pagevoo-backups/production"
PROGRAMS = "programs"
_SILENT_PORT = 3999
_LARAVEL = (
    "2025_11_22_000001_create_installed_features_table",
    "2025_11_22_000002_create_feature_settings_table",
    "2025_11_22_400001_create_blog_posts_table",
    "2025_11_22_400002_create_blog_categories_table",
    "2025_11_22_400003_create_blog_comments_table",
)


@dataclass(frozen=True, slots=True)
class Worlds:
    """The platforms in their folder. `absent` is a master that was never there."""

    folder: Path
    full: DemoPlatform
    empty: DemoPlatform
    absent: DemoPlatform

    @contextmanager
    def home(self, name: str) -> Iterator[Folders]:
        """A home of the console's own for a while, so that pictures show nothing of this machine's user."""
        home = str(self.folder / name)
        wanted = {
            HOME_VARIABLE: home, "HOME": home, "XDG_CONFIG_HOME": f"{home}/.config", "XDG_RUNTIME_DIR": home,
            "PATH": f"{self.folder / PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}",
        }  # fmt: skip
        before = {variable: os.environ.get(variable) for variable in wanted}
        os.environ.update(wanted)
        try:
            yield Folders.of_this_user()
        finally:
            for variable, value in before.items():
                if value is None:
                    del os.environ[variable]
                else:
                    os.environ[variable] = value

    @contextmanager
    def master_away(self) -> Iterator[None]:
        """While inside, the full platform's master is not where it was."""
        master = self.folder / "demo" / MASTER_FILE
        aside = self.folder / MASTER_FILE
        master.rename(aside)
        try:
            yield
        finally:
            aside.rename(master)


def options_of(demo: DemoPlatform) -> StartOptions:
    """How a console is opened on one of the platforms."""
    return StartOptions(master_url=demo.master_url, platform=demo.platform, environment=Environment.DEMO)


@contextmanager
def worlds(tenants: int) -> Iterator[Worlds]:
    """Make everything in a folder that is gone afterwards."""
    with _folder() as folder:
        full = create_demo(folder / "demo", tenants)
        (folder / "new").mkdir()
        empty = DemoPlatform(f"sqlite:///{folder}/new/{MASTER_FILE}", full.platform)
        absent = DemoPlatform(f"sqlite:///{folder}/gone/nowhere.db", full.platform)
        made = Worlds(folder, full, empty, absent)
        _stand_in(folder / PROGRAMS / "systemctl")
        with made.home("empty-home"):
            open_console(options_of(empty)).master.init()
        with made.home("home") as folders:
            _live_in(full, folder / "demo")
            _save_connections(folders, folder)
            _happen_at_night(full, folders)
        yield made


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder whose name is the same each time where that is free: it is seen in the pictures."""
    usual = Path(tempfile.gettempdir()) / "pagevoo"
    with tempfile.TemporaryDirectory() as spare:
        try:
            if usual.is_symlink() and not usual.exists():
                usual.unlink()
            usual.symlink_to(spare)
        except OSError:
            yield Path(spare)
            return
        try:
            yield usual
        finally:
            usual.unlink()


def _live_in(full: DemoPlatform, folder: Path) -> None:
    """Back some tenants up, damage one backup, empty one database, freeze a full one, delete one, look at all."""
    console, job = open_console(options_of(full)), JobContext()
    console.backups.prove(console.backups.create(HEALTHY, job), job)
    console.backups.create(HEALTHY, job)
    damaged = console.backups.create(DAMAGED_BACKUP, job)
    content = damaged.path.read_bytes()
    damaged.path.write_bytes(content[: len(content) // 2])
    (folder / f"pagevoo_website_{EMPTIED}.db").write_bytes(b"")
    breakage.set_back(folder / f"pagevoo_website_{OUTDATED}.db", "shop_0012", "shop_0011", ("shop_payments",))
    adoptable = folder / f"pagevoo_website_{ADOPTABLE}.db"
    breakage.drift(adoptable, "blog_posts", "meta_title", "excerpt")
    breakage.make_platforms_own(adoptable, "blog", "blog_0005", _LARAVEL)
    for name in ("events", "booking"):
        console.features.switch(console.features.plan_disable(HEALTHY, name), job)
    console.freezes.freeze(console.freezes.plan(OVER, if_over=True), job)
    deletion = console.deletions.plan(DeletionRequest(DELETED, reason="The customer has cancelled, ticket 4711"))
    console.deletions.run(deletion, deletion.database.name, job)
    console.fleet_tick.run(job, freezes=False)


def _stand_in(program: Path) -> None:
    """A scheduler that takes everything and does nothing: pictures leave this machine as it is."""
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
    program.chmod(0o755)


def _happen_at_night(full: DemoPlatform, folders: Folders) -> None:
    """A run over some of which two fail, and schedules of which one did not get to its end; a place for copies."""
    console, job = open_console(options_of(full)), JobContext()
    console.fleet_backups.backup(console.fleet_backups.plan(NIGHTLY), job, prove=True)
    for tenant in (HEALTHY, ADOPTABLE, ADOPTABLE, ADOPTABLE):
        console.backups.create(tenant, job)
    console.sightings.read_registry()
    began = now() - timedelta(hours=9)
    for work, at, weekday, code in (
        (ScheduledWork.BACKUP, "02:30", "", 4), (ScheduledWork.VERIFY, "05:00", "sun", 0),
        (ScheduledWork.TICK, "01:00", "", 0),
    ):  # fmt: skip
        plan = console.schedules.plan(
            work, at, options_of(full), console.connection.name, weekday=weekday, kind=SchedulerKind.SYSTEMD
        )
        schedule = console.schedules.add(plan)
        told = "some tenants failed" if code else ""
        record_run(folders, schedule.id, LastRun(began, began + timedelta(minutes=12), code, told))
    Settings(folders).change(backup_places=(PLACE,))


def _save_connections(folders: Folders, folder: Path) -> None:
    saved = SavedConnections(folders.make().config, Secrets())
    production = Server("master", "mysql", "master.pagevoo.example", 3306, user="console", tls=Tls.VERIFIED)
    nodes = tuple(
        Server(f"node-{number}", "mysql", f"node-{number}.pagevoo.example", 3306, user="console", tls=Tls.VERIFIED)
        for number in (1, 2)
    )
    demo = Server("master", "sqlite", directory=str(folder / "demo"))
    staging = Server("master", "postgresql", "staging.pagevoo.example", 5432, user="console", tls=Tls.VERIFIED)
    here = Server("master", "mysql", "127.0.0.1", _SILENT_PORT, user="console")
    for connection in (
        Connection("production", "pagevoo", production, "pagevoo_core", Environment.PRODUCTION, nodes),
        Connection("demo", "pagevoo", demo, MASTER_FILE, Environment.DEMO),
        Connection("staging", "pagevoo", staging, "pagevoo_core", Environment.STAGING),
        Connection("workstation", "pagevoo", here, "pagevoo_core", Environment.LOCAL),
    ):
        saved.add(connection)
    saved.set_default("production")
