"""Messages as data: what happened, said once, shown as a toast or a banner later, and kept in a log."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from pagevoo_console.domain.errors import Cancelled, ConsoleError
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.redaction import redacted
from pagevoo_console.ui.kit.tokens import Tone

KEPT = 500


class MessageKind(StrEnum):
    INFO = "info"
    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"

    @property
    def tone(self) -> Tone:
        return _LOOKS[self][0]

    @property
    def icon(self) -> str:
        return _LOOKS[self][1]

    @property
    def word(self) -> str:
        """What a screen reader says before the message."""
        return translate("messages", _LOOKS[self][2])

    @property
    def leaves_by_itself(self) -> bool:
        """Good news goes after a while; what went wrong stays until somebody has read it."""
        return self in (MessageKind.INFO, MessageKind.GOOD)


_LOOKS: dict[MessageKind, tuple[Tone, str, str]] = {
    MessageKind.INFO: (Tone.ACCENT, "info", "Note"),
    MessageKind.GOOD: (Tone.GOOD, "circle-check", "Done"),
    MessageKind.WARNING: (Tone.WARNING, "triangle-alert", "Warning"),
    MessageKind.ERROR: (Tone.DANGER, "octagon-x", "Error"),
}


@dataclass(frozen=True, slots=True)
class MessageAction:
    """What can be done about a message, with a verb. `name` is what its button is called by those who look for it."""

    title: str
    run: Callable[[], object]
    name: str = ""


WaysOut = Callable[[BaseException], tuple[MessageAction, ...]]
"""What can be done about an error."""


def no_ways(_error: BaseException) -> tuple[MessageAction, ...]:
    """Nobody knows a way out."""
    return ()


@dataclass(frozen=True, slots=True)
class Message:
    """What happened, to what, and what to do next. `text` and `title` are plain text; `details` can be copied."""

    kind: MessageKind
    title: str
    text: str = ""
    action: MessageAction | None = None
    details: str = ""


@dataclass(frozen=True, slots=True)
class LoggedMessage:
    """A message and when it was said (UTC)."""

    at: datetime
    message: Message


class Messenger(QObject):
    """Where anything in the window says something. Widgets listen; the log keeps the last 500.

    Signals: posted(Message).
    """

    posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log: deque[LoggedMessage] = deque(maxlen=KEPT)

    @property
    def log(self) -> tuple[LoggedMessage, ...]:
        """Everything that was said, newest last."""
        return tuple(self._log)

    def post(self, message: Message) -> None:
        self._log.append(LoggedMessage(datetime.now(UTC), message))
        self.posted.emit(message)

    def good(self, title: str, text: str = "", action: MessageAction | None = None) -> None:
        self.post(Message(MessageKind.GOOD, title, text, action))

    def failed(self, error: BaseException, action: MessageAction | None = None) -> None:
        """Say that something failed; being cancelled is no failure."""
        self.post(message_of(error, action))


def message_of(error: BaseException, action: MessageAction | None = None) -> Message:
    """Put an error into a message: the world's fault as a sentence with what to do next, ours as a bug."""
    if isinstance(error, Cancelled):
        return Message(MessageKind.INFO, error.message, error.hint, action)
    if isinstance(error, ConsoleError):
        return Message(MessageKind.ERROR, error.message, error.hint, action, details=f"{error.code}: {error.message}")
    return Message(
        MessageKind.ERROR,
        translate("messages", "Something in the console itself went wrong"),
        translate("messages", "Nothing was lost that had been written down. Please report it."),
        action,
        details=bug_report(error),
    )


def bug_report(error: BaseException) -> str:
    """A traceback without the values of any variable, since those may hold a password."""
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), capture_locals=False)
    where = "".join(frames.format())
    return redacted(f"{type(error).__module__}.{type(error).__qualname__}: {error}\n{where}")
