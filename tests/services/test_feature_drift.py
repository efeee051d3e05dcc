"""How often tables are compared: once for each schema that is as it should be, whoever has it, on each engine."""

from __future__ import annotations

import time

from tests.services.platform_world import World
from tests.services.test_features import install


def measured(world: World, tenant: str) -> tuple[list[str], float]:
    """The kinds of what differs, and the processor time that it took to know."""
    began = time.process_time()
    kinds = [one.kind for one in world.console.features.drift(tenant)]
    return kinds, time.process_time() - began


def test_a_schema_that_was_found_clean_is_compared_again_only_when_it_has_changed(world: World) -> None:
    first, second = world.provisioned()[0], world.provisioned()[0]
    for tenant in (first, second):
        install(world, tenant, "blog")
    kinds, compared = measured(world, first)
    assert kinds == []
    for tenant in (first, second):
        kinds, known = measured(world, tenant)
        assert kinds == []
        assert known < compared / 2
    database = world.name(second)
    world.write("ALTER TABLE blog_tags ADD COLUMN colour VARCHAR(20)", database=database)
    assert measured(world, second)[0] == ["extra_column"]
    assert measured(world, first)[0] == []
    world.write("ALTER TABLE blog_tags DROP COLUMN colour", database=database)
    assert measured(world, second)[0] == []
    world.write("DELETE FROM installed_features WHERE feature_type = {0}", "blog", database=database)
    assert measured(world, second)[0] == ["missing_row"]
    assert measured(world, first)[0] == []
