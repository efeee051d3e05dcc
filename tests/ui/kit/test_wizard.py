"""The wizard frame: where one stands, what must be typed, and what is handed back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.errors import Unreachable
from pagevoo_console.domain.server import Environment
from pagevoo_console.ui.kit.reviews import Confirmation, Flow, Review, ReviewStep
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.kit.wizard import Wizard
from pagevoo_console.ui.kit.wizard_pages import Failed, Reviewed, ReviewPage, WizardPage

NAME = "pagevoo_website_42"
REVIEW = Review(
    result="the plan",
    steps=(ReviewStep("Back up the database", "212 MB"), ReviewStep("Drop the database")),
    facts=(("Tenant", "42 <b>Anna</b>"),),
    warnings=("The website is unpublished.",),
    command=f"pagevoo-console database delete 42 --confirm {NAME}",
)


def test_a_flow_goes_ahead_page_by_page_and_back_to_what_was_seen() -> None:
    flow = Flow(3)

    flow.go_to(2)
    assert flow.current == 0
    flow.next()
    flow.next()
    flow.next()
    assert flow.is_last
    flow.go_to(0)
    assert flow.is_first
    assert [flow.may_go_to(page) for page in (-1, 0, 1, 2, 3)] == [False, True, True, True, False]
    flow.changed()
    assert not flow.may_go_to(1)


@pytest.mark.parametrize(
    ("typed", "accepted"),
    [
        ("pagevoo_website_42", True),
        ("pagevoo_website_42 ", False),
        ("Pagevoo_website_42", False),
        ("p\u0430gevoo_website_42", False),
        ("", False),
    ],
)
def test_fault_91_a_name_is_compared_by_its_exact_code_points(typed: str, accepted: bool) -> None:
    assert Confirmation(NAME, "Type it").accepts(typed) is accepted


def test_fault_91_a_name_nobody_can_type_is_typed_as_it_is_shown() -> None:
    confirmation = Confirmation("a\u202eb", "Type it")

    assert confirmation.shown == "a⟦U+202E⟧b"
    assert confirmation.accepts("a⟦U+202E⟧b")
    assert confirmation.accepts("a\u202eb")
    assert not confirmation.accepts("ab")


class Plans:
    """A loader that answers at once, with a review or an error."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.asked = 0

    def __call__(self, deliver: Reviewed, failed: Failed) -> None:
        self.asked += 1
        if self.error is not None:
            failed(self.error)
        else:
            deliver(REVIEW)


@pytest.fixture
def plans() -> Plans:
    return Plans()


@pytest.fixture
def wizard(qtbot: QtBot, plans: Plans) -> Wizard:
    first = WizardPage("What will go", "Everything below.")
    field = QLineEdit()
    first.body.addWidget(field)
    field.textChanged.connect(lambda _text: first.touch())
    first.require(lambda: bool(field.text()))
    last = ReviewPage(
        "Review", plans, confirmation=Confirmation(NAME, "Type the name"), consent="I have told the customer."
    )
    made = Wizard(
        "Delete database",
        [first, last],
        lambda: last.review.result if last.review else None,
        verb="Delete database",
        is_dangerous=True,
        environment=Environment.PRODUCTION,
        place="eu-1",
    )
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.open()
    return made


def review_page(wizard: Wizard) -> ReviewPage:
    page = wizard.findChild(ReviewPage)
    assert isinstance(page, ReviewPage)
    return page


def go_to_review(wizard: Wizard, qtbot: QtBot) -> ReviewPage:
    qtbot.keyClicks(wizard.current_page.findChild(QLineEdit), "reason")
    qtbot.mouseClick(wizard.next_button, Qt.MouseButton.LeftButton)
    return review_page(wizard)


