"""The words of the audit trail and of operations: what was done, and how it ended."""

from __future__ import annotations

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.operation import Operation, OperationState
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.tokens import Tone

ACTIONS = {
    "database.create": "Create database",
    "database.delete": "Delete database",
    "database.switch": "Switch website",
    "database.undelete": "Undelete database",
    "database.purge": "Purge database",
    "tenant.tier": "Change tier",
    "database.check": "Test connection",
    "connection.failed": "Connection lost",
    "connection.restored": "Connection back",
    "website.publish": "Publish website",
    "website.unpublish": "Unpublish website",
    "website.delete": "Delete website",
    "feature.install": "Install features",
    "feature.upgrade": "Upgrade features",
    "feature.disable": "Disable feature",
    "feature.enable": "Enable feature",
    "feature.uninstall": "Uninstall feature",
    "feature.repair": "Repair features",
    "feature.adopt": "Adopt feature",
    "operation.take_over": "Take over",
    "backup.create": "Back up",
    "backup.verify": "Verify backup",
    "backup.restore": "Restore backup",
    "backup.restore_part": "Restore table",
    "backup.import": "Import dump",
    "backup.prune": "Remove backups",
    "tenant.export": "Export",
    "quota.enforce": "Freeze",
    "quota.release": "Release",
    "quota.alert": "Limit crossed",
    "fleet.tick": "Daily look",
    "fleet.repair": "Repair",
    "fleet.backup": "Back everybody up",
    "fleet.verify": "Verify everybody's backup",
    "account.create": "Create account",
    "account.remove": "Remove account",
    "sql.read": "Look at rows",
}
_OUTCOMES: dict[Outcome, tuple[str, Tone, str]] = {
    Outcome.INTENT: ("begun", Tone.NEUTRAL, "hourglass"),
    Outcome.DONE: ("done", Tone.GOOD, "circle-check"),
    Outcome.FAILED: ("failed", Tone.DANGER, "circle-x"),
    Outcome.REFUSED: ("refused", Tone.WARNING, "ban"),
    Outcome.CANCELLED: ("cancelled", Tone.NEUTRAL, "circle-stop"),
    Outcome.UNKNOWN: ("outcome unknown", Tone.WARNING, "circle-question-mark"),
}
_STATES: dict[OperationState, tuple[str, Tone, str]] = {
    OperationState.RUNNING: ("Running", Tone.ACCENT, "circle-play"),
    OperationState.INTERRUPTED: ("Interrupted", Tone.WARNING, "triangle-alert"),
    OperationState.FAILED: ("Failed", Tone.DANGER, "circle-x"),
    OperationState.DONE: ("Done", Tone.GOOD, "circle-check"),
    OperationState.ABANDONED: ("Abandoned", Tone.NEUTRAL, "undo-2"),
}


def action_word(action: str) -> str:
    """The action in words; one that we have no words for, such as an older console's, as it was written."""
    return translate("trail", ACTIONS[action]) if action in ACTIONS else action


def outcome_badge(outcome: Outcome) -> Badge:
    """How it ended."""
    word, tone, icon = _OUTCOMES[outcome]
    return Badge(translate("trail", word), tone, icon)


def operation_badge(state: OperationState) -> Badge:
    """Where an operation stands."""
    word, tone, icon = _STATES[state]
    return Badge(translate("trail", word), tone, icon)


def step_title(operation: Operation) -> str:
    """The step an operation is at, as people read it; a dash before the first one."""
    titles = {step.name: step.title for step in operation.steps}
    return titles.get(operation.step or "", operation.step or "–")
