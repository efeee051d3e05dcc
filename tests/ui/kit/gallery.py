"""Every piece of the kit with realistic content, for the eye: `python -m tests.ui.kit.gallery DIR` draws them all."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QRadioButton, QWidget

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.quota import QuotaLevel, QuotaUsage
from pagevoo_console.domain.server import Environment
from pagevoo_console.ui.kit import format, theme
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.controls import ButtonKind, SearchField, button, icon_button, rule
from pagevoo_console.ui.kit.environment import EnvironmentBar
from pagevoo_console.ui.kit.gauge import LEVEL_TONES, QuotaGauge, RingGauge
from pagevoo_console.ui.kit.icons import ICONS
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind, Messenger
from pagevoo_console.ui.kit.pages import Card, CardGrid, KeyValues, PageHeader, column, row
from pagevoo_console.ui.kit.palette import CommandPalette, PaletteEntry
from pagevoo_console.ui.kit.pills import (
    BadgeView,
    feature_badge,
    job_badge,
    level_badge,
    state_badge,
    tier_badge,
)
from pagevoo_console.ui.kit.questions import BugReportDialog, Question, QuestionDialog
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.reviews import Confirmation, Review, ReviewStep
from pagevoo_console.ui.kit.sparkline import Sparkline
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.theme import Scheme
from pagevoo_console.ui.kit.toasts import ToastStack
from pagevoo_console.ui.kit.tokens import Space, Text, Tone
from pagevoo_console.ui.kit.wizard import Wizard
from pagevoo_console.ui.kit.wizard_pages import ReviewPage, WizardPage

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Customer:
    """A row of the gallery's table."""

    id: int
    name: str
    domain: str
    tier: int
    state: DatabaseState | None
    size: int | None
    limit: int
    backup: datetime | None


def customers(how_many: int) -> list[Customer]:
    """Rows of every kind, the same on every call."""
    names = (
        "Lindqvist Keramik",
        "Zoë Yılmaz",
        "<b>Bobby</b> & Sons",
        "Фабрика",
        "a\u202eevil",
        "日本の店",
        "Anna Weber",
    )
    states = (DatabaseState.ACTIVE,) * 9 + (*DatabaseState, None)
    tiers = (50, 500, 2000, 10_000)
    return [
        Customer(
            id=number,
            name=f"{names[number % len(names)]} {number}",
            domain=f"shop-{number}.example",
            tier=number % 4,
            state=states[number % len(states)],
            size=None if states[number % len(states)] is None else (number * 37 % 115) * tiers[number % 4] * MB // 100,
            limit=tiers[number % 4] * MB,
            backup=None if number % 5 == 0 else datetime.now(UTC) - timedelta(hours=number * 7 % 900),
        )
        for number in range(how_many)
    ]


def customer_columns() -> list[Column[Customer]]:
    def tone(customer: Customer) -> Tone:
        level = QuotaLevel.OK
        if customer.size is not None:
            level = QuotaUsage("database", customer.size, customer.limit, "bytes").level
        return LEVEL_TONES[level]

    return [
        Column("name", "Customer", 200, lambda c: c.name, sort_key="name", detail=lambda c: c.domain, stretch=True),
        Column("id", "Id", 72, lambda c: str(c.id), kind=Kind.NUMBER, sort_key="id"),
        Column("tier", "Tier", 116, lambda c: "", kind=Kind.BADGE, badge=lambda c: tier_badge("Tier", c.tier)),
        Column(
            "state",
            "State",
            128,
            lambda c: state_badge(c.state).text,
            kind=Kind.BADGE,
            badge=lambda c: state_badge(c.state).quietly if c.state is DatabaseState.ACTIVE else state_badge(c.state),
        ),
        Column(
            "size",
            "Size",
            140,
            lambda c: format.size(c.size),
            kind=Kind.BAR,
            sort_key="size",
            fraction=lambda c: None if c.size is None else c.size / c.limit,
            tone=tone,
        ),
        Column("backup", "Last backup", 108, lambda c: format.age(c.backup), kind=Kind.NUMBER),
        Column("file", "Database", 150, lambda c: f"pagevoo_website_{c.id}", kind=Kind.MONO),
    ]


def buttons() -> QWidget:
    kinds = [button(str(kind).title(), "database", kind) for kind in ButtonKind]
    off = [button(str(kind).title(), "database", kind) for kind in ButtonKind]
    for each in off:
        each.setEnabled(False)
    kinds[5].setChecked(True)
    kinds[6].setChecked(True)
    choice = QComboBox()
    choice.addItems(["SQL", "CSV", "JSON lines"])
    field, wrong, log = (
        QLineEdit("lindqvist"),
        QLineEdit("wrong"),
        QPlainTextEdit("14:02:11  Table orders, 12 804 rows"),
    )
    wrong.setProperty("state", "wrong")
    log.setProperty("ground", "log")
    log.setMaximumHeight(60)
    ticked, half, chosen, other = QCheckBox("I understand"), QCheckBox("Some"), QRadioButton("SQL"), QRadioButton("CSV")
    ticked.setChecked(True)
    half.setTristate(True)
    chosen.setChecked(True)
    return column(
        row(*kinds, None),
        row(*off, None),
        row(ticked, half, chosen, other, None),
        row(field, wrong, choice),
        SearchField("Name, e-mail, domain, id…"),
        log,
        row(icon_button("refresh-cw", "Refresh"), icon_button("settings", "Preferences"), None),
        margins=(24, 24, 24, 24),
    )


