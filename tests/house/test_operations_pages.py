"""Every kind of operation has its page, and every step of it stands there, in order, as the code has it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pagevoo_console.domain.finding import RepairAction
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.services.finding_making import at_once, retirement
from pagevoo_console.services.operations import Procedure
from tests.masters import SqliteFolder
from tests.services.platform_world import folders_in, make_world

PAGES = Path(__file__).parents[2] / "docs" / "operations"
INDEX = PAGES / "index.md"
NAMED = re.compile(r"^(disable|enable|mend):(shop)$")
_DATABASE = {"database": "d", "backup": True, "rehearse": True, "features": ["shop"], "title": "Shop"}
_DELETION = {"database": "d", "website": "1", "missing": False, "no_backup": False}
_CREATION = {"database": "d", "server": "s"}
_RESTORE = {"database": "d", "mode": "replace"}

FULLEST: dict[OperationKind, dict[str, Any]] = {
    OperationKind.CREATE: _CREATION,
    OperationKind.DELETE: _DELETION | {"grace_days": 0},
    OperationKind.SWITCH: {"old": _DELETION | {"grace_days": 0}, "new": _CREATION},
    OperationKind.UNDELETE: {"database": "d", "trash": "t"},
    OperationKind.PURGE: {"trash": "t"},
    OperationKind.TIER: {"titles": {"shop": "Shop"}, "disable": ["shop"], "enable": ["shop"]},
    OperationKind.INSTALL: _DATABASE,
    OperationKind.UPGRADE: _DATABASE,
    OperationKind.DISABLE: {"title": "Shop", "features": ["shop"]},
    OperationKind.ENABLE: {"title": "Shop", "features": ["shop"]},
    OperationKind.UNINSTALL: _DATABASE | {"tables": ["shop_orders"], "rehearse": False},
    OperationKind.MEND: _DATABASE | {"rehearse": False},
    OperationKind.ADOPT: _DATABASE | {"mends": True, "rehearse": False},
    OperationKind.RESTORE: _RESTORE,
    OperationKind.RESTORE_PART: {"database": "d", "table": "t", "rows": []},
    OperationKind.IMPORT: _RESTORE,
    OperationKind.ENFORCE: {},
    OperationKind.RELEASE: {"compacts": True, "thaws": True},
    OperationKind.CREATE_ACCOUNT: {"account": "a", "database": "d"},
    OperationKind.REMOVE_ACCOUNT: {"account": "a"},
}
"""For each kind a plan that has all of its steps. Those of a repair are in its plan, and looked at alone."""


@pytest.fixture(scope="module")
def procedures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Procedure]:
    """What the console carries out, by kind."""
    folder = tmp_path_factory.mktemp("operations")
    world = make_world(SqliteFolder(lambda: folder).make_master(), folders_in(folder), initialise=False)
    found: dict[str, Procedure] = vars(world.console.operations)["_procedures"]
    return found


def indexed() -> dict[str, Path]:
    """The page of each kind, as the index says."""
    rows = re.findall(r"^\| `([a-z_.]+)` \| \[[^\]]+\]\(([a-z-]+\.md)\) \|$", INDEX.read_text(encoding="utf-8"), re.M)
    return {kind: PAGES / page for kind, page in rows}


def chapter(kind: OperationKind) -> str:
    """What a kind's page says of it: from the heading that names it to the next one that names another."""
    parts = re.split(r"^(#+ .*`[a-z_.]+`.*)$", indexed()[kind.value].read_text(encoding="utf-8"), flags=re.MULTILINE)
    (place,) = [number for number, part in enumerate(parts) if part.startswith("#") and f"`{kind.value}`" in part]
    return parts[place + 1]


def steps_on(text: str) -> list[str]:
    """The steps that the tables of a chapter tell of, in order; the end that all have is left out."""
    cells = [re.match(r"^\| `([a-z:A-Z]+)` \|", line) for line in text.splitlines()]
    return [cell[1] for cell in cells if cell is not None and cell[1] != "finish"]


def as_written(step: Step) -> str:
    """A step's name as a page has it: one that is made for each feature stands for all of them."""
    return NAMED.sub(r"\1:NAME", step.name)


def test_every_kind_of_operation_has_its_page_and_every_page_is_in_the_index(procedures: dict[str, Procedure]) -> None:
    kinds = {kind.value for kind in OperationKind}
    assert set(indexed()) == kinds == set(procedures)
    assert {page.name for page in indexed().values()} | {INDEX.name} == {page.name for page in PAGES.glob("*.md")}
    assert all(chapter(kind) for kind in OperationKind)


@pytest.mark.parametrize("kind", FULLEST, ids=str)
def test_every_step_stands_on_the_page_in_its_order(kind: OperationKind, procedures: dict[str, Procedure]) -> None:
    steps = [as_written(step) for step in procedures[kind].steps(FULLEST[kind])]
    beside = [] if kind not in (OperationKind.DELETE, OperationKind.SWITCH) else _with_grace(kind, procedures[kind])

    told = steps_on(chapter(kind))

    assert told == list(dict.fromkeys([*beside, *steps]))


def _with_grace(kind: OperationKind, procedure: Procedure) -> list[str]:
    """A deletion with a grace period, too: it has no drop."""
    plan = _DELETION | {"grace_days": 7}
    steps = procedure.steps(plan if kind is OperationKind.DELETE else {"old": plan, "new": _CREATION})
    names = [step.name for step in steps]
    return names[: names.index("old:compare") + 1] if kind is OperationKind.SWITCH else names


def test_what_was_replaced_comes_back_in_the_steps_that_its_page_draws(procedures: dict[str, Procedure]) -> None:
    plan = FULLEST[OperationKind.UNDELETE] | {"is_replaced": True, "grace_days": 7, "mode": "replace"}
    steps = [step.name for step in procedures[OperationKind.UNDELETE].steps(plan)]

    assert " ─▶ ".join([*steps, "finish"]) in chapter(OperationKind.UNDELETE)


def test_only_repairs_keep_their_steps_in_their_plan() -> None:
    assert set(OperationKind) - set(FULLEST) == {OperationKind.REPAIR}


def test_every_repair_and_each_of_its_steps_stand_on_their_page() -> None:
    text = chapter(OperationKind.REPAIR)
    rows = dict(re.findall(r"^\| (`[a-z_]+`[^|]*) \| (`recheck`[^|]*|none[^|]*) \|$", text, re.M))
    actions = {action.value: None for action in RepairAction}
    removed = retirement("d", None, "1", generation="", changes=[])

    assert {name.partition("`")[2].partition("`")[0] for name in rows} == set(actions)
    told = {name: re.findall(r"`([a-z]+)`", steps) for name, steps in rows.items()}
    assert told["`retire`"] == [step.name for step in removed.steps]
    assert told["`retire`, `--grace 0`"] == [step.name for step in at_once(removed, "d").steps]
    performed = re.findall(r'"([a-z]+)"', _cases())
    assert set(steps_on(text)) - set(actions) | {"adopt"} == set(performed)
    assert {step for steps in told.values() for step in steps} == set(performed)


def _cases() -> str:
    """What a repair knows how to carry out, as its code has it."""
    source = Path(__file__).parents[2] / "pagevoo_console" / "services" / "finding_repairs.py"
    code = source.read_text(encoding="utf-8")
    body = code[code.index("def perform(") : code.index("def finish(")]
    return "\n".join(line for line in body.splitlines() if line.strip().startswith("case "))
