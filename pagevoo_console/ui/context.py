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
    from pagevoo_console.domain.tenant import TenantQuery, Website
    from pagevoo_console.services.console import Console


@dataclass(frozen=True, slots=True)
class FeatureDoors:
    """What can be done to features, each by its name; `upgrade` and `repair` take none for all.

    `switch` takes whether the feature is switched on.
    """

    upgrade: Callable[[str, tuple[str, ...]], object]
    switch: Callable[[str, str, bool], object]
    uninstall: Callable[[str, str], object]
    repair: Callable[[str, tuple[str, ...]], object]
    adopt: Callable[[str, str], object]
    drift: Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a room can send somebody. The window opens them, so that no room needs to know another.

    Tenants are named by their id. `install_features` takes the names that are ticked beforehand; `restore` a backup's
    id, or None where it is still to be chosen; so with the website's of `publish_website` and `switch_database`, and
    the tier's name of `change_tier`. `release` takes whether the database is compacted first.
    `back_up_all` and `prove_all` take those that are offered first, none for everybody; `give_key` asks for the key to
    encrypted backups.
    `manage` opens the menu of what can be done, below that widget, `manage_website`
    that of the website in hand.
    """

    create_database: Callable[[str], object]
    install_features: Callable[[str, tuple[str, ...]], object]
    features: FeatureDoors
    back_up: Callable[[str], object]
    verify: Callable[[Backup], object]
    restore: Callable[[str, str | None], object]
    import_dump: Callable[[str], object]
    delete_database: Callable[[str], object]
    delete_databases: Callable[[tuple[str, ...]], object]
    export: Callable[[str], object]
    inspect: Callable[[str], object]
    open_folder: Callable[[Backup], object]
    back_up_all: Callable[[tuple[str, ...]], object]
    prove_all: Callable[[tuple[str, ...]], object]
    prune: Callable[[], object]
    give_key: Callable[[], object]
    show_fleet_backups: Callable[[], object]
    show_schedules: Callable[[], object]
    add_schedule: Callable[[], object]
    resume: Callable[[Operation], object]
    abandon: Callable[[Operation], object]
    show_tenant: Callable[[str], object]
    show_tenants: Callable[[TenantQuery], object]
    show_operations: Callable[[], object]
    show_findings: Callable[[], object]
    show_servers: Callable[[], object]
    look_daily: Callable[[], object]
    create_account: Callable[[str], object]
    remove_account: Callable[[str], object]
    publish_website: Callable[[str, str | None], object]
    unpublish_website: Callable[[Website], object]
    delete_website: Callable[[Website], object]
    switch_database: Callable[[str, str | None], object]
    change_tier: Callable[[str, str | None], object]
    freeze: Callable[[str], object]
    release: Callable[[str, bool], object]
    show_quotas: Callable[[str], object]
    manage: Callable[[QWidget], object]
    manage_website: Callable[[QWidget], object]
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
