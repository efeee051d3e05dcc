"""What a tenant's activity tells of the trail."""

from pagevoo_console.domain.audit import AuditEvent, Outcome
from pagevoo_console.ui.tenants.activity_panel import told


def event(seq: int, outcome: Outcome, action: str = "backup.create") -> AuditEvent:
    return AuditEvent(
        seq, "2026-01-15T10:00:00", "me", "here", action, "1", "db", outcome, None, None, None, None, "1", "", ""
    )


def test_an_intent_is_told_only_while_nobody_saw_its_end() -> None:
    done, begun = event(2, Outcome.DONE), event(1, Outcome.INTENT)
    alone = event(3, Outcome.INTENT, "database.delete")

    assert told((alone, done, begun)) == [alone, done]


def test_an_intent_before_something_else_is_still_told() -> None:
    other, begun = event(2, Outcome.DONE, "sql.read"), event(1, Outcome.INTENT)

    assert told((other, begun)) == [other, begun]
