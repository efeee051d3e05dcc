"""Messages, and the toasts, banners, questions and states that show them."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.errors import AccessDenied, Cancelled
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind, Messenger, message_of
from pagevoo_console.ui.kit.questions import BugReportDialog, Question, QuestionDialog, ask
from pagevoo_console.ui.kit.states import Emptiness, StateStack, View
from pagevoo_console.ui.kit.toasts import Toast, ToastStack


def press(qtbot: QtBot, widget: QWidget, text: str) -> None:
    """Click the visible button of that text."""
    found = [each for each in widget.findChildren(QPushButton) if each.text() == text and each.isVisible()]
    assert len(found) == 1, [each.text() for each in widget.findChildren(QPushButton)]
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


def test_the_worlds_fault_is_a_sentence_with_what_to_do_next() -> None:
    message = message_of(AccessDenied("eu-1 does not let anna in", hint="Check the password in Connections."))

    assert (message.kind, message.title) == (MessageKind.ERROR, "eu-1 does not let anna in")
    assert message.text == "Check the password in Connections."
    assert message.details == "access_denied: eu-1 does not let anna in"


def test_being_cancelled_is_no_error() -> None:
    assert message_of(Cancelled("Cancelled")).kind is MessageKind.INFO


def test_our_fault_is_a_report_that_holds_no_variables() -> None:
    def fail(password: str) -> None:
        raise KeyError("column")

    with pytest.raises(KeyError) as caught:
        fail("canary-" + "secret")
    message = message_of(caught.value)

    assert "KeyError" in message.details
    assert "test_messages.py" in message.details
    assert "canary-secret" not in message.details


def test_everything_that_was_said_is_kept(qtbot: QtBot) -> None:
    messenger = Messenger()

    messenger.good("Backed up website 42")
    messenger.failed(Cancelled("Cancelled"))

    assert [logged.message.title for logged in messenger.log] == ["Backed up website 42", "Cancelled"]
    assert messenger.log[0].at <= messenger.log[1].at


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(900, 600)
    field = QLineEdit(made)
    qtbot.addWidget(made)
    made.show()
    field.setFocus()
    return made


def test_good_news_leave_by_themselves_and_bad_news_stay(window: QWidget, qtbot: QtBot) -> None:
    messenger = Messenger(window)
    stack = ToastStack(messenger, window, shown_ms=30)

    messenger.good("Done")
    messenger.post(Message(MessageKind.ERROR, "Failed"))
    qtbot.waitUntil(lambda: [message.title for message in stack.shown] == ["Failed"])
    qtbot.wait(60)

    assert [message.title for message in stack.shown] == ["Failed"]
    assert stack.geometry().right() <= window.rect().right()
    assert stack.geometry().bottom() <= window.rect().bottom()


def test_a_toast_waits_while_somebody_looks_at_it(window: QWidget, qtbot: QtBot) -> None:
    messenger = Messenger(window)
    stack = ToastStack(messenger, window, shown_ms=40)
    messenger.good("Deleted", "A proved backup is kept.")
    toast = stack.findChildren(Toast)[0]

    middle = QPointF(toast.rect().center())
    QApplication.sendEvent(toast, QEnterEvent(middle, middle, middle))
    qtbot.wait(100)
    assert len(stack.shown) == 1
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))

    qtbot.waitUntil(lambda: stack.shown == ())
    assert stack.isHidden()


def test_a_toast_can_be_acted_on_and_closed(window: QWidget, qtbot: QtBot) -> None:
    messenger = Messenger(window)
    stack = ToastStack(messenger, window)
    restored: list[str] = []

    messenger.good("Deleted", action=MessageAction("Restore", lambda: restored.append("restored")))
    press(qtbot, stack, "Restore")
    messenger.post(Message(MessageKind.ERROR, "Failed"))
    close = [each for each in stack.findChildren(QToolButton) if each.isVisible()][-1]
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)

    assert restored == ["restored"]
    assert stack.shown == ()


def test_a_toast_shows_a_tenants_name_as_it_is(window: QWidget) -> None:
    messenger = Messenger(window)
    stack = ToastStack(messenger, window)

    messenger.good("Deleted <b>x</b>\u202e")

    assert texts(stack) == ["Deleted <b>x</b>⟦U+202E⟧"]
    assert stack.findChildren(Toast)[0].accessibleName() == "Done: Deleted <b>x</b>\u202e"


def test_many_toasts_make_room_but_no_error_is_pushed_out(window: QWidget) -> None:
    messenger = Messenger(window)
    stack = ToastStack(messenger, window)

    messenger.post(Message(MessageKind.ERROR, "Failed"))
    for number in range(6):
        messenger.good(f"Done {number}")

    assert [message.title for message in stack.shown] == ["Failed", "Done 3", "Done 4", "Done 5"]


def test_a_banner_offers_retry_its_action_and_details_to_copy(window: QWidget, qtbot: QtBot) -> None:
    banner = Banner(window)
    done: list[str] = []
    banner.retried.connect(lambda: done.append("retried"))
    action = MessageAction("Open connection", lambda: done.append("opened"))

    banner.show_message(Message(MessageKind.ERROR, "No", "Why", action, details="1045"), can_retry=True)
    for verb in ("Retry", "Open connection", "Details", "Copy details"):
        press(qtbot, banner, verb)

    assert done == ["retried", "opened"]
    assert QGuiApplication.clipboard().text() == "1045"
    assert banner.accessibleName() == "Error: No"
    banner.clear()
    assert banner.isHidden()
    assert banner.message is None


def test_a_banner_offers_nothing_it_cannot_do(window: QWidget) -> None:
    banner = Banner(window)

    banner.show_message(Message(MessageKind.INFO, "Only this"))

    assert [each.text() for each in banner.findChildren(QPushButton) if each.isVisible()] == []


@pytest.mark.parametrize(("key", "answers"), [(Qt.Key.Key_Escape, []), (Qt.Key.Key_Return, [])])
def test_enter_and_escape_take_the_safe_way_out(window: QWidget, qtbot: QtBot, key: Qt.Key, answers: list[str]) -> None:
    said: list[str] = []
    dialog = ask(
        Question("Close?", "2 jobs run.", "Close window", is_dangerous=True), lambda: said.append("yes"), window
    )

    qtbot.keyClick(dialog, key)

    assert said == answers
    assert not dialog.isVisible()


def test_the_verb_does_it(window: QWidget, qtbot: QtBot) -> None:
    said: list[str] = []
    dialog = ask(Question("Close?", "2 jobs run.", "Close window"), lambda: said.append("yes"), window)

    press(qtbot, dialog, "Close window")

    assert said == ["yes"]


def test_a_question_says_who_it_is_about_as_plain_text(qtbot: QtBot) -> None:
    dialog = QuestionDialog(Question("Delete <b>x</b>?", "It is gone then.", "Delete"), list)
    qtbot.addWidget(dialog)
    dialog.open()

    assert texts(dialog) == ["Delete <b>x</b>?", "It is gone then."]


def test_a_bug_report_can_be_copied(qtbot: QtBot) -> None:
    dialog = BugReportDialog(ZeroDivisionError("division"))
    qtbot.addWidget(dialog)
    dialog.open()

    press(qtbot, dialog, "Copy report")

    assert "ZeroDivisionError: division" in QGuiApplication.clipboard().text()


@pytest.fixture
def stack(qtbot: QtBot) -> StateStack:
    made = StateStack(QWidget())
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.show()
    return made


def test_a_quick_answer_never_shows_loading(stack: StateStack, qtbot: QtBot) -> None:
    stack.show_loading()
    still = stack.content.isVisible()
    stack.show_content()
    qtbot.wait(200)

    assert still
    assert stack.content.isVisible()
    assert stack.view is View.CONTENT


def test_a_slow_answer_shows_bars_then_words_then_stop(stack: StateStack, qtbot: QtBot) -> None:
    stopped: list[str] = []
    bars, words, stop = stack._timers
    assert [timer.interval() for timer in stack._timers] == [150, 2000, 5000]

    stack.show_loading("Reading 1 208 databases…", on_stop=lambda: stopped.append("stopped"))
    qtbot.waitUntil(lambda: not stack.content.isVisible())
    assert texts(stack) == []
    words.timeout.emit()
    assert texts(stack) == ["Reading 1 208 databases…"]
    stop.timeout.emit()
    press(qtbot, stack, "Stop")

    assert stopped == ["stopped"]
    assert not bars.isActive()


def test_emptiness_says_why_and_what_to_do(stack: StateStack, qtbot: QtBot) -> None:
    made: list[str] = []

    stack.show_empty(Emptiness("No backups yet", "Make one.", verb="Back up now", action=lambda: made.append("backup")))
    press(qtbot, stack, "Back up now")

    assert texts(stack) == ["No backups yet", "Make one."]
    assert made == ["backup"]


def test_a_failure_says_what_why_and_offers_retry_and_details(stack: StateStack, qtbot: QtBot) -> None:
    tried: list[str] = []

    stack.show_error(AccessDenied("No entry", hint="Check."), on_retry=lambda: tried.append("again"))
    press(qtbot, stack, "Retry")
    press(qtbot, stack, "Details")

    assert texts(stack) == ["No entry", "Check."]
    assert tried == ["again"]


def test_offline_keeps_what_was_seen_and_says_when(stack: StateStack, qtbot: QtBot) -> None:
    tried: list[str] = []

    stack.show_offline(datetime.now(UTC) - timedelta(minutes=12), lambda: tried.append("again"))
    press(qtbot, stack, "Retry")

    assert stack.content.isVisible()
    assert any("12\u00a0min\u00a0ago" in text for text in texts(stack))
    assert tried == ["again"]
    stack.show_online()
    assert texts(stack) == []
