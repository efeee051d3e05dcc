"""The one wizard frame: pages at the left, a title and a body, buttons with verbs. It ends by handing back data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from pagevoo_console.domain.server import Environment
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit.controls import ButtonKind, button, rule
from pagevoo_console.ui.kit.environment import EnvironmentBar
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import menu_text, plain_label
from pagevoo_console.ui.kit.messages import WaysOut
from pagevoo_console.ui.kit.pages import Ground, frame
from pagevoo_console.ui.kit.reviews import Flow
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.kit.wizard_pages import WizardPage


class Wizard(QDialog):
    """Leads through its pages and hands back what `result` makes of them. It has changed nothing by then.

    `verb` stands on the last page's button. Opened with `open()`, never executed.

    Signals: accepted_request(object).
    """

    accepted_request = Signal(object)

    def __init__(
        self,
        title: str,
        pages: Sequence[WizardPage],
        result: Callable[[], object],
        *,
        verb: str,
        is_dangerous: bool = False,
        environment: Environment | None = None,
        place: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(visible(title))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self._pages = tuple(pages)
        self._result = result
        self._verb = verb
        self.flow = Flow(len(self._pages))
        self._marks: list[QPushButton] = []
        self._stack = QStackedWidget()
        for page in self._pages:
            self._stack.addWidget(page)
            page.changed.connect(self._page_changed)
            page.completeness_changed.connect(self._show)
        self.back_button = button(translate("wizard", "Back"), "arrow-left", on_click=self._back)
        self.cancel_button = button(translate("wizard", "Cancel"), on_click=self.reject)
        kind = ButtonKind.DANGER if is_dangerous else ButtonKind.PRIMARY
        self.next_button = button(translate("wizard", "Continue"), kind=ButtonKind.PRIMARY, on_click=self._next)
        self.finish_button = button(verb, kind=kind, on_click=self._finish)
        self._is_dangerous = is_dangerous
        for made, name in (
            (self.back_button, "backButton"),
            (self.cancel_button, "cancelButton"),
            (self.next_button, "nextButton"),
            (self.finish_button, "finishButton"),
        ):
            made.setObjectName(name)
        self._subject = plain_label("", muted=True, elide=True)
        self._subject.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if environment is not None:
            layout.addWidget(EnvironmentBar(environment, place))
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._rail(title))
        middle.addWidget(rule(vertical=True))
        inner = QVBoxLayout()
        inner.setContentsMargins(Space.L, Space.M + Space.XS, Space.L, Space.M)
        inner.addWidget(self._stack)
        middle.addLayout(inner, 1)
        layout.addLayout(middle, 1)
        layout.addWidget(rule())
        layout.addWidget(self._buttons())
        self.resize(self.sizeHint())
        self._enter()

    @property
    def current_page(self) -> WizardPage:
        return self._pages[self.flow.current]

    def offer_ways(self, ways: WaysOut) -> None:
        """What its pages offer from now on where something was refused."""
        for page in self._pages:
            page.ways = ways

    def set_subject(self, text: str) -> None:
        """Say below the title whom or what it is about, once that is known."""
        self._subject.setText(text)
        self._subject.setVisible(bool(text))

    def set_dangerous(self, is_dangerous: bool) -> None:
        """Say whether this ends in something being lost, where that depends on what was chosen."""
        self._is_dangerous = is_dangerous
        self.finish_button.setProperty("kind", str(ButtonKind.DANGER if is_dangerous else ButtonKind.PRIMARY))
        self.finish_button.style().unpolish(self.finish_button)
        self.finish_button.style().polish(self.finish_button)
        self._show()

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(900, 700))

    def _rail(self, title: str) -> QWidget:
        made = frame(Ground.SUNKEN)
        layout = QVBoxLayout(made)
        layout.setContentsMargins(Space.S + Space.XS, Space.M, Space.S + Space.XS, Space.M)
        layout.setSpacing(Space.HAIR)
        heading = plain_label(title, Text.STRONG, wrap=True)
        heading.setContentsMargins(Space.S, 0, Space.S, 0)
        layout.addWidget(heading)
        self._subject.setContentsMargins(Space.S, 0, Space.S, 0)
        layout.addWidget(self._subject)
        layout.addSpacing(Space.S)
        for number, page in enumerate(self._pages):
            mark = button(f"{number + 1}.  {page.title}", kind=ButtonKind.RAIL)
            mark.clicked.connect(lambda _checked=False, number=number: self._go_to(number))
            self._marks.append(mark)
            layout.addWidget(mark)
        layout.addStretch(1)
        widest = max(mark.sizeHint().width() for mark in self._marks)
        made.setFixedWidth(max(190, widest + 2 * (Space.S + Space.XS) + Space.M))
        return made

    def _buttons(self) -> QWidget:
        made = frame(Ground.CANVAS)
        layout = QHBoxLayout(made)
        layout.setContentsMargins(Space.M, Space.S + Space.XS, Space.M, Space.S + Space.XS)
        layout.setSpacing(Space.S)
        layout.addWidget(self.cancel_button)
        layout.addStretch(1)
        for each in (self.back_button, self.next_button, self.finish_button):
            layout.addWidget(each)
        return made

    def _enter(self) -> None:
        self._stack.setCurrentWidget(self.current_page)
        self.current_page.enter()
        self._show()
        first = self.current_page.focusWidget() or self.current_page.nextInFocusChain()
        if first is not None and self.current_page.isAncestorOf(first):
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        flow, complete = self.flow, self.current_page.is_complete
        self.back_button.setEnabled(not flow.is_first)
        self.next_button.setVisible(not flow.is_last)
        self.next_button.setEnabled(complete)
        self.next_button.setDefault(not flow.is_last)
        self.finish_button.setVisible(flow.is_last)
        self.finish_button.setEnabled(complete)
        self.cancel_button.setDefault(flow.is_last and self._is_dangerous)
        self.finish_button.setDefault(flow.is_last and not self._is_dangerous)
        if not flow.is_last:
            following = next(page for page in self._pages[flow.current + 1 :] if page.is_needed)
            self.next_button.setAccessibleDescription(menu_text(following.title))
        place = 0
        for number, (mark, page) in enumerate(zip(self._marks, self._pages, strict=True)):
            place += page.is_needed
            mark.setText(menu_text(f"{place}.  {page.title}"))
            mark.setAccessibleName(f"{place}.  {page.title}")
            mark.setVisible(page.is_needed)
            mark.setEnabled(flow.may_go_to(number))
            mark.setChecked(number == flow.current)

    def _page_changed(self) -> None:
        self.flow.changed()
        self._show()

    def _go_to(self, number: int) -> None:
        ahead = [page for page in self._pages[self.flow.current : number] if page.is_needed]
        if self.flow.may_go_to(number) and number != self.flow.current and all(page.is_complete for page in ahead):
            self.flow.go_to(number)
            self._enter()
        else:
            self._show()

    def _back(self) -> None:
        before = (number for number in range(self.flow.current) if self._pages[number].is_needed)
        self._go_to(max(before, default=self.flow.current))

    def _next(self) -> None:
        if self.current_page.is_complete and not self.flow.is_last:
            self.flow.next()
            while not self.current_page.is_needed and not self.flow.is_last:
                self.flow.next()
            self._enter()

    def _finish(self) -> None:
        if self.flow.is_last and self.current_page.is_complete:
            request = self._result()
            self.accept()
            self.accepted_request.emit(request)
