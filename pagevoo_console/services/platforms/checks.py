"""What a platform file must mean, once its keys are right. Each check yields one sentence a mistake."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.platform import RegistryTable, TenancyKind
from pagevoo_console.domain.quota import Quota, QuotaMetric
from pagevoo_console.services.platforms.limits import FACTORS, limit, place_problem
from pagevoo_console.services.platforms.shape import PlatformFile, TenancySection
from pagevoo_console.services.strict_toml import one_of

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_LITERAL = re.compile(r"[A-Za-z0-9_]*")
_PLACE = re.compile(r"[^.]+\.[^.]+")

_TENANCY_KEYS: dict[TenancyKind, frozenset[str]] = {
    TenancyKind.DATABASE_PER_TENANT: frozenset({"pattern"}),
    TenancyKind.CONNECTION_PER_TENANT: frozenset({"settings", "connections"}),
    TenancyKind.SHARED_SCHEMA: frozenset(
        {"schema", "key_columns", "owned", "shared", "retained", "ignored", "references"}
    ),
}
_REGISTRY_NEEDS: dict[TenancyKind, tuple[str, ...]] = {
    TenancyKind.DATABASE_PER_TENANT: ("database", "status", "created_at", "deleted_at"),
    TenancyKind.CONNECTION_PER_TENANT: ("status",),
    TenancyKind.SHARED_SCHEMA: (),
}
_METRIC_NEEDS: dict[QuotaMetric, tuple[str, ...]] = {
    QuotaMetric.DATABASE_BYTES: (),
    QuotaMetric.ROW_COUNT: ("table",),
    QuotaMetric.ROWS_THIS_MONTH: ("table", "column"),
    QuotaMetric.COLUMN_SUM: ("table", "column"),
    QuotaMetric.COLUMN_VALUE: ("column",),
}
_MAY_BE_ANYTHING = frozenset({"default_tier", "states"})


def mistakes(file: PlatformFile, engines: Collection[str]) -> Iterator[str]:
    """Everything that is wrong with the meaning of a platform file. `engines` are those that the console has."""
    if _NAME.fullmatch(file.name) is None:
        yield f"'name' cannot be {file.name!r}: lower-case letters, digits, _ and -"
    yield from _of_engines(file.engines, engines)
    yield from _of_names(file)
    yield from _of_tenancy(file, engines)
    yield from _of_quotas(file.quotas)
    yield from _of_tiers(file)
    yield from _of_env(file)
    most = file.lifecycle.max_databases_per_server
    if most is not None and most < 0:
        yield "'lifecycle.max_databases_per_server' cannot be negative"


def _of_engines(wanted: tuple[str, ...], known: Collection[str]) -> Iterator[str]:
    if not wanted:
        yield "'engines' names none"
    yield from _doubles("engines", wanted)
    for number, name in enumerate(wanted, start=1):
        if name not in known:
            yield f"'engines[{number}]' names no engine: {name!r}{one_of(name, known)}"


def _of_names(file: PlatformFile) -> Iterator[str]:
    """Tables, columns and words: whatever is named has a name that can be one."""
    for key, section in (
        ("words", file.words),
        ("tenants", file.tenants),
        ("websites", file.websites),
        ("registry", file.registry),
        ("permissions", file.permissions),
        ("tenancy.settings", file.tenancy.settings),
    ):
        if section is None:
            continue
        for field in dataclasses.fields(section):
            value = getattr(section, field.name)
            is_left_out = value == field.default
            if isinstance(value, str) and field.name not in _MAY_BE_ANYTHING and not is_left_out:
                yield from _name_problem(f"{key}.{field.name}", value)
    if not file.master.database:
        yield "'master.database' is empty"
    features = file.features
    if features is not None:
        yield from _doubles("features.names", features.names)
        for name in (features.core, *features.names):
            if _NAME.fullmatch(name) is None:
                yield f"'features' cannot name {name!r}: lower-case letters, digits, _ and -"
        if features.core in features.names:
            yield f"'features.names' lists {features.core!r}, which comes with every database"


def _name_problem(key: str, name: str) -> Iterator[str]:
    if not name:
        yield f"{key!r} is empty"
    elif len(name) > 63 or not name.isprintable():
        yield f"{key!r} cannot be {name[:80]!r}: at most 63 printable characters"


def _of_tenancy(file: PlatformFile, engines: Collection[str]) -> Iterator[str]:
    tenancy = file.tenancy
    allowed = _TENANCY_KEYS[tenancy.kind]
    for key in sorted(set().union(*_TENANCY_KEYS.values()) - allowed):
        if getattr(tenancy, key):
            owner = next(kind for kind, keys in _TENANCY_KEYS.items() if key in keys)
            yield f"'tenancy.{key}' belongs to {owner}, and this platform is {tenancy.kind}"
    match tenancy.kind:
        case TenancyKind.DATABASE_PER_TENANT:
            yield from _of_pattern(tenancy.pattern)
            yield from _of_registry(file, "each tenant has a database")
            if file.features is None:
                yield "missing key 'features': a new database gets its core lineage"
        case TenancyKind.CONNECTION_PER_TENANT:
            yield from _of_registry(file, "each tenant has a connection")
            yield from _of_connections(file, engines)
        case TenancyKind.SHARED_SCHEMA:
            if file.registry is not None:
                yield "'registry' belongs to platforms with a database or a connection per tenant"
            yield from _of_shared_schema(tenancy)


def _of_pattern(pattern: str) -> Iterator[str]:
    if not pattern:
        yield "missing key 'tenancy.pattern': each tenant's database is found by its name"
        return
    before, found, after = pattern.partition("{tenant}")
    if not found:
        yield f"'tenancy.pattern' must hold {{tenant}}, and {pattern!r} does not"
    elif not before or _LITERAL.fullmatch(before + after) is None:
        yield (
            f"'tenancy.pattern' cannot be {pattern!r}: letters, digits and _ around one {{tenant}}, "
            "some of them before it, so that no tenant's id alone can name a database"
        )


def _of_registry(file: PlatformFile, because: str) -> Iterator[str]:
    registry = file.registry
    if registry is None:
        yield f"missing key 'registry': {because}, and a table says which"
        return
    for key in _REGISTRY_NEEDS[file.tenancy.kind]:
        if not getattr(registry, key):
            yield f"missing key 'registry.{key}'"
    yield from _of_states(registry)


def _of_states(registry: RegistryTable) -> Iterator[str]:
    known = [state.value for state in DatabaseState]
    for word, state in registry.states.items():
        if state not in known:
            yield f"'registry.states.{word}' cannot be {state!r}{one_of(state, known)}"
    for key in ("active", "deleted") if registry.states else ():
        word = getattr(registry, key)
        if registry.states.get(word) != key and not (key == "deleted" and key not in registry.states.values()):
            yield f"'registry.{key}' is {word!r}, which 'registry.states' does not call {key}"


def _of_connections(file: PlatformFile, engines: Collection[str]) -> Iterator[str]:
    tenancy, registry = file.tenancy, file.registry
    if tenancy.settings is None and registry is not None:
        for key in ("kind", "config"):
            if not getattr(registry, key):
                yield f"missing key 'registry.{key}', or a section 'tenancy.settings'"
    if not tenancy.connections:
        yield "missing key 'tenancy.connections': which kinds of database there are"
    for word, kind in tenancy.connections.items():
        key = f"tenancy.connections.{word}"
        if kind.engine not in engines:
            yield f"'{key}.engine' names no engine: {kind.engine!r}{one_of(kind.engine, engines)}"
        if not kind.url and not (kind.host and kind.database):
            yield f"'{key}' must name 'url', or 'host' and 'database'"


def _of_shared_schema(tenancy: TenancySection) -> Iterator[str]:
    if not tenancy.key_columns and not tenancy.owned:
        yield "missing key 'tenancy.key_columns' or 'tenancy.owned': which rows are a tenant's"
    yield from _doubles("tenancy.key_columns", tenancy.key_columns)
    for column in tenancy.key_columns:
        yield from _name_problem("tenancy.key_columns", column)
    classes: dict[str, Mapping[str, str]] = {
        "owned": tenancy.owned,
        "shared": tenancy.shared,
        "retained": tenancy.retained,
        "ignored": tenancy.ignored,
    }
    tables = Counter(table for declared in classes.values() for table in declared)
    for table, count in tables.items():
        if count > 1:
            places = ", ".join(f"tenancy.{name}" for name, declared in classes.items() if table in declared)
            yield f"table {table!r} is declared {count} times: {places}"
    for name, declared in classes.items():
        for table, value in declared.items():
            yield from _name_problem(f"tenancy.{name}", table)
            if not value.strip():
                wanted = "the column with the tenant's key" if name == "owned" else "the reason"
                yield f"'tenancy.{name}.{table}' is empty: it must say {wanted}"
    for number, reference in enumerate(tenancy.references, start=1):
        for key, place in (("source", reference.source), ("target", reference.target)):
            if _PLACE.fullmatch(place) is None:
                yield f"'tenancy.references[{number}].{key}' must be table.column, not {place!r}"


def _of_quotas(quotas: tuple[Quota, ...]) -> Iterator[str]:
    yield from _doubles("quotas", [quota.name for quota in quotas])
    for number, quota in enumerate(quotas, start=1):
        if _NAME.fullmatch(quota.name) is None:
            yield f"'quotas[{number}].name' cannot be {quota.name!r}: lower-case letters, digits, _ and -"
        for key in _METRIC_NEEDS[quota.metric]:
            if not getattr(quota, key):
                yield f"missing key 'quotas[{number}].{key}': {quota.metric} is measured there"


def _of_tiers(file: PlatformFile) -> Iterator[str]:
    quotas = {quota.name: quota for quota in file.quotas}
    names = [tier.name for tier in file.tiers]
    yield from _doubles("tiers", names)
    for number, tier in enumerate(file.tiers, start=1):
        if not tier.name:
            yield f"'tiers[{number}].name' is empty"
        for name, value in tier.limits.items():
            key = f"tiers[{number}].limits.{name}"
            quota = quotas.get(name)
            if quota is None:
                yield f"{key!r} names no quota{one_of(name, quotas)}"
                continue
            try:
                limit(value, quota.unit)
            except ValueError as error:
                yield f"{key!r} {error}"
    default = file.tenants.default_tier
    if default and default not in names:
        yield f"'tenants.default_tier' names no tier: {default!r}{one_of(default, names)}"


def _of_env(file: PlatformFile) -> Iterator[str]:
    tiers: dict[str, Any] = {tier.name: tier for tier in file.tiers}
    quotas: dict[str, Any] = {quota.name: quota for quota in file.quotas}
    for variable, setting in file.env.items():
        if _VARIABLE.fullmatch(variable) is None:
            yield f"'env' cannot name {variable!r}: upper-case letters, digits and _"
        problem = place_problem(setting.sets, tiers, quotas)
        if problem is not None:
            yield f"'env.{variable}.sets' {problem}"
        if setting.unit not in FACTORS:
            yield f"'env.{variable}.unit' cannot be {setting.unit!r}{one_of(setting.unit, FACTORS)}"
    yield from _doubles("env", [setting.sets for setting in file.env.values()])


def _doubles(key: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{key!r} has {name!r} {count} times"
