"""Findings in the registry's keys. They are told with their statement and left to the platform, whose table it is.

`UNIQUE (user_id, status)`, which MySQL takes for the partial index that it does not have, makes a tenant's second
deletion fail; without any key two consoles, or the platform's own code, can make two databases live for one tenant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.finding import Finding, FindingKind, Remedy, RepairAction
from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.platform import RegistryTable
from pagevoo_console.services.finding_making import found
from pagevoo_console.services.master import Master

LIVE_KEY = "live_user"


def index_findings(master: Master) -> Iterator[Finding]:
    """Reads the definition of the registry's table. Nothing where the platform allows several databases a tenant."""
    table = master.platform.registry
    if table is None or not master.platform.lifecycle.one_database_per_tenant:
        return
    with master.reading() as session:
        inspector = sa.inspect(session)
        columns = inspector.get_columns(table.table)
        keys = [*inspector.get_indexes(table.table), *inspector.get_unique_constraints(table.table)]
    unique: list[dict[str, Any]] = [dict(key) for key in keys if key.get("unique", True)]
    wrong = {str(key["name"]) for key in unique if set(key["column_names"]) == {table.tenant, table.status}}
    computed = {column["name"] for column in columns if column.get("computed")}
    is_guarded = any(_guards(key, table, computed) for key in unique)
    if not wrong and is_guarded:
        return
    administration = master.engine.administration
    statements = [administration.drop_key_statement(table.table, name) for name in sorted(wrong)]
    if not is_guarded:
        statements += [
            administration.guard_statement(
                table.table, f"{table.table}_{LIVE_KEY}", LIVE_KEY, table.tenant, table.status, table.deleted
            )
        ]
    which = f"has a unique key over {table.tenant} and {table.status}" if wrong else "has no key over its live rows"
    why = "the second deletion of a tenant fails on it" if wrong else "two databases can be live for one tenant"
    yield found(
        FindingKind.WRONG_INDEX, table.table, tenant=None, database=master.connection.master_database,
        server=master.connection.servers[0].name,
        evidence=f"The registry's table {table.table} {which}.",
        risk=f"By the platform's own code {why}; the console keeps the rule by its own log in any case.",
        repair=Remedy(
            RepairAction.BY_HAND, "Let whoever keeps the platform's tables run these statements",
            tuple(Step(f"statement-{number}", statement) for number, statement in enumerate(statements, 1)), {},
        ),
    )  # fmt: skip


def _guards(key: dict[str, Any], table: RegistryTable, computed: set[str]) -> bool:
    """One live row a tenant: a key over a generated column, or over the tenant where a condition picks rows."""
    columns = list(key["column_names"])
    options = key.get("dialect_options") or {}
    is_partial = any(name.endswith("_where") and value is not None for name, value in options.items())
    return (len(columns) == 1 and columns[0] in computed) or (columns == [table.tenant] and is_partial)
