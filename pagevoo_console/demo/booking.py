"""What can be booked at a website, who carries it out and when, and who has booked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pagevoo_console.demo import texts
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.members import draw_member, token
from pagevoo_console.demo.money import price_in
from pagevoo_console.demo.people import address, draw_person, email
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Row, Rows, moments, stamp

_USUAL_BOOKINGS = 70
_AHEAD = timedelta(days=30)
_HOSTILE = 0.02
_SERVICES = (("First consultation", 30, 0, 1), ("Appointment", 60, 65, 1), ("Group session", 90, 18, 8))
"""Title, minutes, euros, and seats."""
_GROUP = 3
_ROOM = 3
_OPEN_MINUTES = ((540, 720), (780, 1080))
_BOOKING_COLUMNS = (
    "id", "reference", "service_id", "resource_id", "member_id", "service_name", "customer_name", "customer_email",
    "customer_phone", "starts_at", "ends_at", "seat", "status", "payment_status", "price", "currency",
    "manage_token_hash", "customer_note", "cancellation_reason", "created_at", "confirmed_at", "cancelled_at",
)  # fmt: skip


def booking_rows(dice: Dice, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
    """Rows of the seven tables, parents first."""
    yield from _offer_rows(dice, who, since)
    yield _exceptions(dice, until)
    bookings: list[Row] = []
    taken: set[tuple[int, datetime, int]] = set()
    for at in moments(dice, max(3, int(who.activity * _USUAL_BOOKINGS)), since, until + _AHEAD):
        booking = _booking(dice, who, len(bookings) + 1, at, until, taken)
        if booking is not None:
            bookings.append(booking)
    yield Rows("bookings", _BOOKING_COLUMNS, bookings)
    yield _reminders(dice, bookings, until)


def _offer_rows(dice: Dice, who: Customer, since: datetime) -> Iterator[Rows]:
    """Services, resources, which goes with which, and when they are there."""
    locale, begun = who.person.locale, stamp(since)
    colleague = draw_person(dice, locale)
    yield Rows(
        "booking_services",
        (
            "id", "name", "slug", "duration_minutes", "buffer_after_minutes", "price", "currency", "capacity",
            "cancellation_notice_minutes", "maximum_days_ahead", "position", "created_at",
        ),
        [
            (
                number, name, address(name), minutes, 10, price_in(locale, euros) / 100 if euros else 0,
                locale.currency, seats, 1440, _AHEAD.days, number, begun,
            )
            for number, (name, minutes, euros, seats) in enumerate(_SERVICES, 1)
        ],
    )  # fmt: skip
    yield Rows(
        "booking_resources",
        ("id", "kind", "name", "email", "position", "created_at"),
        [
            (1, "staff", who.person.name, who.email, 1, begun),
            (2, "staff", colleague.name, email(dice, colleague, who.business.domain), 2, begun),
            (_ROOM, "room", f"Upstairs, {who.business.town}", None, 3, begun),
        ],
    )
    pairs: list[Row] = [(1, 1), (1, 2), (2, 1), (2, 2), (_GROUP, _ROOM)]
    yield Rows("booking_service_resources", ("service_id", "resource_id"), pairs)
    yield Rows(
        "booking_availability",
        ("resource_id", "weekday", "starts_minute", "ends_minute", "valid_from", "created_at"),
        [
            (resource, weekday, starts, ends, since.date().isoformat(), begun)
            for resource in (1, 2)
            for weekday in range(1, 6)
            for starts, ends in _OPEN_MINUTES
        ]
        + [(_ROOM, weekday, 0, 1440, None, begun) for weekday in range(1, 8)],
    )


def _exceptions(dice: Dice, until: datetime) -> Rows:
    """A day on which all is closed, a holiday, and a Saturday on which somebody is there after all."""
    midnight = until.replace(hour=0, minute=0, second=0)
    closed, away = (midnight + timedelta(days=dice.between(-300, 90)) for _ in range(2))
    saturday = midnight + timedelta(days=12 - midnight.weekday())
    return Rows(
        "booking_exceptions",
        ("resource_id", "is_available", "starts_at", "ends_at", "reason", "created_at"),
        [
            (None, 0, stamp(closed), stamp(closed + timedelta(days=1)), "Public holiday", stamp(until)),
            (2, 0, stamp(away), stamp(away + timedelta(days=14)), "Holidays 🏖", stamp(until)),
            (1, 1, stamp(saturday + timedelta(hours=10)), stamp(saturday + timedelta(hours=14)), None, stamp(until)),
        ],
    )


def _booking(
    dice: Dice, who: Customer, number: int, at: datetime, until: datetime, taken: set[tuple[int, datetime, int]]
) -> Row | None:
    """One booking, None where its hour has been sold; adds to `taken` what it takes."""
    service = dice.weighted((1, 2, _GROUP), (30, 50, 20))
    name, minutes, euros, seats = _SERVICES[service - 1]
    resource = _ROOM if service == _GROUP else dice.between(1, 3)
    starts = at.replace(hour=min(max(at.hour, 9), 16), minute=0, second=0)
    free = [seat for seat in range(1, seats + 1) if (resource, starts, seat) not in taken]
    if not free or (starts.weekday() > 4 and resource != _ROOM):
        return None
    status = _status(dice, starts, until)
    if status != "cancelled":
        taken.add((resource, starts, free[0]))
    made = min(starts, until) - timedelta(hours=dice.between(2, 500))
    customer = draw_person(dice, who.person.locale if dice.chance(0.85) else None)
    price = price_in(who.person.locale, euros) / 100 if euros else 0
    is_cancelled = status == "cancelled"
    return (
        number, f"B-{starts:%Y}-{number:05d}", service, resource, draw_member(dice, who), name,
        texts.hostile(dice) if dice.chance(_HOSTILE) else customer.name, email(dice, customer, "example.net"),
        f"+00 555 {dice.between(10_000, 99_999)}", stamp(starts), stamp(starts + timedelta(minutes=minutes)), free[0],
        status, "paid" if status == "completed" and price else "unpaid", price, who.person.locale.currency, token(dice),
        texts.comment(dice) if dice.chance(0.1) else None,
        dice.one_of(("Ill", "Found another date", None)) if is_cancelled else None, stamp(made),
        None if status == "pending" else stamp(made), stamp(made + timedelta(hours=1)) if is_cancelled else None,
    )  # fmt: skip


def _status(dice: Dice, starts: datetime, until: datetime) -> str:
    if dice.chance(0.1):
        return "cancelled"
    if starts < until:
        return "no_show" if dice.chance(0.04) else "completed"
    return "pending" if dice.chance(0.15) else "confirmed"


def _reminders(dice: Dice, bookings: list[Row], until: datetime) -> Rows:
    reminders: list[Row] = []
    for booking in bookings:
        if booking[12] in ("pending", "cancelled"):
            continue
        due = datetime.fromisoformat(str(booking[9])) - timedelta(days=1)
        has_failed = dice.chance(0.01)
        sent = stamp(due) if due < until and not has_failed else None
        reminders.append((booking[0], "email", stamp(due), sent, "550 5.1.1 No such user" if has_failed else None))
    return Rows("booking_reminders", ("booking_id", "channel", "send_at", "sent_at", "failure_reason"), reminders)
