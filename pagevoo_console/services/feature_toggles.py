"""Switching an installed feature off and on: one row, its data stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.feature import DisabledBy, Feature, FeatureState
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.services.feature_rows import active_features, disable_in, enable_in, not_installed
from pagevoo_console.services.feature_states import ensure_in_tier
from pagevoo_console.services.feature_work import FeatureWork, Rooms
from pagevoo_console.services.operations import Run
from pagevoo_console.services.tenants import Located

DISABLE = OperationKind.DISABLE.value
ENABLE = OperationKind.ENABLE.value


@dataclass(frozen=True, slots=True)
class TogglePlan:
    """What switching would do; no steps where the feature is as wanted already."""

    tenant: str
    database: str
    generation: str
    name: str
    title: str
    by: DisabledBy
    turns_on: bool
    steps: tuple[Step, ...]

    def as_data(self) -> dict[str, Any]:
        return {"features": [self.name], "generation": self.generation, "title": self.title, "by": self.by.value}


class FeatureDisabling(FeatureWork):
    kind = DISABLE

    def own_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return (Step("switch", f"Switch {plan['title']} off; its data stays"),)

    def change(self, step: str, run: Run, located: Located, session: sa.Connection) -> None:
        disable_in(session, located.engine, run.plan["features"][0], DisabledBy(run.plan["by"]))


class FeatureEnabling(FeatureWork):
    kind = ENABLE

    def own_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return (Step("switch", f"Switch {plan['title']} on"),)

    def change(self, step: str, run: Run, located: Located, session: sa.Connection) -> None:
        enable_in(session, located.engine, run.plan["features"][0])


class TogglePlans:
    """Plans both. Reads only."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self.disabling = FeatureDisabling(rooms)
        self.enabling = FeatureEnabling(rooms)

    def plan(self, located: Located, name: str, by: DisabledBy, *, turns_on: bool) -> TogglePlan:
        self._rooms.states.known(name)
        with self._rooms.connections.open(located.server, located.database.name) as session:
            found = {feature.name: feature for feature in self._rooms.states.states(session, located)}[name]
            is_installed = found.state is not FeatureState.AVAILABLE and name in active_features(session)
            is_on = is_installed and active_features(session)[name]
        if not is_installed:
            raise not_installed(name)
        if turns_on:
            ensure_in_tier([found], located.tenant.tier)
        plan = TogglePlan(located.tenant.id, located.database.name, located.row.id, name, found.title, by, turns_on, ())
        procedure = self.enabling if turns_on else self.disabling
        steps = procedure.steps(plan.as_data()) if _has_to_act(found, by, is_on=is_on, turns_on=turns_on) else ()
        return TogglePlan(
            plan.tenant, plan.database, plan.generation, name, found.title, by, turns_on, steps
        )  # fmt: skip


def _has_to_act(feature: Feature, by: DisabledBy, *, is_on: bool, turns_on: bool) -> bool:
    if turns_on:
        return not is_on
    return is_on or (by is DisabledBy.USER and feature.disabled_by is not DisabledBy.USER)
