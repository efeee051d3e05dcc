"""The answer of *Test connection* as a list: each layer, whether it held, and what to do where it did not."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.server import CheckLayer, CheckResult, CheckStep
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import IconView
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import clear, column, row
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

_LAYERS = {
    CheckLayer.NAME: "Name resolution",
    CheckLayer.TCP: "Network",
    CheckLayer.TLS: "Encryption",
    CheckLayer.LOGIN: "Login",
    CheckLayer.DATABASE: "Database",
    CheckLayer.PRIVILEGES: "Privileges",
}


def layer_word(layer: str) -> str:
    """The layer in the language of the window."""
    known = {str(key): word for key, word in _LAYERS.items()}
    return translate("databases", known.get(layer, layer.capitalize()))


class CheckSteps(QWidget):
    """Shows one result; hidden until there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("checkSteps")
        self.setAccessibleName(translate("databases", "Result of the connection test"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.XS + Space.HAIR)
        self.hide()

    def show_result(self, result: CheckResult) -> None:
        clear(self._layout)
        self._layout.addWidget(_headline(result))
        for step in result.steps:
            self._layout.addWidget(_line(step))
        self.setAccessibleDescription(" ".join(f"{layer_word(s.layer)}: {s.detail}. {s.hint}" for s in result.steps))
        self.show()

    def reset(self) -> None:
        """Another database is looked at: forget the old answer."""
        clear(self._layout)
        self.hide()


def _headline(result: CheckResult) -> QWidget:
    if not result.reachable:
        is_told_below = any(not step.ok for step in result.steps)
        text = translate("databases", "The database cannot be used")
        if result.problem and not is_told_below:
            text = result.problem
        words = [plain_label(text, Text.STRONG, tone=Tone.DANGER, wrap=True)]
        if result.hint and not is_told_below:
            words.append(plain_label(result.hint, wrap=True))
        return column(*words, spacing=Space.HAIR)
    text = translate("databases", "The connection works")
    if result.latency_ms is not None:
        latency = f"{format.locale().toString(result.latency_ms, 'f', 1)}{format.FIXED}ms"
        text = translate("databases", "The connection works, {latency} for a round trip").format(latency=latency)
    return plain_label(text, Text.STRONG, tone=Tone.GOOD, wrap=True)


def _line(step: CheckStep) -> QWidget:
    icon = IconView("circle-check", 16, Tone.GOOD) if step.ok else IconView("circle-x", 16, Tone.DANGER)
    word = translate("databases", "passed") if step.ok else translate("databases", "failed")
    title = plain_label(layer_word(step.layer), Text.BODY if step.ok else Text.STRONG)
    title.setMinimumWidth(110)
    words = [plain_label(step.detail or word, muted=step.ok, wrap=True)]
    if step.hint and not step.ok:
        words.append(plain_label(step.hint, wrap=True))
    line = row(column(icon, None), column(title, None), (column(*words, spacing=Space.HAIR), 1), spacing=Space.S)
    line.setAccessibleName(f"{layer_word(step.layer)}: {word}")
    return line
