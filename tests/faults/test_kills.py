"""Killed wherever it can be killed, each gesture ends where it should when it is gone on with."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from tests.faults.backup_gestures import BACKUP_GESTURES
from tests.faults.feature_gestures import FEATURE_GESTURES
from tests.faults.gestures import GESTURES, Gesture
from tests.faults.import_gestures import IMPORT_GESTURES
from tests.faults.killing import killed_after, killed_at
from tests.faults.repair_gestures import REPAIR_GESTURES
from tests.faults.trash_gestures import TRASH_GESTURES
from tests.faults.website_gestures import WEBSITE_GESTURES
from tests.masters import ENGINES
from tests.services.platform_world import World

pytestmark = pytest.mark.timeout(900)

LONGEST = 1.5
"""Seconds after which the latest of the random kills comes."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All kills of a gesture follow each other on one tenant; with `--alone` each is a test on a tenant of its own."""
    is_alone = metafunc.config.getoption("alone")
    kills = metafunc.config.getoption("kills")
    about = "failpoints" if "failpoints" in metafunc.fixturenames else "seeds"
    cases = []
    for engine in ENGINES:
        for gesture in (
            *GESTURES,
            *BACKUP_GESTURES,
            *WEBSITE_GESTURES,
            *FEATURE_GESTURES,
            *REPAIR_GESTURES,
            *TRASH_GESTURES,
            *IMPORT_GESTURES,
        ):
            every: Sequence[object] = (
                gesture.failpoints if about == "failpoints" else range(kills or gesture.random_kills)
            )
            for some in [(one,) for one in every] if is_alone else [tuple(every)]:
                name = "-".join((engine, gesture.__name__, *(str(one) for one in some if is_alone)))
                if engine in gesture.engines and some:
                    cases.append(pytest.param(engine, gesture, some, id=name))
    metafunc.parametrize(("lasting_world", "gesture", about), cases, indirect=["lasting_world"], scope="module")


def test_fault_1_2_3_4_5_6_13_seed_s1_a_gesture_killed_at_its_failpoints_converges(
    lasting_world: World, gesture: type[Gesture], failpoints: tuple[str, ...]
) -> None:
    """Each kill hits what goes on after the one before; for a failpoint that lies behind, it is begun anew."""
    scene = gesture(lasting_world)
    work = scene.work
    for failpoint in failpoints:
        if not killed_at(failpoint, work):
            scene.finish()
            scene = gesture(lasting_world)
            assert killed_at(failpoint, scene.work), f"{failpoint} was never reached"
        scene.check_between()
        work = scene.go_on_once_free
    scene.finish()


def test_fault_1_2_3_4_5_a_gesture_killed_at_any_moment_converges(
    lasting_world: World, gesture: type[Gesture], seeds: tuple[int, ...]
) -> None:
    scene = gesture(lasting_world)
    work = scene.work
    for number, seed in enumerate(seeds, 1):
        if killed_after(random.Random(seed).uniform(0.01, LONGEST), work):
            work = scene.go_on_once_free
        elif number < len(seeds):
            scene.finish()
            scene = gesture(lasting_world)
            work = scene.work
    scene.finish()
