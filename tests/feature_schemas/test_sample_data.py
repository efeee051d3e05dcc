"""What the demo puts into each feature's tables fits them on every engine, and comes back whole from a backup."""

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.faults import HOSTILE_NAMES
from pagevoo_console.demo.population import Customer, draw_customers
from pagevoo_console.demo.rows import Rows
from pagevoo_console.demo.tenant_files import FILLERS
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import Lineages
from tests.feature_schemas.databases import FEATURES, opened
from tests.masters import EngineServer, MasterHandle
from tests.services.platform_world import folders_in, make_world

SINCE, UNTIL = datetime(2025, 9, 1), datetime(2026, 3, 14)


@pytest.fixture(scope="module")
def lineages() -> Lineages:
    return Lineages()


@pytest.fixture(scope="module")
def somebody(lineages: Lineages) -> Customer:
    """The demo's first customer, who has every feature."""
    tiers_of = {name: lineages.get(name).tiers for name in FEATURES}
    return replace(next(draw_customers(7, 5, UNTIL.date(), tiers_of)), activity=0.9)


def drawn(feature: str, who: Customer, seed: int = 1) -> list[Rows]:
    return list(FILLERS[feature](Dice(f"{feature}:{seed}"), who, SINCE, UNTIL))


def harmful() -> Rows:
    """A file of each name that does harm where it is not treated as data."""
    return Rows(
        "hosted_files",
        ("id", "name", "storage_key", "public_token"),
        [
            (number, name, f"harmful/{number}", f"{number}")
            for number, name in enumerate(HOSTILE_NAMES.values(), 10_000)
        ],
    )


def converted(value: Any, column: sa.Column[Any]) -> Any:
    """A value that SQLite would store, as SQLAlchemy takes it for any engine."""
    if value is None:
        return None
    match column.type:
        case sa.JSON():
            return json.loads(value)
        case sa.Boolean():
            return bool(value)
        case sa.DateTime():
            return datetime.fromisoformat(value)
        case sa.Date():
            return date.fromisoformat(value)
    return value


def insert(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    columns = [table.columns[name] for name in rows.columns]
    if rows.values:
        connection.execute(
            sa.insert(table),
            [
                {column.name: converted(value, column) for column, value in zip(columns, row, strict=True)}
                for row in rows.values
            ],
        )


def test_every_feature_has_sample_data_for_each_of_its_tables(lineages: Lineages, somebody: Customer) -> None:
    left_empty = {"shop_product_images", "shop_product_variants"}
    for name in FEATURES:
        filled = {rows.table for rows in drawn(name, somebody) if rows.values}
        assert filled == set(lineages.get(name).tables) - left_empty, name


def test_sample_data_is_the_same_every_time_and_holds_what_hurts(somebody: Customer) -> None:
    for name in FEATURES:
        assert drawn(name, somebody) == drawn(name, somebody)
    many = repr([[rows.values for rows in drawn(name, somebody, seed)] for name in FEATURES for seed in range(8)])
    for harm in HOSTILE_NAMES.values():
        assert repr(harm) in many, harm


def test_members_that_other_features_know_by_number_are_members(somebody: Customer, lineages: Lineages) -> None:
    (members,) = [
        {row[0] for row in rows.values} for rows in drawn("user_access", somebody) if rows.table == "website_users"
    ]
    for name in FEATURES:
        for rows in drawn(name, somebody):
            for place, column in enumerate(rows.columns):
                target = lineages.metadata(name).tables[rows.table].columns[column].info.get("soft_reference")
                if target == "website_users.id":
                    assert {row[place] for row in rows.values} - {None} <= members, f"{rows.table}.{column}"


def test_sample_data_of_all_features_comes_back_whole_from_a_backup(
    engine_server: EngineServer, lineages: Lineages, somebody: Customer, pagevoo_home: Path
) -> None:
    world = make_world(engine_server.make_master(), folders_in(pagevoo_home))
    tenant, _ = world.provisioned()
    features = world.console.features
    features.install(features.plan_install(tenant, list(FEATURES)), JobContext())
    written: dict[str, int] = {}
    with opened(beside(world.master, world.name(tenant))) as connection:
        for name in FEATURES:
            for rows in (*drawn(name, somebody), *([harmful()] if name == "file_hoster" else [])):
                insert(connection, lineages.metadata(name).tables[rows.table], rows)
                written[rows.table] = written.get(rows.table, 0) + len(rows.values)

    backup = world.console.backups.create(tenant, JobContext())
    verdict = world.console.backups.verify(backup, JobContext())

    assert verdict.ok, verdict
    assert {table.name: table.rows for table in verdict.tables if written.get(table.name)} == {
        table: rows for table, rows in written.items() if rows
    }
    assert all(table.matches for table in verdict.tables)
    assert features.drift(tenant) == ()


def beside(master: MasterHandle, database: str) -> MasterHandle:
    """Another database of the same server."""
    url = sa.make_url(master.url)
    path = str((master.directory or Path()) / f"{database}.db") if master.engine == "sqlite" else database
    return MasterHandle(
        master.engine, database, url.set(database=path).render_as_string(hide_password=False), master.password,
        master.directory, master.server, master.connect,
    )  # fmt: skip
