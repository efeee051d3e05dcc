"""Killed at every place where it can be killed, each gesture ends where it should when it is gone on with."""

from __future__ import annotations

import random

import pytest

from tests.faults.gestures import GESTURES, Gesture
from tests.faults.killing import killed_after, killed_at
from tests.faults.website_gestures import WEBSITE_GESTURES
from tests.services.platform_world import World

ALL_GESTURES = (*GESTURES, *WEBSITE_GESTURES)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """As many random kills as were asked for on the command line, each with a seed of its own."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("kills")))


@pytest.mark.parametrize(
    ("gesture", "failpoint"),
    [
        pytest.param(gesture, failpoint, id=f"{gesture.__name__}-{failpoint}")
        for gesture in ALL_GESTURES
        for failpoint in gesture.failpoints
    ],
)
def test_a_gesture_killed_at_a_failpoint_converges(
    lasting_world: World, gesture: type[Gesture], failpoint: str
) -> None:
    scene = gesture(lasting_world)
    assert killed_at(failpoint, scene.work), f"{failpoint} was never reached"
    scene.finish()


@pytest.mark.parametrize("gesture", ALL_GESTURES, ids=lambda gesture: gesture.__name__)
def test_a_gesture_killed_at_any_moment_converges(lasting_world: World, gesture: type[Gesture], seed: int) -> None:
    scene = gesture(lasting_world)
    killed_after(random.Random(seed).uniform(0.01, 1.5), scene.work)
    scene.finish()
