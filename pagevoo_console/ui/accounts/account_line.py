"""Who can log in to a tenant's database, said plainly on its page, with the way to an account of its own."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.account import TenantAccount
from pagevoo_console.domain.errors import ConsoleError, NotFound, Refused
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import clear, column, row
from pagevoo_console.ui.kit.tokens import Space, Text, Tone


class AccountLine(QWidget):
    """Loads by itself. Hidden where there is no database to log in to."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("accountLine")
        self._context = context
        self._tenant = ""
        self._shown: TenantAccount | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def show_tenant(self, tenant: str) -> None:
        """Turn to a tenant; turning to the same one again is a refresh."""
        if tenant != self._tenant:
            self._tenant = tenant
            self._shown = None
            self.hide()
        self._context.runner.query(
            lambda: self._context.lane_of(tenant), lambda lane: self._ask(tenant, lane), self._failed, key="account",
            owner=self,
        )  # fmt: skip

    def _ask(self, tenant: str, lane: str) -> None:
        accounts = self._context.console.accounts
        self._context.runner.query(
            lambda: accounts.show(tenant), self._arrived, self._failed, key="account", owner=self, lane=lane
        )

    def _arrived(self, account: TenantAccount) -> None:
        if account != self._shown:
            self._shown = account
            self._show(*_said(account), *self._ways(account))
        self.show()

    def _failed(self, error: Exception) -> None:
        self._shown = None
        if isinstance(error, NotFound | Refused) or not isinstance(error, ConsoleError):
            self.hide()
            return
        told = translate("accounts", "Who can log in to it cannot be told: {why}").format(why=error.message)
        self._show("circle-question-mark", Tone.NEUTRAL, told)
        self.show()

    def _show(self, icon: str, tone: Tone, text: str, *ways: QWidget) -> None:
        clear(self._layout)
        title = plain_label(translate("accounts", "Account"), Text.STRONG)
        words: list[QWidget] = [title, plain_label(text, wrap=True, muted=tone is Tone.NEUTRAL)]
        if ways:
            words.append(row(*ways, None, spacing=Space.M))
        self._layout.addWidget(rule())
        picture = column(IconView(icon, 16, tone), None, margins=(0, Space.HAIR, 0, 0))
        self._layout.addWidget(row(picture, (column(*words, spacing=Space.XS), 1)))
        self.setAccessibleName(title.text())
        self.setAccessibleDescription(text)

    def _ways(self, account: TenantAccount) -> tuple[QWidget, ...]:
        """What can be done about it."""
        doors, tenant = self._context.doors, account.tenant
        if account.why_not:
            return ()
        create = button(
            translate("accounts", "Give it what it lacks…") if account.exists
            else translate("accounts", "Create an account of its own…"),
            kind=ButtonKind.LINK, on_click=lambda: doors.create_account(tenant),
        )  # fmt: skip
        create.setObjectName("createAccountButton")
        if not account.exists:
            return (create,)
        remove = button(
            translate("accounts", "Remove…"), kind=ButtonKind.LINK, on_click=lambda: doors.remove_account(tenant)
        )
        remove.setObjectName("removeAccountButton")
        remove.setAccessibleName(translate("accounts", "Remove the account {account}").format(account=account.name))
        return (create, remove) if account.lacks else (remove,)


def _said(account: TenantAccount) -> tuple[str, Tone, str]:
    """Icon, tone and sentence of how a tenant is kept apart from the others."""
    if account.why_not:
        return "key-round", Tone.NEUTRAL, account.why_not
    if not account.exists:
        text = translate("accounts", "One account, {account}, serves all tenants: its password opens every database.")
        return "shield-alert", Tone.WARNING, text.format(account=account.serves_all)
    if account.reaches:
        text = translate("accounts", "{account} reaches more than its own database: {names}.")
        names = ", ".join(account.reaches)
        return "octagon-alert", Tone.DANGER, text.format(account=account.name, names=names)
    if account.lacks:
        text = translate("accounts", "{account} lacks some of the grants that a website needs.")
        return "triangle-alert", Tone.WARNING, text.format(account=account.name)
    text = translate("accounts", "{account} serves this database alone, and reads nothing of any other tenant.")
    return "shield-check", Tone.GOOD, text.format(account=account.name)
