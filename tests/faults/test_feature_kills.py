"""Killed at every place where it can be killed, each change of features converges when it is gone on with."""

from __future__ import annotations

import random

import pytest

from tests.faults.feature_gestures import FEATURE_GESTURES, FeatureGesture
from tests.faults.killing import killed_after, killed_at
from tests.services.platform_world import World


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """As many random kills as were asked for on the command line, each with a seed of its own."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("kills")))


@pytest.mark.parametrize(
    ("gesture", "failpoint"),
    [
        pytest.param(gesture, failpoint, id=f"{gesture.__name__}-{failpoint}")
        for gesture in FEATURE_GESTURES
        for failpoint in gesture.failpoints
    ],
)
def test_a_change_of_features_killed_at_a_failpoint_converges(
    lasting_world: World, gesture: type[FeatureGesture], failpoint: str
) -> None:
    scene = gesture(lasting_world)
    assert killed_at(failpoint, scene.work), f"{failpoint} was never reached"
    scene.finish()


@pytest.mark.parametrize("gesture", FEATURE_GESTURES, ids=lambda gesture: gesture.__name__)
def test_a_change_of_features_killed_at_any_moment_converges(
    lasting_world: World, gesture: type[FeatureGesture], seed: int
) -> None:
    scene = gesture(lasting_world)
    killed_after(random.Random(seed).uniform(0.01, 1.0), scene.work)
    scene.finish()