def type_scale() -> QWidget:
    lines = [plain_label(f"{step}: Lindqvist Keramik, 1 234 567 Bytes", step) for step in Text]
    tones = [plain_label(f"Tone {tone}", tone=tone) for tone in Tone]
    hostile = plain_label("<img src=/etc/passwd> & <b>b</b> a\u202eb\u200b\x1b[2J", muted=True)
    return column(*lines, rule(), row(*tones, None), hostile, margins=(24, 24, 24, 24))


def badges() -> QWidget:
    return column(
        row(*(BadgeView(state_badge(state)) for state in (*DatabaseState, None)), None),
        row(*(BadgeView(state_badge(state).quietly) for state in (*DatabaseState, None)), None),
        row(*(BadgeView(level_badge(level)) for level in QuotaLevel), None),
        row(*(BadgeView(feature_badge(state)) for state in FeatureState), None),
        row(*(BadgeView(job_badge(state)) for state in JobState), None),
        row(
            *(BadgeView(tier_badge(name, n)) for n, name in enumerate(("Starter", "Pro", "Business", "Enterprise"))),
            None,
        ),
        margins=(24, 24, 24, 24),
    )


def usages() -> list[QuotaUsage]:
    return [
        QuotaUsage("database", 212 * MB, 500 * MB, "bytes", "Database"),
        QuotaUsage("database", 427_300_000, 500 * MB, "bytes", "Database"),
        QuotaUsage("orders", 1204, 1000, "orders", "Orders this month"),
        QuotaUsage("posts", 88, None, "posts", "Blog posts"),
        QuotaUsage("media", None, 1000 * MB, "bytes", "Media"),
        QuotaUsage("products", 4_999, 5_000, "Produktvarianten", "Artikel im Warenwirtschaftssystem"),
    ]


def gauges() -> QWidget:
    line = Sparkline("Growth")
    line.set_values([3, 4, 4, 5, 7, 6, 9, 12, 13], "from 3 to 13 MB in nine days")
    flat = Sparkline("Flat", Tone.GOOD)
    flat.set_values([2, 2, 2], "unchanged")
    return column(
        *(QuotaGauge(usage) for usage in usages()),
        row(*(RingGauge(usage) for usage in usages()), None),
        row(line, flat, None),
        spacing=Space.M,
        margins=(24, 24, 24, 24),
    )


def table() -> QWidget:
    source = ListSource(customers(400), identity=lambda customer: customer.id)
    view = RecordView(RecordsModel(customer_columns(), source), "Customers", row_height=44)
    view.records.setParent(view)
    view.selectRow(3)
    view.hovered_row = 5
    return view


def page() -> QWidget:
    header = PageHeader("Lindqvist Keramik", "42 · ebba@lindqvist-keramik.example")
    header.set_badges(BadgeView(tier_badge("Pro", 1)), BadgeView(state_badge(DatabaseState.ACTIVE)))
    header.add_action(button("Back up", "database-backup", ButtonKind.PRIMARY))
    card = Card("Database", "database")
    facts = KeyValues()
    facts.add("Name", "pagevoo_website_42")
    facts.add("Server", "eu-1 · MariaDB 10.11 · TLS verified")
    facts.add("Last backup", "2 h ago", BadgeView(state_badge(DatabaseState.ACTIVE)))
    card.add(facts)
    quotas = Card("Quotas", "gauge")
    quotas.add_to_head(button("All", kind=ButtonKind.LINK))
    quotas.add(*(QuotaGauge(usage) for usage in usages()[:2]))
    grid = CardGrid()
    grid.add(card)
    grid.add(quotas)
    wide = Card("Activity", "history")
    wide.add(plain_label("Backup made and proved by anna"))
    grid.add(wide, wide=True)
    return column(
        *(EnvironmentBar(environment, "eu-1 · MariaDB 10.11 · TLS verified") for environment in Environment),
        header,
        grid,
        None,
        margins=(24, 24, 24, 24),
        spacing=Space.M,
        ground="canvas",
    )


def banners() -> QWidget:
    text = "The server eu-1 did not answer within 5 seconds. Check the VPN, then try again."
    made = [
        banner(Message(kind, "eu-1 is not reachable", text, MessageAction("Open connection", list), details="x"), list)
        for kind in MessageKind
    ]
    return column(*made, None, margins=(24, 24, 24, 24))


