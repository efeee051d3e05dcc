"""Imports of foreign dumps that are killed on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pagevoo_console.services.jobs import JobContext
from tests import native_tools
from tests.faults.foreign_texts import foreign_text
from tests.faults.gestures import SETTING, Gesture, points
from tests.services.platform_world import World


class Importing(Gesture):
    failpoints = points(
        "backup.import", "safety", "stage", "compare", "quiesce", "unwritten", "swap", "reopen", "clean"
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, _ = world.provisioned()
        self.name = world.name(self.tenant)
        world.write(SETTING, "core", "kept", '"old"', database=self.name)
        self.file = Path(world.folders.state) / f"{self.tenant}.sql"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(foreign_text(world.master.engine))

    def work(self) -> object:
        imports = self.console.imports
        return imports.run(imports.plan(self.file, self.tenant, JobContext()), self.name, JobContext())

    def check_between(self) -> None:
        """The live database holds all of the old or all of the new."""
        super().check_between()
        rows = self.world.write("SELECT setting_key FROM feature_settings", database=self.name)
        assert rows in ([("kept",)], [])
        assert ("goods" in native_tools.tables(self.world.master, self.name)) == (rows == [])

    def check(self) -> None:
        assert native_tools.content(self.world.master, self.name)["goods"] == [(1, "one"), (2, "two")]
        assert self.console.backups.list(self.tenant)
        server = self.world.master.server
        if server is not None:
            mine = {self.console.guests.name(one.id) for one in self.console.operations.list(tenant=self.tenant)}
            assert [login for login in server.logins() if any(name in login for name in mine)] == []


class ImportingAsGuest(Importing):
    """Where the account that carries the file out is there, has done its part, or is about to go."""

    engines: ClassVar[tuple[str, ...]] = ("mysql", "postgresql")
    random_kills = 0
    failpoints = ("guest.made", "guest.loaded")


IMPORT_GESTURES: tuple[type[Gesture], ...] = (Importing, ImportingAsGuest)