def test_one_goes_on_only_from_a_complete_page(wizard: Wizard, qtbot: QtBot) -> None:
    before = wizard.next_button.isEnabled()
    qtbot.keyClicks(wizard.current_page.findChild(QLineEdit), "x")

    assert not before
    assert wizard.next_button.isEnabled()
    assert not wizard.back_button.isEnabled()
    assert wizard.finish_button.isHidden()


def test_the_plan_is_shown_in_full_as_plain_text(wizard: Wizard, qtbot: QtBot) -> None:
    page = go_to_review(wizard, qtbot)
    qtbot.wait(1)

    shown = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert "42 <b>Anna</b>" in shown
    assert "1.  Back up the database" in shown
    assert "The website is unpublished." in shown
    assert REVIEW.command in [text.toPlainText() for text in page.findChildren(QPlainTextEdit) if text.isVisible()]


def test_it_ends_only_when_the_name_is_typed_and_the_box_ticked_and_hands_back_the_plan(
    wizard: Wizard, qtbot: QtBot
) -> None:
    requests: list[object] = []
    wizard.accepted_request.connect(requests.append)
    page = go_to_review(wizard, qtbot)
    assert page.name_field is not None

    seen = [wizard.finish_button.isEnabled()]
    qtbot.keyClicks(page.name_field.field, "pagevoo_website_4")
    page.consent.click()
    seen.append(wizard.finish_button.isEnabled())
    qtbot.keyClicks(page.name_field.field, "2")
    seen.append(wizard.finish_button.isEnabled())
    qtbot.mouseClick(wizard.finish_button, Qt.MouseButton.LeftButton)

    assert seen == [False, False, True]
    assert requests == ["the plan"]
    assert not wizard.isVisible()


def test_enter_in_a_dangerous_wizard_deletes_nothing(wizard: Wizard, qtbot: QtBot) -> None:
    requests: list[object] = []
    wizard.accepted_request.connect(requests.append)
    page = go_to_review(wizard, qtbot)
    assert page.name_field is not None
    page.consent.click()
    qtbot.keyClicks(page.name_field.field, NAME)

    qtbot.keyClick(page.name_field.field, Qt.Key.Key_Return)

    assert requests == []


def test_a_plan_that_cannot_be_made_says_why_and_can_be_tried_again(wizard: Wizard, qtbot: QtBot, plans: Plans) -> None:
    plans.error = Unreachable("eu-1 does not answer")
    page = go_to_review(wizard, qtbot)
    failed = page.states.view
    plans.error = None
    retry = next(each for each in page.findChildren(QPushButton) if each.text() == "Retry" and each.isVisible())

    qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)

    assert failed is View.ERROR
    assert page.states.view is View.CONTENT
    assert plans.asked == 2
    assert page.review is REVIEW


def test_a_change_on_an_earlier_page_makes_the_plan_again(wizard: Wizard, qtbot: QtBot, plans: Plans) -> None:
    go_to_review(wizard, qtbot)
    qtbot.mouseClick(wizard.back_button, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(wizard.current_page.findChild(QLineEdit), " changed")

    assert not wizard.flow.may_go_to(1)
    qtbot.mouseClick(wizard.next_button, Qt.MouseButton.LeftButton)
    assert plans.asked == 2


def test_the_command_can_be_copied(wizard: Wizard, qtbot: QtBot) -> None:
    page = go_to_review(wizard, qtbot)
    copy = next(each for each in page.findChildren(QToolButton) if each.accessibleName() == "Copy command")

    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)

    assert QGuiApplication.clipboard().text() == REVIEW.command


def test_a_late_answer_to_an_earlier_look_is_dropped(qtbot: QtBot) -> None:
    answers: list[Reviewed] = []
    page = ReviewPage("Review", lambda deliver, _failed: answers.append(deliver))
    qtbot.addWidget(page)
    page.enter()
    page.enter()

    answers[0](Review("old", ()))
    late = page.review
    answers[1](Review("new", ()))

    assert late is None
    assert page.review == Review("new", ())
    assert page.is_complete
