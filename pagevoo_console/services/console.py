"""Console: every service, assembled once for one connection; the one object that both faces are handed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.server import Connection
from pagevoo_console.services.accounts import Accounts
from pagevoo_console.services.audit import Actor, AuditTrail
from pagevoo_console.services.backup_index import BackupIndex
from pagevoo_console.services.backup_keys import BackupKeys
from pagevoo_console.services.backup_loading import BackupLoader
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.certificates import Certificates
from pagevoo_console.services.connection_news import ConnectionNews
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.databases import Databases
from pagevoo_console.services.deletion_steps import DatabaseDeletion
from pagevoo_console.services.deletions import Deletions
from pagevoo_console.services.directory import Directory
from pagevoo_console.services.exports import Exports
from pagevoo_console.services.features import Features
from pagevoo_console.services.fleet_backups import FleetBackups
from pagevoo_console.services.fleet_workers import FleetWorkers
from pagevoo_console.services.freeze_records import FreezeRecords
from pagevoo_console.services.freezes import Freezes
from pagevoo_console.services.guests import Guests
from pagevoo_console.services.imports import Imports
from pagevoo_console.services.inspection import Inspection
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations
from pagevoo_console.services.part_restores import PartRestores
from pagevoo_console.services.placed_backups import PlacedBackups
from pagevoo_console.services.places import Places
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.quota_alerts import QuotaAlerts
from pagevoo_console.services.quota_news import FILE as QUOTA_NEWS
from pagevoo_console.services.quota_news import QuotaNews
from pagevoo_console.services.quotas import Quotas
from pagevoo_console.services.reconciliation import Reconciliation
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.restores import Restores
from pagevoo_console.services.retention import Retention
from pagevoo_console.services.schedules import Schedules
from pagevoo_console.services.server_health import ServerHealthCheck
from pagevoo_console.services.settings import Folders, Settings
from pagevoo_console.services.several_deletions import SeveralDeletions
from pagevoo_console.services.sightings import Sightings
from pagevoo_console.services.switches import Switches
from pagevoo_console.services.tenant_rules import Rules
from pagevoo_console.services.tenants import Tenants
from pagevoo_console.services.ticks import FleetTick
from pagevoo_console.services.tier_changes import TierChanges
from pagevoo_console.services.tiers import Tiers
from pagevoo_console.services.trash import Trash
from pagevoo_console.services.trash_moves import TrashMoves
from pagevoo_console.services.usage_samples import UsageSamples
from pagevoo_console.services.website_rows import WebsiteRows
from pagevoo_console.services.websites import Websites


class Console:
    """The services of one connection to one platform. Assembling it opens nothing and reads nothing."""

    def __init__(
        self,
        connection: Connection,
        platform: Platform,
        connections: Connections,
        lineages: Lineages,
        folders: Folders,
        backup_folder: Path | None = None,
        backup_recipients: Sequence[str] = (),
    ) -> None:
        actor = Actor.current()
        self.connection = connection
        self.platform = platform
        self.connections = connections
        self.lineages = lineages
        self.folders = folders
        self.master = Master(connection, platform, connections, lineages)
        self.registry = Registry(self.master)
        self.tiers = Tiers(self.master)
        self.tenancy = DatabasePerTenant(platform, connection)
        self.audit = AuditTrail(self.master, actor, folders.state / "audit.jsonl")
        self.operations = Operations(self.master, connections, self.audit, actor)
        self.freeze_records = FreezeRecords(self.master)
        self.tenants = Tenants(
            self.master, self.registry, connections, self.tenancy, self.operations, self.freeze_records
        )
        self.databases = Databases(
            self.master, self.registry, connections, lineages, self.tenancy, self.tenants, self.operations, self.audit
        )
        self.usage_samples = UsageSamples(self.master)
        self.quotas = Quotas(self.tiers, connections, self.tenants, lineages, self.usage_samples)
        self.quota_alerts = QuotaAlerts(self.master, self.audit)
        self.freezes = Freezes(
            self.master, connections, self.tenants, self.operations, self.quotas, self.freeze_records, actor
        )
        self.backup_index = BackupIndex(self.master, folders.state / f"backups-{identity(connection)}")
        self.guests = Guests(self.master, connections, self.operations)
        keys = BackupKeys(backup_recipients)
        self.backups = Backups(
            self.master, connections, lineages, self.tenants, self.operations, self.audit, self.backup_index,
            backup_folder or folders.backups, keys, BackupLoader(connections, self.guests, self.backup_index, keys),
        )  # fmt: skip
        self.audit.ask_witnesses(self.backups.witnesses)
        self.places = Places(settings=Settings(folders))
        self.fleet_backups = FleetBackups(
            self.master, self.registry, self.tenancy, self.backups, FleetWorkers(self.master, connections), self.audit,
            folders.state / f"fleet-backups-{identity(connection)}",
        )  # fmt: skip
        self.features = Features(
            self.master, connections, lineages, self.tenants, self.backups, self.operations, self.audit, self.tiers
        )
        self.restores = Restores(
            self.master, self.registry, connections, self.tenancy, self.tenants, self.backups, self.operations,
            self.guests, self.freezes.again,
        )  # fmt: skip
        self.imports = Imports(
            self.master, self.registry, connections, self.tenancy, self.tenants, self.backups, self.operations,
            self.guests, lineages, self.tiers, self.freezes.again,
        )  # fmt: skip
        self.part_restores = PartRestores(
            self.master, self.registry, connections, self.tenants, self.backups, self.operations, self.guests,
            self.freeze_records,
        )  # fmt: skip
        website_rows = WebsiteRows(self.registry, lineages)
        moves = TrashMoves(self.master, connections)
        self.deletions = Deletions(
            self.master, self.registry, connections, self.tenants, self.backups, self.operations, self.audit,
            DatabaseDeletion(
                self.master, self.registry, connections, self.tenants, self.backups, website_rows, moves
            ),
        )  # fmt: skip
        self.trash = Trash(
            self.master, self.registry, connections, self.tenancy, self.backups, self.operations, self.audit, moves,
            self.freezes, self.freeze_records, self.tenants,
        )  # fmt: skip
        self.several_deletions = SeveralDeletions(
            self.master, self.registry, self.deletions, self.trash, self.backups, self.operations,
            FleetWorkers(self.master, connections), self.audit,
        )  # fmt: skip
        self.placed_backups = PlacedBackups(
            platform.name, self.places, self.backups, self.restores, self.part_restores, self.operations,
            folders.state / f"fetched-{identity(connection)}", folders.cache / "places",
        )  # fmt: skip
        self.retention = Retention(
            self.master, self.registry, connections, self.tenancy, self.backups, self.backup_index, self.operations,
            self.audit, Settings(folders), self.trash.records, self.placed_backups,
        )  # fmt: skip
        self.schedules = Schedules(folders)
        self.certificates = Certificates(self.master, self.registry, self.audit, self.backups)
        self.rules = Rules(self.master, self.registry)
        self.websites = Websites(
            self.master, self.registry, self.tenants, self.databases, self.deletions, self.operations, self.audit,
            website_rows,
        )  # fmt: skip
        self.switches = Switches(
            self.master, self.registry, self.tenants, self.databases, self.deletions, self.features, self.operations,
            self.audit,
        )  # fmt: skip
        self.tier_changes = TierChanges(
            self.master, self.registry, connections, lineages, self.tenants, self.tiers, self.operations, self.audit
        )
        self.reconciliation = Reconciliation(
            self.master, self.registry, connections, self.tenancy, lineages, self.operations, self.backups, moves
        )
        self.accounts = Accounts(self.master, connections, self.tenants, self.operations)
        self.server_health = ServerHealthCheck(self.master, connections, self.audit)
        self.exports = Exports(platform, connections, self.tenants, self.audit)
        self.inspection = Inspection(connections, self.tenants, self.audit)
        self.directory = Directory(folders.cache / f"directory-{identity(connection)}.db")
        self.sightings = Sightings(
            self.master, self.registry, self.tiers, connections, self.tenancy, lineages, self.operations,
            self.backup_index, self.directory, self.freeze_records, ConnectionNews(self.directory, self.audit),
        )  # fmt: skip
        self.quota_news = QuotaNews(
            platform, self.directory, self.quota_alerts, folders.state / QUOTA_NEWS.format(identity(connection))
        )
        self.fleet_tick = FleetTick(
            self.master, self.tiers, connections, self.tenants, self.sightings, self.directory, self.quotas,
            self.usage_samples, self.quota_alerts, self.freezes, self.freeze_records, self.audit,
            self.trash, self.guests,
        )  # fmt: skip


def identity(connection: Connection) -> str:
    """What tells one master from another in file names: a hash of platform, server and database."""
    wanted = "\0".join(
        (connection.platform, connection.master.engine, connection.master.address, connection.master_database)
    )
    return hashlib.sha256(wanted.encode()).hexdigest()[:24]
