"""Opens the rooms' wizards over the window. They are loaded when they are first used, never before the first paint."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QWidget

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.operation import Operation
from pagevoo_console.domain.tenant import TenantQuery, Website
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.questions import Question, ask
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.ways_out import lead_out

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.ui.context import Context
    from pagevoo_console.ui.kit.task_wizard import TaskWizard

_WIZARDS = {
    "create": ("databases.create_wizard", "CreateDatabaseWizard"),
    "upgrade": ("features.upgrade_wizard", "UpgradeFeaturesWizard"),
    "uninstall": ("features.uninstall_wizard", "UninstallFeatureWizard"),
    "repair": ("features.repair_wizard", "RepairFeaturesWizard"),
    "adopt": ("features.adopt_wizard", "AdoptFeatureWizard"),
    "install": ("features.install_wizard", "InstallFeaturesWizard"),
    "export": ("exports.export_wizard", "ExportWizard"),
    "back_up": ("backups.backup_wizard", "BackupWizard"),
    "restore": ("backups.restore_wizard", "RestoreWizard"),
    "import": ("imports.import_wizard", "ImportWizard"),
    "delete": ("deletions.delete_wizard", "DeleteDatabaseWizard"),
    "delete_several": ("deletions.several_wizard", "DeleteSeveralWizard"),
    "back_up_all": ("fleet_backups.wizards", "FleetBackupWizard"),
    "prove_all": ("fleet_backups.wizards", "FleetVerifyWizard"),
    "prune": ("backups.prune_wizard", "PruneWizard"),
    "add_schedule": ("schedules.add_wizard", "AddScheduleWizard"),
    "freeze": ("quotas.freeze_wizard", "FreezeWizard"),
    "release": ("quotas.release_wizard", "ReleaseWizard"),
    "publish": ("websites.publish_wizard", "PublishWebsiteWizard"),
    "delete_website": ("websites.delete_wizard", "DeleteWebsiteWizard"),
    "switch": ("switches.switch_wizard", "SwitchWizard"),
    "tier": ("tiers.tier_wizard", "TierWizard"),
    "daily": ("fleet.daily_wizard", "DailyLookWizard"),
    "create_account": ("accounts.create_wizard", "CreateAccountWizard"),
    "remove_account": ("accounts.remove_wizard", "RemoveAccountWizard"),
}


def room(module: str, name: str) -> Any:
    """A class of a room, loaded now."""
    return getattr(import_module(f"pagevoo_console.ui.{module}"), name)


class Wizards:
    """What changes something begins here. `on_submitted` is told of each job that a wizard handed in.

    With a `context`, which is made of these doors, what is refused offers its ways out; `listed` tells what the list of
    tenants shows.
    """

    def __init__(
        self, console: Console, runner: Runner, window: QWidget, on_submitted: Callable[[object], object]
    ) -> None:
        self._console = console
        self._runner = runner
        self._window = window
        self._on_submitted = on_submitted
        self.context: Context | None = None
        self.listed: Callable[[], TenantQuery] | None = None

    def create_database(self, tenant: str) -> QDialog:
        return self._open("create", tenant)

    def install_features(self, tenant: str, names: tuple[str, ...]) -> QDialog:
        return self._open("install", tenant, names)

    def upgrade_features(self, tenant: str, names: tuple[str, ...]) -> QDialog:
        return self._open("upgrade", tenant, names)

    def switch_feature(self, tenant: str, name: str, turns_on: bool) -> None:
        room("features.switching", "switch")(
            self._console, self._runner, tenant, name, turns_on=turns_on, window=self._window,
            on_submitted=self._on_submitted,
        )  # fmt: skip

    def uninstall_feature(self, tenant: str, name: str) -> QDialog:
        return self._open("uninstall", tenant, name)

    def repair_features(self, tenant: str, names: tuple[str, ...]) -> QDialog:
        return self._open("repair", tenant, names)

    def adopt_feature(self, tenant: str, name: str) -> QDialog:
        return self._open("adopt", tenant, name)

    def export(self, tenant: str) -> QDialog:
        return self._open("export", tenant)

    def back_up(self, tenant: str) -> QDialog:
        return self._open("back_up", tenant)

    def back_up_all(self, tenants: tuple[str, ...]) -> QDialog:
        """Back up many; `tenants` are offered first."""
        return self._open("back_up_all", tenants, self._listed(), self.back_up_all)

    def prove_all(self, tenants: tuple[str, ...]) -> QDialog:
        """Prove the newest backups of many; `tenants` are offered first."""
        return self._open("prove_all", tenants, self._listed(), self.prove_all)

    def prune(self) -> QDialog:
        return self._open("prune")

    def add_schedule(self) -> QDialog:
        return self._open("add_schedule")

    def give_key(self) -> QDialog:
        """Ask for the key to encrypted backups."""
        dialog: QDialog = room("backups.key_dialog", "KeyDialog")(
            self._console.backups.keys, self._runner, self._window
        )
        dialog.open()
        return dialog

    def _listed(self) -> TenantQuery:
        """What the list of tenants shows."""
        return TenantQuery() if self.listed is None else self.listed()

    def restore(self, tenant: str, backup: str | None) -> QDialog:
        return self._open("restore", tenant, backup)

    def import_dump(self, tenant: str) -> QDialog:
        return self._open("import", tenant, None)

    def delete_database(self, tenant: str) -> QDialog:
        return self._open("delete", tenant)

    def delete_databases(self, tenants: tuple[str, ...]) -> QDialog:
        return self._open("delete_several", tenants)

    def freeze(self, tenant: str) -> QDialog:
        return self._open("freeze", tenant)

    def release(self, tenant: str, compact: bool) -> QDialog:
        return self._open("release", tenant, compact)

    def look_daily(self) -> QDialog:
        return self._open("daily")

    def create_account(self, tenant: str) -> QDialog:
        return self._open("create_account", tenant)

    def remove_account(self, tenant: str) -> QDialog:
        return self._open("remove_account", tenant)

    def publish_website(self, tenant: str, website: str | None) -> QDialog:
        return self._open("publish", tenant, website)

    def delete_website(self, website: Website) -> QDialog:
        return self._open("delete_website", website)

    def switch_database(self, tenant: str, website: str | None) -> QDialog:
        return self._open("switch", tenant, website)

    def change_tier(self, tenant: str, tier: str | None) -> QDialog:
        return self._open("tier", tenant, tier)

    def unpublish_website(self, website: Website) -> None:
        """Take a website off the air, after a question. It needs the master alone, and nothing of it is lost."""
        websites, words = self._console.websites, self._console.platform.words
        named = website.name or website.domain or website.id
        task = Task(
            translate("window", "Unpublish {name}").format(name=named),
            self._console.connection.master.name,
            lambda _context: websites.unpublish(website.id),
            website.tenant,
            partial(_touched, website.tenant, "audit"),
        )
        question = Question(
            translate("window", "Take “{name}” off the air?").format(name=named),
            translate("window", "Nobody will see this {website} any more. Nothing in it is deleted, and where it has "
                      "the database the {tenant} stays bound to it.")
            .format(website=words.website, tenant=words.tenant),
            translate("window", "Unpublish"),
        )  # fmt: skip
        ask(question, lambda: self._run(task), self._window)

    def verify(self, backup: Backup) -> None:
        """Prove a backup by restoring a copy of it; nothing live is touched, so nothing is asked.

        A backup that does not hold fails the job. It waits for the server that the backup came from.
        """
        backups = self._console.backups

        def begin(lane: str) -> None:
            self._run(
                Task(
                    translate("window", "Verify backup of {database}").format(database=backup.database),
                    lane,
                    lambda context: backups.prove(backup, context),
                    backup.tenant,
                    partial(_touched, backup.tenant, "backups"),
                )
            )

        self._runner.query(lambda: self._server_of(backup), begin, owner=self._window)

    def open_folder(self, backup: Backup) -> None:
        """Show where a backup lies, in the desktop's own file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(backup.path.parent)))

    def resume(self, operation: Operation) -> None:
        """Go on with an operation where it stopped."""
        operations = self._console.operations
        title = translate("window", "Resume {kind} of {database}")
        self._run(self._task(operation, title, lambda context: operations.resume(operation.id, context)))

    def abandon(self, operation: Operation) -> None:
        """Take an operation back, after a question."""
        operations = self._console.operations
        title = translate("window", "Abandon {kind} of {database}")
        task = self._task(operation, title, lambda context: operations.abandon(operation.id, context))
        question = Question(
            translate("window", "Abandon what was begun?"),
            translate("window", "What was done to {database} so far is taken back, where it is not too late for that.")
            .format(database=operation.database),
            translate("window", "Abandon"),
            is_dangerous=True,
        )  # fmt: skip
        ask(question, lambda: self._run(task), self._window)

    def _task(self, operation: Operation, title: str, work: Callable[..., Any]) -> Task:
        return Task(
            title.format(kind=operation.kind, database=operation.database),
            operation.server,
            work,
            operation.tenant,
            partial(_touched, operation.tenant, "operations"),
        )

    def _run(self, task: Task) -> None:
        self._on_submitted(self._runner.run(task))

    def _server_of(self, backup: Backup) -> str:
        """In another thread: the server a backup is restored on for a proof; a manifest nobody can read fails there."""
        backups = self._console.backups
        try:
            return backups.server_for(backups.manifest(backup)).name
        except ConsoleError:
            return self._console.connection.master.name

    def _open(self, which: str, *arguments: object) -> QDialog:
        dialog: TaskWizard = room(*_WIZARDS[which])(self._console, self._runner, *arguments, self._window)
        dialog.submitted.connect(self._on_submitted)
        if self.context is not None:
            lead_out(self.context, dialog, _tenant_in(arguments), but=(which,))
        dialog.open()
        return dialog


def _tenant_in(arguments: tuple[object, ...]) -> str:
    """Whom a wizard is about: a tenant by its id, or whoever has the website; nobody where it is about the fleet."""
    match arguments:
        case (str(tenant), *_):
            return tenant
        case (Website(tenant=tenant), *_):
            return tenant
    return ""


def _touched(tenant: str, kind: str, _result: object) -> Changes:
    return Changes(tenants=frozenset({tenant}), kinds=frozenset({kind}))
