"""The daily look: samples for everybody, freezing who is over, thawing who has tidied up, telling once."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from pagevoo_console.domain.errors import Busy
from pagevoo_console.domain.quota import UsageSample
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.ticks import TickResult
from pagevoo_console.services.values import now
from tests.services.limited_world import can_insert, empty, fill, limited, with_room
from tests.services.platform_world import World

PATIENCE = 60.0


def tick(world: World, **options: object) -> TickResult:
    return world.console.fleet_tick.run(JobContext(), **options)  # type: ignore[arg-type]


def test_everybody_with_a_database_is_sampled_and_nobody_else(world: World) -> None:
    first, _ = world.provisioned()
    second, _ = world.provisioned("trial")
    world.add_tenant()
    done = tick(world)
    assert (sorted(done.done), done.failed, done.skipped) == (sorted([first, second]), {}, {})
    tick(world, tenants=[first])
    for tenant in (first, second):
        ((_, samples),) = world.console.quotas.history(tenant, now() - timedelta(days=2)).items()
        assert len(samples) == 1
        assert samples[0].used > 0


def test_over_the_limit_is_frozen_told_once_and_thawed_when_the_customer_has_tidied_up(world: World) -> None:
    world, tenant = with_room(world)
    bystander, _ = world.provisioned("trial")
    fill(world, tenant, 8)
    told = tick(world)
    assert (told.frozen, [(one.tenant, one.threshold) for one in told.alerts]) == ([tenant], [(tenant, 100)])
    assert not can_insert(world, tenant)
    assert can_insert(world, bystander)
    again = tick(world)
    assert (again.frozen, again.thawed, again.alerts) == ([], [], [])
    empty(world, tenant)
    deadline = time.monotonic() + PATIENCE
    while tenant not in tick(world).thawed:
        assert time.monotonic() < deadline, world.console.quotas.show(tenant)
        time.sleep(1)
    assert can_insert(world, tenant)
    assert world.console.quota_alerts.open() == ()


def test_a_table_made_after_the_freeze_is_caught_and_what_a_hand_froze_stays(world: World) -> None:
    tenant, _ = world.provisioned()
    world.console.freezes.freeze(world.console.freezes.plan(tenant), JobContext())
    name = world.name(tenant)
    world.write("CREATE TABLE later (id INT)", database=name)
    world.write("INSERT INTO later VALUES (1)", database=name)
    done = tick(world)
    assert (done.done, done.frozen, done.thawed) == ([tenant], [], [])
    with pytest.raises(Exception, match="This database is frozen"):
        world.write("INSERT INTO later VALUES (2)", database=name)


def test_nobody_is_frozen_where_that_is_not_wanted(world: World) -> None:
    world, tenant = with_room(world)
    fill(world, tenant, 8)
    done = tick(world, freezes=False)
    assert (done.frozen, [one.threshold for one in done.alerts]) == ([], [100])
    assert can_insert(world, tenant)


def test_between_the_two_marks_it_neither_freezes_nor_thaws(world: World) -> None:
    world, tenant = with_room(world)
    fill(world, tenant, 8)
    assert tick(world).frozen == [tenant]
    (usage,) = world.console.quotas.show(tenant)
    assert usage.used is not None
    roomier = limited(world, int(usage.used / 0.95))
    assert (tick(roomier).thawed, can_insert(world, tenant)) == ([], False)
    assert tick(limited(world, int(usage.used / 0.85))).thawed == [tenant]


def test_a_missing_database_is_skipped_and_an_unknown_tenant_fails(world: World) -> None:
    tenant, _ = world.provisioned()
    gone, _ = world.add_tenant()
    world.write(
        "INSERT INTO user_databases (user_id, database_name, status) VALUES ({0}, {1}, {2})",
        int(gone), world.name(gone), "active",
    )  # fmt: skip
    done = tick(world, tenants=[tenant, gone, "12345678"])
    assert (done.done, list(done.skipped), list(done.failed)) == ([tenant], [gone], ["12345678"])


def test_one_tick_at_a_time(world: World) -> None:
    world.provisioned()
    began, may_end = threading.Event(), threading.Event()

    class Slow(JobContext):
        def progress(self, title: str, done: int = 0, total: int | None = None, unit: str = "") -> None:
            began.set()
            assert may_end.wait(30)

    first = threading.Thread(target=world.console.fleet_tick.run, args=(Slow(),))
    first.start()
    try:
        assert began.wait(30)
        with pytest.raises(Busy, match="fleet tick"):
            tick(world)
    finally:
        may_end.set()
        first.join(60)
    assert len(tick(world).done) == 1


def test_a_forecast_stands_where_there_are_enough_samples(world: World) -> None:
    tenant, _ = world.provisioned("trial")
    (usage,) = world.console.quotas.show(tenant)
    assert usage.runs_out_at is None
    generation = world.console.tenants.locate(tenant).row.id
    for age in range(10, -1, -1):
        moment = now() - timedelta(days=age)
        with world.console.master.writing() as master:
            world.console.usage_samples.record(
                master, [UsageSample(tenant, generation, "database_size", moment, 40_000_000 - age * 1_000_000, None)]
            )
    (usage,) = world.console.quotas.show(tenant)
    assert usage.forecast is not None
    assert usage.forecast.likely == pytest.approx(10, abs=0.2)
    ahead = world.console.quotas.forecasts({tenant: (generation, 50_000_000)})
    assert ahead[tenant, "database_size"].likely == pytest.approx(10, abs=0.2)
