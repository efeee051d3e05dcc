"""The master's tables of tenants, websites and databases, read and written through the platform's own columns.

Rows are data: ids are compared exactly, names are validated by the tenancy before anything is done with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed, NotFound, Refused
from pagevoo_console.domain.platform import Platform, RegistryTable, WebsiteTable
from pagevoo_console.domain.tenant import Website
from pagevoo_console.services.master import Master, not_a_master
from pagevoo_console.services.values import as_id, as_time, naive_utc, now


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A row of the tenants' table. `tier` and `status` are the platform's own words."""

    id: str
    name: str
    email: str
    tier: str
    status: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """A row of the registry: this tenant's database of that name is (or was) bound to that website."""

    id: str
    tenant: str
    website: str | None
    database: str
    status: str
    server: str | None
    created_at: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Shape:
    """What was found out about the master's tables: which ids are numbers, and whether the server column exists."""

    numeric: frozenset[str]
    has_server_column: bool


class Registry:
    """Reads and writes the platform's own tables, with sessions that the caller opened on the master."""

    def __init__(self, master: Master) -> None:
        self._master = master
        self._platform = master.platform
        self._shape: _Shape | None = None

    @property
    def platform(self) -> Platform:
        return self._platform

    # --- shape ------------------------------------------------------------------------------------------------------

    def ensure(self, session: sa.Connection) -> None:
        """Raise Failed (`not_a_master`) unless the platform's tables and columns are there. Looks once per process."""
        self._seen(session)

    def says_server(self, session: sa.Connection) -> bool:
        """Whether the registry has the optional column that names a tenant's server."""
        return self._seen(session).has_server_column

    def _seen(self, session: sa.Connection) -> _Shape:
        if self._shape is not None:
            return self._shape
        inspector = sa.inspect(session)
        numeric: set[str] = set()
        server_column = False
        for table, columns in self._columns().items():
            try:
                found = {column["name"]: column["type"] for column in inspector.get_columns(table)}
            except sa.exc.NoSuchTableError as error:
                database = self._master.connection.master_database
                raise not_a_master(self._platform, database, f"it has no table {table}") from error
            missing = sorted(column for column in columns if column not in found)
            if missing:
                raise not_a_master(
                    self._platform,
                    self._master.connection.master_database,
                    f"its table {table} has no column {', '.join(missing)}",
                )
            numeric.update(f"{table}.{name}" for name, kind in found.items() if isinstance(kind, sa.Integer))
            registry = self._platform.registry
            if registry is not None and registry.table == table and registry.server in found:
                server_column = True
        self._shape = _Shape(frozenset(numeric), server_column)
        return self._shape

    def _columns(self) -> dict[str, list[str]]:
        tenants = self._platform.tenants
        wanted = {
            tenants.table: [
                tenants.id,
                tenants.name,
                tenants.email,
                tenants.tier,
                tenants.status,
                tenants.created_at,
            ]
        }
        websites = self._platform.websites
        if websites is not None:
            wanted[websites.table] = [
                websites.id,
                websites.tenant,
                websites.name,
                websites.domain,
                websites.is_published,
            ]
        registry = self._platform.registry
        if registry is not None:
            wanted[registry.table] = [
                registry.id,
                registry.tenant,
                registry.website,
                registry.database,
                registry.status,
                registry.created_at,
                registry.deleted_at,
            ]
        return {table: [column for column in columns if column] for table, columns in wanted.items()}

    def bound(self, session: sa.Connection, table: str, column: str, value: str) -> Any:
        """An id as the type of the column it is compared with. Raises NotFound for text that cannot be one."""
        return self._bind(session, table, column, value)

    def _bind(self, session: sa.Connection, table: str, column: str, value: str) -> Any:
        """An id as the column's own type. Raises NotFound for text that cannot be one ("42abc" is not 42)."""
        if f"{table}.{column}" not in self._seen(session).numeric:
            return value
        if not value.isascii() or not value.isdigit() or str(int(value)) != value or int(value) > 2**63 - 1:
            raise NotFound(f"{value!r} is not an id of {table}")
        return int(value)

    # --- tenants ----------------------------------------------------------------------------------------------------

    def tenants(self, session: sa.Connection) -> Iterator[TenantRow]:
        """All tenants, by id, streamed."""
        self.ensure(session)
        for row in session.execute(self._select_tenants().order_by(sa.column(self._platform.tenants.id))):
            yield self._tenant(row)

    def tenant(self, session: sa.Connection, tenant: str) -> TenantRow:
        """One tenant; raises NotFound."""
        word = self._platform.words.tenant
        table = self._platform.tenants
        try:
            wanted = self._bind(session, table.table, table.id, tenant)
        except NotFound:
            raise NotFound(f"There is no {word} {tenant}", hint="`tenant list --search …` finds the id.") from None
        row = session.execute(self._select_tenants().where(sa.column(table.id) == wanted)).first()
        if row is None or str(row.id) != tenant:
            raise NotFound(f"There is no {word} {tenant}", hint="`tenant list --search …` finds the id.")
        return self._tenant(row)

    def lock_tenant(self, session: sa.Connection, tenant: str) -> None:
        """Hold this tenant's row until the transaction ends, so that nobody provisions it beside us."""
        table = self._platform.tenants
        key: sa.ColumnElement[Any] = sa.column(table.id)
        wanted = self._bind(session, table.table, table.id, tenant)
        session.execute(sa.select(key).select_from(sa.table(table.table)).where(key == wanted).with_for_update())

    def set_tier(self, session: sa.Connection, tenant: str, tier: str) -> None:
        table = self._platform.tenants
        key = self._bind(session, table.table, table.id, tenant)
        target = sa.table(table.table, sa.column(table.id), sa.column(table.tier))
        session.execute(sa.update(target).where(target.c[table.id] == key).values({table.tier: tier}))

    def _select_tenants(self) -> sa.Select[Any]:
        table = self._platform.tenants
        return sa.select(
            sa.column(table.id).label("id"),
            sa.column(table.name).label("name"),
            _maybe(table.email).label("email"),
            _maybe(table.tier).label("tier"),
            _maybe(table.status).label("status"),
            _maybe(table.created_at).label("created_at"),
        ).select_from(sa.table(table.table))

    def _tenant(self, row: Any) -> TenantRow:
        tier = row.tier or self._platform.tenants.default_tier
        return TenantRow(
            str(row.id),
            row.name or "",
            row.email or "",
            str(tier or ""),
            str(row.status or ""),
            as_time(row.created_at),
        )

    # --- websites ---------------------------------------------------------------------------------------------------

    def websites(self, session: sa.Connection, tenant: str | None = None) -> Iterator[Website]:
        """Websites by id, of one tenant or of all."""
        table = self._platform.websites
        if table is None:
            return
        self.ensure(session)
        query = self._select_websites(table).order_by(sa.column(table.id))
        if tenant is not None:
            query = query.where(sa.column(table.tenant) == self._bind(session, table.table, table.tenant, tenant))
        for row in session.execute(query):
            yield self._website(row)

    def website(self, session: sa.Connection, website: str) -> Website:
        """One website; raises NotFound."""
        table = self.websites_table()
        self.ensure(session)
        word = self._platform.words.website
        try:
            wanted = self._bind(session, table.table, table.id, website)
        except NotFound:
            raise NotFound(f"There is no {word} {website}") from None
        row = session.execute(self._select_websites(table).where(sa.column(table.id) == wanted)).first()
        if row is None or str(row.id) != website:
            raise NotFound(f"There is no {word} {website}")
        return self._website(row)

    def set_published(self, session: sa.Connection, website: Website, is_published: bool) -> bool:
        """Publish or unpublish, only while it is still this tenant's; False when nothing had to change."""
        table = self.websites_table()
        target = sa.table(
            table.table, sa.column(table.id), sa.column(table.tenant), sa.column(table.is_published, sa.Boolean)
        )
        published = target.c[table.is_published]
        answer = session.execute(
            sa.update(target)
            .where(
                target.c[table.id] == self._bind(session, table.table, table.id, website.id),
                target.c[table.tenant] == self._bind(session, table.table, table.tenant, website.tenant),
                sa.or_(published.is_(None), published != sa.literal(is_published, sa.Boolean)),
            )
            .values({table.is_published: is_published})
        )
        return answer.rowcount > 0

    def delete_website(self, session: sa.Connection, website: Website) -> None:
        """Delete exactly this row, only while it is still this tenant's. Raises Failed when it is not any more."""
        table = self.websites_table()
        target = sa.table(table.table, sa.column(table.id), sa.column(table.tenant))
        answer = session.execute(
            sa.delete(target).where(
                target.c[table.id] == self.website_key(session, website.id),
                target.c[table.tenant] == self._bind(session, table.table, table.tenant, website.tenant),
            )
        )
        if answer.rowcount != 1:
            raise Failed(
                f"{self._platform.words.website.capitalize()} {website.id} is gone, or is somebody else's by now",
                code="registry_changed",
                hint="Look at the tenant again. Nothing else was written.",
            )

    def website_key(self, session: sa.Connection, website: str) -> Any:
        """A website's id as its column's own type. Raises NotFound for text that cannot be one."""
        table = self.websites_table()
        return self._bind(session, table.table, table.id, website)

    def websites_table(self) -> WebsiteTable:
        """Where the websites are. Raises Refused where the platform has none."""
        if self._platform.websites is None:
            raise Refused(f"{self._platform.title} has no {self._platform.words.websites}", code="no_websites")
        return self._platform.websites

    def _select_websites(self, table: WebsiteTable) -> sa.Select[Any]:
        return sa.select(
            sa.column(table.id).label("id"),
            sa.column(table.tenant).label("tenant"),
            sa.column(table.name).label("name"),
            _maybe(table.domain).label("domain"),
            _maybe(table.is_published).label("is_published"),
            _maybe(table.created_at).label("created_at"),
        ).select_from(sa.table(table.table))

    def _website(self, row: Any) -> Website:
        return Website(
            str(row.id), str(row.tenant), row.name or "", row.domain, bool(row.is_published), as_time(row.created_at)
        )

    # --- databases --------------------------------------------------------------------------------------------------

    def rows(
        self, session: sa.Connection, tenant: str | None = None, *, database: str | None = None
    ) -> Iterator[RegistryRow]:
        """Registry rows, oldest first, of one tenant or of all; with `database` those alone that name it."""
        table = self._registry_table()
        query = self._select_rows(session, table).order_by(sa.column(table.id))
        if tenant is not None:
            query = query.where(sa.column(table.tenant) == self._bind(session, table.table, table.tenant, tenant))
        if database is not None:
            query = query.where(sa.column(table.database) == database)
        for row in session.execute(query):
            yield self._row(row)

    def row(self, session: sa.Connection, generation: str) -> RegistryRow:
        """One registry row by its id; raises NotFound."""
        table = self._registry_table()
        wanted = self._bind(session, table.table, table.id, generation)
        row = session.execute(self._select_rows(session, table).where(sa.column(table.id) == wanted)).first()
        if row is None:
            raise NotFound(f"{table.table} has no row {generation}")
        return self._row(row)

    def active_rows(self, session: sa.Connection, tenant: str) -> tuple[RegistryRow, ...]:
        """The rows that say this tenant has a live database: none or one, unless the platform broke its own rule."""
        deleted = self._registry_table().deleted
        return tuple(row for row in self.rows(session, tenant) if row.status != deleted)

    def insert_active(
        self, session: sa.Connection, *, tenant: str, website: str | None, database: str, server: str
    ) -> str:
        """Write the row that makes a database live, and return its id. Raises Refused where the tenant has one."""
        table = self._registry_table()
        values: dict[str, Any] = {
            table.tenant: self._bind(session, table.table, table.tenant, tenant),
            table.database: database,
            table.status: table.active,
            table.created_at: naive_utc(now()).replace(microsecond=0),
        }
        if table.website and website is not None:
            values[table.website] = self._bind(session, table.table, table.website, website)
        if self._seen(session).has_server_column:
            values[table.server] = server
        target = sa.table(table.table, *(sa.column(name) for name in (table.id, *values) if name))
        target.c[table.created_at].type = sa.DateTime()
        try:
            session.execute(sa.insert(target).values(values))
        except sa.exc.IntegrityError as error:
            raise Refused(
                f"{self._platform.words.tenant.capitalize()} {tenant} already has an active database",
                code="database_exists",
                hint="Delete it first, or go on with the one there is.",
            ) from error
        rows = [row for row in self.active_rows(session, tenant) if row.database == database]
        if len(rows) != 1:
            raise Failed(f"The registry holds {len(rows)} active rows for {database} after one was written")
        return rows[0].id

    def mark_deleted(self, session: sa.Connection, row: RegistryRow) -> None:
        """Turn exactly this live row into a deleted one, kept for audit. Raises Failed when it is not live any more."""
        table = self._registry_table()
        target = sa.table(
            table.table,
            sa.column(table.id),
            sa.column(table.database),
            sa.column(table.status),
            sa.column(table.deleted_at, sa.DateTime),
        )
        answer = session.execute(
            sa.update(target)
            .where(
                target.c[table.id] == self._bind(session, table.table, table.id, row.id),
                target.c[table.database] == row.database,
                target.c[table.status] != table.deleted,
            )
            .values({table.status: table.deleted, table.deleted_at: naive_utc(now()).replace(microsecond=0)})
        )
        if answer.rowcount != 1:
            raise Failed(
                f"The registry row {row.id} of {row.database} is not live any more; somebody else changed it",
                code="registry_changed",
                hint="Look at the tenant again. Nothing else was written.",
            )

    def _registry_table(self) -> RegistryTable:
        if self._platform.registry is None:
            raise Refused(f"{self._platform.title} keeps no registry of databases", code="no_registry")
        return self._platform.registry

    def _select_rows(self, session: sa.Connection, table: RegistryTable) -> sa.Select[Any]:
        server = table.server if self._seen(session).has_server_column else ""
        return sa.select(
            sa.column(table.id).label("id"),
            sa.column(table.tenant).label("tenant"),
            _maybe(table.website).label("website"),
            sa.column(table.database).label("database"),
            sa.column(table.status).label("status"),
            _maybe(server).label("server"),
            _maybe(table.created_at).label("created_at"),
            _maybe(table.deleted_at).label("deleted_at"),
        ).select_from(sa.table(table.table))

    def _row(self, row: Any) -> RegistryRow:
        return RegistryRow(
            str(row.id), str(row.tenant), as_id(row.website), row.database or "", str(row.status), row.server or None,
            as_time(row.created_at), as_time(row.deleted_at),
        )  # fmt: skip


def _maybe(column: str) -> sa.ColumnElement[Any]:
    """A column by name, or NULL where the platform has none."""
    return sa.column(column) if column else sa.null()