def toasts() -> QWidget:
    window = QWidget()
    messenger = Messenger(window)
    stack = ToastStack(messenger, window)
    stack.setParent(window)
    messenger.good("Deleted pagevoo_website_42", "A proved backup is kept.", MessageAction("Restore", list))
    messenger.post(
        Message(MessageKind.ERROR, "Backup of website 7 failed", "The disk is full. Free 1.2 GB and try again.")
    )
    messenger.post(Message(MessageKind.INFO, "Copied"))
    return window


def question() -> QWidget:
    asked = Question("Close with 2 jobs running?", "They stop where that is safe, and can be resumed.", "Close", True)
    return QuestionDialog(asked, list)


def bug() -> QWidget:
    try:
        raise KeyError("column")
    except KeyError as error:
        return BugReportDialog(error)


def loading() -> QWidget:
    stack = StateStack(QWidget())
    stack.show_loading("Reading 1 208 databases…", list)
    for timer in stack._timers:
        timer.timeout.emit()
        timer.stop()
    return stack


def empty() -> QWidget:
    stack = StateStack(QWidget())
    stack.show_empty(
        Emptiness("No backups yet", "A database is deleted only with a proved one.", "archive", "Back up now", list)
    )
    return stack


def failed() -> QWidget:
    stack = StateStack(QWidget())
    text = "Access denied for user 'anna'. Check the password in Connections."
    stack.show_error(Message(MessageKind.ERROR, "eu-1 does not let this account in", text, details="1045"), list)
    return stack


def offline() -> QWidget:
    stack = StateStack(table())
    stack.show_offline(datetime.now(UTC) - timedelta(minutes=12), list)
    return stack


def palette() -> QWidget:
    window = QWidget()
    entries = [
        PaletteEntry("Lindqvist Keramik", list, "42 · lindqvist-keramik.example", "user"),
        PaletteEntry("Back up database", list, "Backup", "database-backup", "Ctrl+B", "dump save"),
        PaletteEntry("Delete database…", list, "Database", "trash-2"),
        PaletteEntry("Refresh", list, "View", "refresh-cw", "F5"),
    ]
    opened = CommandPalette(lambda: entries, None, window)
    window.resize(900, 560)
    opened.open()
    return window


def delete_review() -> Review:
    return Review(
        result="plan",
        facts=(
            ("Tenant", "42 · Lindqvist Keramik · ebba@lindqvist-keramik.example"),
            ("Database", "pagevoo_website_42, 427 MB, 26 tables"),
        ),
        warnings=("The website lindqvist-keramik.example will be unpublished.",),
        steps=(
            ReviewStep("Back up the database", "427 MB to pagevoo/42/", "database-backup"),
            ReviewStep("Prove the backup", "restored into a scratch database, every table compared", "shield-check"),
            ReviewStep("Unpublish the website", "lindqvist-keramik.example", "globe"),
            ReviewStep("Drop the database", "", "trash-2", Tone.DANGER),
        ),
        command="pagevoo-console database delete 42 --confirm pagevoo_website_42",
    )


def wizard() -> QWidget:
    first = WizardPage("What will go", "Everything below is removed from the server. A proved backup is made first.")
    last = ReviewPage(
        "Review and confirm",
        lambda deliver, _fail: deliver(delete_review()),
        confirmation=Confirmation("pagevoo_website_42", "Type the name of the database to delete it"),
        consent="I have told the customer.",
    )
    made = Wizard(
        "Delete database",
        [first, last],
        lambda: last.review,
        verb="Delete database",
        is_dangerous=True,
        environment=Environment.PRODUCTION,
        place="eu-1 · MariaDB 10.11 · TLS verified",
    )
    made.next_button.click()
    return made


def icons() -> QWidget:
    names = sorted(path.stem for path in ICONS.glob("*.svg"))
    lines = [names[start : start + 16] for start in range(0, len(names), 16)]
    return column(*(row(*(icon_button(name, name) for name in line), None) for line in lines), margins=(24, 24, 24, 24))


PIECES: dict[str, tuple[Callable[[], QWidget], int, int]] = {
    "badges": (badges, 900, 260),
    "banners": (banners, 900, 360),
    "bug": (bug, 720, 380),
    "buttons": (buttons, 980, 360),
    "empty": (empty, 720, 420),
    "failed": (failed, 720, 420),
    "gauges": (gauges, 460, 640),
    "icons": (icons, 640, 320),
    "loading": (loading, 720, 480),
    "offline": (offline, 980, 420),
    "page": (page, 1000, 560),
    "palette": (palette, 900, 560),
    "question": (question, 480, 200),
    "table": (table, 1080, 480),
    "toasts": (toasts, 900, 420),
    "type_scale": (type_scale, 720, 320),
    "wizard": (wizard, 900, 700),
}


def show(name: str) -> QWidget:
    """The piece of that name, in its size and painted once."""
    make, width, height = PIECES[name]
    widget = make()
    widget.resize(width, height)
    widget.show()
    QApplication.processEvents()
    return widget


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    installed = theme.install(application)
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        installed.set_scheme(scheme)
        for name in sys.argv[2:] or PIECES:
            widget = show(name)
            widget.grab().save(str(folder / f"{name}-{scheme}.png"))
            widget.close()


if __name__ == "__main__":
    main()
