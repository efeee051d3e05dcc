"""What a deletion's plan says, in words and figures: shared by the rooms in which a database comes to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.deletion import DeletionPlan
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Ground, column, row
from pagevoo_console.ui.kit.tokens import Space, Text

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console

TOLERATED_FRACTION = 0.01


def figures(plan: DeletionPlan) -> QWidget:
    """How much there is to lose: tables, rows, bytes, and who is using it."""
    return figures_of(plan.tables, rows_of(plan), plan.size_bytes, plan.sessions)


def figures_of(tables: int, rows: str, size_bytes: int | None, sessions: int) -> QWidget:
    """The same of whatever has so much to lose; `rows` in words."""
    return row(
        (_figure(format.count(tables), translate("delete", "tables")), 1),
        (_figure(rows, translate("delete", "rows")), 1),
        (_figure(format.size(size_bytes), translate("delete", "on disk")), 1),
        (_figure(format.count(sessions), translate("delete", "live sessions")), 1),
        spacing=Space.S + Space.XS,
    )


def holds(plan: DeletionPlan) -> str:
    """The same in a line."""
    rows = translate("delete", "{count} rows").format(count=rows_of(plan))
    return f"{format.tables(plan.tables)}, {rows}, {format.size(plan.size_bytes)}"


def who_and_where(console: Console, plan: DeletionPlan) -> tuple[tuple[str, str], ...]:
    """Whose database it is, what it is called and where it lives."""
    return (
        (f"{console.platform.words.tenant.capitalize()} {plan.request.tenant}", plan.tenant_name),
        *(((translate("delete", "E-mail"), plan.tenant_email),) if plan.tenant_email else ()),
        (translate("delete", "Database"), plan.database.name),
        (
            translate("delete", "Server"),
            f"{plan.database.server} · {format.engine(plan.database.engine)} · {plan.server_address}",
        ),
    )


def offline(websites: tuple[Website, ...]) -> str:
    """The websites that the world will not see any more, by their domains."""
    published = [site.domain or site.name for site in websites if site.is_published]
    return ", ".join(published) if published else translate("delete", "Nothing that is published")


def rows_of(plan: DeletionPlan) -> str:
    """The rows as they were counted, or about how many where they were not."""
    return rows_in(plan.rows, is_exact=plan.radius.rows_exact)


def rows_in(rows: int, *, is_exact: bool) -> str:
    """So many rows, or about so many."""
    return format.count(rows) if is_exact else about(rows)


def about(rows: int) -> str:
    """Rows are the server's estimate."""
    return f"≈{format.FIXED}{format.count(rows)}" if rows else format.count(rows)


def is_missing(plan: DeletionPlan) -> bool:
    """Whether there is a registry row and no database any more."""
    return all(step.name != "quiesce" for step in plan.steps)


def what_changed(reviewed: DeletionPlan, now: DeletionPlan) -> str:
    """How the plan differs from the one that was read, in a sentence; empty where it is the same for its reader.

    Rows are estimates, and a live website writes all the time: one part in a hundred is no news.
    """
    if (reviewed.database.generation, reviewed.database.name) != (now.database.generation, now.database.name):
        what = translate("delete", "it was deleted and created anew")
    elif reviewed.tables != now.tables:
        what = translate("delete", "{now} tables instead of {before}").format(
            now=format.count(now.tables), before=format.count(reviewed.tables)
        )
    elif abs(reviewed.rows - now.rows) > TOLERATED_FRACTION * reviewed.rows:
        what = translate("delete", "{now} rows instead of {before}").format(
            now=format.count(now.rows), before=format.count(reviewed.rows)
        )
    elif (reviewed.steps, reviewed.websites_unpublished) != (now.steps, now.websites_unpublished):
        what = translate("delete", "other steps are needed")
    else:
        return ""
    sentence = translate("delete", "The database has changed since you looked: {what}. Please confirm again.")
    return sentence.format(what=what)


def _figure(value: str, name: str) -> QWidget:
    """A large figure over its name."""
    made = column(
        plain_label(value, Text.TITLE),
        plain_label(name, muted=True, wrap=True),
        spacing=0,
        margins=(Space.M, Space.S + Space.XS, Space.M, Space.S + Space.XS),
        ground=Ground.CARD,
    )
    made.setAccessibleName(f"{value} {name}")
    return made
