"""What every room is handed: the console, the road to its work, and the doors to other rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pagevoo_console.ui.kit.messages import Messenger
from pagevoo_console.ui.kit.runner import Runner

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from pagevoo_console.domain.backup import Backup
    from pagevoo_console.domain.operation import Operation
    from pagevoo_console.domain.tenant import TenantQuery
    from pagevoo_console.services.console import Console


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a room can send somebody. The window opens them, so that no room needs to know another.

    Tenants are named by their id. `install_features` takes the names that are ticked beforehand; `restore` a backup's
    id, or None where it is still to be chosen. `manage` opens the menu of what can be done, below that widget.
    """

    create_database: Callable[[str], object]
    install_features: Callable[[str, tuple[str, ...]], object]
    back_up: Callable[[str], object]
    verify: Callable[[Backup], object]
    restore: Callable[[str, str | None], object]
    delete_database: Callable[[str], object]
    export: Callable[[str], object]
    inspect: Callable[[str], object]
    open_folder: Callable[[Backup], object]
    resume: Callable[[Operation], object]
    abandon: Callable[[Operation], object]
    show_tenant: Callable[[str], object]
    show_tenants: Callable[[TenantQuery], object]
    show_operations: Callable[[], object]
    manage: Callable[[QWidget], object]
    refresh: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Context:
    """One for each opened connection."""

    console: Console
    runner: Runner
    messenger: Messenger
    doors: Doors

    @property
    def master_lane(self) -> str:
        """The lane of work that waits for the master."""
        return self.console.connection.master.name

    def lane_of(self, tenant: str) -> str:
        """The lane of the server that holds a tenant's database, as last seen; the master's where none is known.

        Reads the directory: call it inside a query.
        """
        entry = self.console.directory.entry(tenant)
        return self.master_lane if entry is None or not entry.server else entry.server
