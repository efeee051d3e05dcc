"""The card of the daily look: when it ran, what came of it, and the way to run it now."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button
from pagevoo_console.ui.kit.daily_look import LastLook, came_of, is_late
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Card, column, row
from pagevoo_console.ui.kit.tokens import Space, Text, Tone


class DailyCard(Card):
    """Says nothing until it was told what the trail knows."""

    def __init__(self, on_run: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(translate("daily", "Daily look"), "calendar-check", parent=parent)
        self.run_button = button(translate("daily", "Look now…"), kind=ButtonKind.LINK, on_click=on_run)
        self.run_button.setObjectName("dailyLookButton")
        self.run_button.setAccessibleName(translate("daily", "Run the daily look now"))
        self.add_to_head(self.run_button)

    def show_look(self, last: LastLook | None) -> None:
        """The newest look, None where there was none."""
        self.clear_body()
        late = is_late(last)
        icon = IconView("triangle-alert", 16, Tone.WARNING) if late else IconView("circle-check", 16, Tone.GOOD)
        words: list[QWidget] = []
        if last is None:
            words.append(plain_label(translate("daily", "It has never run"), Text.STRONG, wrap=True))
        else:
            ran = translate("daily", "Ran {age}").format(age=format.age(last.at))
            words += [
                plain_label(ran, Text.STRONG, wrap=True),
                plain_label(came_of(last.tally), muted=True, wrap=True),
            ]
        if late:
            text = translate("daily", "A timer should run {command} once a day.")
            words.append(plain_label(text.format(command="pagevoo-console fleet tick"), muted=True, wrap=True))
        picture = column(icon, None, margins=(0, Space.HAIR, 0, 0))
        self.add(row(picture, (column(*words, spacing=Space.HAIR), 1)))
