"""The sections of a platform file. Those that the domain has a word for are read straight into it."""

from __future__ import annotations

import msgspec

from pagevoo_console.domain.platform import (
    ConnectionKind,
    EnvSetting,
    Lifecycle,
    PermissionTable,
    RegistryTable,
    SettingsTable,
    TenancyKind,
    TenantTable,
    WebsiteTable,
    Words,
)
from pagevoo_console.domain.quota import Quota


class MasterSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The master database's usual name, and the lineage that `master init` creates its tables from, if any."""

    database: str
    lineage: str = ""


class ReferenceSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reference without a foreign key: `table.column` to `table.column`, `json` being a key within the first."""

    source: str
    target: str
    json: str = ""


class TenancySection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How tenants are kept apart. Which keys apply follows from `kind`.

    `owned` maps a table to the column with the tenant's key; `shared`, `retained` and `ignored` map a table to the
    reason, which people will read.
    """

    kind: TenancyKind
    pattern: str = ""
    settings: SettingsTable | None = None
    connections: dict[str, ConnectionKind] = {}
    schema: str = ""
    key_columns: tuple[str, ...] = ()
    owned: dict[str, str] = {}
    shared: dict[str, str] = {}
    retained: dict[str, str] = {}
    ignored: dict[str, str] = {}
    references: tuple[ReferenceSection, ...] = ()


class FeaturesSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lineages in tenant databases: `core` comes with the database, the others can be installed."""

    core: str
    names: tuple[str, ...] = ()


class TierSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An offer, the smallest first. A limit is a whole number, "unlimited" or, for bytes, a size such as "50 MB"."""

    name: str
    title: str = ""
    limits: dict[str, int | str] = {}


class PlatformFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A platform file as a whole."""

    name: str
    title: str
    engines: tuple[str, ...]
    master: MasterSection
    tenancy: TenancySection
    tenants: TenantTable
    words: Words = Words()
    websites: WebsiteTable | None = None
    registry: RegistryTable | None = None
    permissions: PermissionTable | None = None
    features: FeaturesSection | None = None
    quotas: tuple[Quota, ...] = ()
    tiers: tuple[TierSection, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    env: dict[str, EnvSetting] = {}
