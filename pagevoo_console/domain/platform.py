"""A product whose tenants we administer, as its file describes it: data, not code."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pagevoo_console.domain.quota import Quota
from pagevoo_console.domain.tier import Tier


class TenancyKind(StrEnum):
    """How tenants are kept apart: silo, bridge, pool."""

    DATABASE_PER_TENANT = "database_per_tenant"
    CONNECTION_PER_TENANT = "connection_per_tenant"
    SHARED_SCHEMA = "shared_schema"


@dataclass(frozen=True, slots=True)
class Words:
    """What this platform calls things; "tenant" is a user in one and a store in another."""

    tenant: str = "tenant"
    tenants: str = "tenants"
    website: str = "website"
    websites: str = "websites"


@dataclass(frozen=True, slots=True)
class TenantTable:
    """The master's table of tenants: columns by meaning. Empty where the platform has no such column."""

    table: str
    id: str
    name: str
    email: str = ""
    tier: str = ""
    status: str = ""
    created_at: str = ""
    default_tier: str = ""


@dataclass(frozen=True, slots=True)
class WebsiteTable:
    """The master's table of websites: columns by meaning."""

    table: str
    id: str
    tenant: str
    name: str
    domain: str = ""
    is_published: str = ""
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class RegistryTable:
    """The master's table that says which database is whose: columns by meaning.

    `server` may name an optional column that holds a tenant server's name; it is used where it exists. `config` holds
    connection settings as JSON for platforms with a connection per tenant, `credential` the key within them whose value
    is the secret. `states` maps its own words to ours; `active` and `deleted` are the words that we write.
    """

    table: str
    id: str
    tenant: str
    website: str = ""
    database: str = ""
    status: str = ""
    created_at: str = ""
    deleted_at: str = ""
    server: str = ""
    kind: str = ""
    config: str = ""
    credential: str = ""
    active: str = "active"
    deleted: str = "deleted"
    states: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class PermissionTable:
    """The master's table that says what each tier may: columns by meaning, used where they exist.

    A permission is a feature's name (`shop` or `feature:shop`) or a limit (`limit:database_size`).
    """

    table: str
    tier: str
    permission: str
    is_allowed: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What the platform allows. All of these are rules of its document."""

    one_database_per_tenant: bool = True
    locks_website: bool = True
    publish_creates_database: bool = True
    delete_unpublishes: bool = True
    max_databases_per_server: int | None = None
    freeze_when_over: bool = False


@dataclass(frozen=True, slots=True)
class EnvSetting:
    """What a variable of the platform's own environment changes: a dotted place (`tiers.pro.limits.database_size`).

    `unit` is what the variable counts in ("MB" is 1 000 000 bytes), empty where it counts in the place's own unit.
    """

    sets: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionKind:
    """How a platform with a connection per tenant writes down one kind of database: keys within its JSON settings."""

    engine: str
    host: str = ""
    port: str = ""
    database: str = ""
    user: str = ""
    password: str = ""
    tls: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class SettingsTable:
    """The table that holds each tenant's connection settings, where that is not the registry itself."""

    table: str
    tenant: str
    kind: str
    config: str
    is_active: str = ""


@dataclass(frozen=True, slots=True)
class TenantConnections:
    """The details of a connection per tenant. `settings` is None where the registry's own columns hold them.

    `kinds` is keyed by the platform's own word for a kind of database.
    """

    settings: SettingsTable | None
    kinds: dict[str, ConnectionKind] = field(hash=False)


class TableClass(StrEnum):
    """How a table of a shared schema relates to one tenant. Unknown ones stop every plan by their name."""

    OWNED = "owned"
    REACHED = "reached"
    SHARED = "shared"
    RETAINED = "retained"
    IGNORED = "ignored"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TableRule:
    """What the platform declares of one table. `column` holds the tenant's key in an owned one; `why` is for people."""

    table: str
    kind: TableClass
    column: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class SoftReference:
    """A reference that no foreign key declares. `json` is the key within a JSON column, empty for a plain column."""

    table: str
    column: str
    to_table: str
    to_column: str
    json: str = ""


@dataclass(frozen=True, slots=True)
class SharedSchema:
    """The details of a shared schema: which columns hold a tenant's key wherever they occur, and what is declared."""

    key_columns: tuple[str, ...] = ()
    rules: tuple[TableRule, ...] = ()
    references: tuple[SoftReference, ...] = ()
    schema: str = ""

    def rule(self, table: str) -> TableRule | None:
        return next((rule for rule in self.rules if rule.table == table), None)


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform file, read and checked.

    `database_pattern` holds `{tenant}`; a name out of the registry must equal it. It is empty for other tenancies,
    which have `connections` or `shared_schema` instead. `env` is keyed by the variable's name.
    """

    name: str
    title: str
    tenancy: TenancyKind
    master_database: str
    master_lineage: str
    engines: tuple[str, ...]
    words: Words
    tenants: TenantTable
    websites: WebsiteTable | None
    registry: RegistryTable | None
    database_pattern: str
    core_lineage: str
    features: tuple[str, ...]
    tiers: tuple[Tier, ...]
    quotas: tuple[Quota, ...]
    lifecycle: Lifecycle
    env: dict[str, EnvSetting] = field(default_factory=dict, hash=False)
    connections: TenantConnections | None = None
    shared_schema: SharedSchema | None = None
    permissions: PermissionTable | None = None

    def tier(self, name: str) -> Tier | None:
        return next((tier for tier in self.tiers if tier.name == name), None)

    def quota(self, name: str) -> Quota | None:
        return next((quota for quota in self.quotas if quota.name == name), None)

    def database_name(self, tenant: str) -> str:
        """The one name this tenant's database may have."""
        return self.database_pattern.replace("{tenant}", tenant)
