"""Platform files: read strictly, checked, and turned into the domain's words."""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.platform import (
    Platform,
    SharedSchema,
    SoftReference,
    TableClass,
    TableRule,
    TenancyKind,
    TenantConnections,
)
from pagevoo_console.domain.tier import Tier
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.platforms.checks import mistakes
from pagevoo_console.services.platforms.limits import limit
from pagevoo_console.services.platforms.shape import PlatformFile, ReferenceSection, TenancySection
from pagevoo_console.services.private_files import read_small
from pagevoo_console.services.strict_toml import bad_file, one_of, read_toml

CODE = "platform_file"


class Platforms:
    """The platforms that ship with the console, and any other whose file is named. Reads only."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def names(self) -> tuple[str, ...]:
        """The shipped platforms, `pagevoo` first."""
        found = (entry.name for entry in files(__package__).iterdir())
        names = sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml"))
        return tuple(sorted(names, key=lambda name: name != "pagevoo"))

    def get(self, name_or_path: str) -> Platform:
        """A shipped platform by name, or one of your own by the path of its file.

        Raises WrongUsage for a name that is neither, Failed (`platform_file`) with a line for each mistake in a file.
        """
        if name_or_path in self.names():
            text = files(__package__).joinpath(f"{name_or_path}.toml").read_text(encoding="utf-8")
            return read_platform(text, file=f"{name_or_path}.toml", engines=self._engines.names())
        path = Path(name_or_path)
        if not path.is_file():
            raise WrongUsage(
                f"There is no platform {name_or_path!r}, and no platform file of that path"
                f"{one_of(name_or_path, self.names())}",
                code="unknown_platform",
                hint="Name a shipped platform or the path of a platform file.",
            )
        return read_platform(read_small(path), file=str(path), engines=self._engines.names())


def read_platform(text: str, *, file: str, engines: Collection[str]) -> Platform:
    """A platform out of its TOML text. Raises Failed (`platform_file`); `file` is how messages call it."""
    shape = read_toml(text, PlatformFile, file=file, code=CODE)
    found = list(mistakes(shape, engines))
    if found:
        raise bad_file(file, found, CODE)
    units = {quota.name: quota.unit for quota in shape.quotas}
    return Platform(
        name=shape.name,
        title=shape.title,
        tenancy=shape.tenancy.kind,
        master_database=shape.master.database,
        master_lineage=shape.master.lineage,
        engines=shape.engines,
        words=shape.words,
        tenants=shape.tenants,
        websites=shape.websites,
        registry=shape.registry,
        database_pattern=shape.tenancy.pattern,
        core_lineage=shape.features.core if shape.features else "",
        features=shape.features.names if shape.features else (),
        tiers=tuple(
            Tier(
                name=tier.name,
                title=tier.title or tier.name.capitalize(),
                rank=rank,
                limits={name: limit(value, units[name]) for name, value in tier.limits.items()},
            )
            for rank, tier in enumerate(shape.tiers)
        ),
        quotas=shape.quotas,
        lifecycle=shape.lifecycle,
        env=shape.env,
        connections=_connections(shape.tenancy),
        shared_schema=_shared_schema(shape.tenancy),
        permissions=shape.permissions,
    )


def _connections(tenancy: TenancySection) -> TenantConnections | None:
    if tenancy.kind is not TenancyKind.CONNECTION_PER_TENANT:
        return None
    return TenantConnections(tenancy.settings, tenancy.connections)


def _shared_schema(tenancy: TenancySection) -> SharedSchema | None:
    if tenancy.kind is not TenancyKind.SHARED_SCHEMA:
        return None
    owned = [TableRule(table, TableClass.OWNED, column=column) for table, column in tenancy.owned.items()]
    declared = [
        TableRule(table, kind, why=why)
        for kind, tables in (
            (TableClass.SHARED, tenancy.shared),
            (TableClass.RETAINED, tenancy.retained),
            (TableClass.IGNORED, tenancy.ignored),
        )
        for table, why in tables.items()
    ]
    return SharedSchema(
        key_columns=tenancy.key_columns,
        rules=(*owned, *declared),
        references=tuple(_reference(reference) for reference in tenancy.references),
        schema=tenancy.schema,
    )


def _reference(section: ReferenceSection) -> SoftReference:
    table, _, column = section.source.partition(".")
    to_table, _, to_column = section.target.partition(".")
    return SoftReference(table, column, to_table, to_column, section.json)
