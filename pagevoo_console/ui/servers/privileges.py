"""What the console may do on a server, what it lacks, and the statement that gives it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.health import ServerHealth
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.breaking_text import BreakingText
from pagevoo_console.ui.kit.controls import copy_button
from pagevoo_console.ui.kit.flow import FlowLayout
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import Ground, column, row, section_title
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

_WORDS = {
    "create_database": "Create databases",
    "drop_database": "Drop databases",
    "create_user": "Create accounts",
    "end_sessions": "End sessions",
    "read_sizes": "Read sizes",
}


def privileges(found: ServerHealth) -> QWidget:
    """A badge for each, and where something is missing what to run to have it."""
    inside = QWidget()
    flow = FlowLayout(inside, Space.S)
    for name, has in found.privileges.items():
        flow.addWidget(BadgeView(_badge(name, has)))
    parts: list[QWidget] = [section_title(translate("servers", "What the console may do here"))]
    if found.privileges:
        parts.append(inside)
    if found.missing_privileges:
        parts.append(_missing(found))
    return column(*parts, spacing=Space.S)


def privilege_word(name: str) -> str:
    """A privilege as people say it; one that we have no words for as the engine names it."""
    return translate("servers", _WORDS.get(name, name.replace("_", " ").capitalize()))


def _badge(name: str, has: bool) -> Badge:
    if has:
        return Badge(privilege_word(name), Tone.GOOD, "check", is_quiet=True)
    return Badge(privilege_word(name), Tone.DANGER, "x")


def _missing(found: ServerHealth) -> QWidget:
    title = translate("servers", "Our account lacks: {names}").format(names=", ".join(found.missing_privileges))
    text = translate("servers", "What needs them is refused until whoever may has run this:")
    told = banner(Message(MessageKind.WARNING, title, text if found.grant_statement else ""))
    if not found.grant_statement:
        return told
    statement = found.grant_statement
    shown = BreakingText(statement)
    shown.setObjectName("grantText")
    shown.setFont(theme.mono_font())
    name = translate("servers", "Statement that gives what is missing")
    shown.setAccessibleName(name)
    copy = copy_button(lambda: statement, translate("servers", "statement"))
    line = row((shown, 1), column(copy, None), margins=(Space.S + Space.XS, Space.S, Space.S, Space.S))
    caption = plain_label(name, Text.CAPTION, muted=True)
    return column(told, caption, column(line, ground=Ground.SUNKEN), spacing=Space.XS)
