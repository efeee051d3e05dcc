"""What a website announces: events with tickets, and the answers of those who come, who wait and who cancelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from pagevoo_console.demo import texts
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.members import draw_member
from pagevoo_console.demo.money import price_in
from pagevoo_console.demo.people import address, draw_person, email
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Row, Rows, moments, stamp

_USUAL_EVENTS = 9
_AHEAD = timedelta(days=75)
_HOSTILE = 0.04
_CATEGORIES = {"Workshops": "#0f766e", "Talks": "#1d4ed8", "Open house": "#b45309", "Online": "#7c3aed"}
_ONLINE = 4
_EVENT_COLUMNS = (
    "id", "category_id", "venue_id", "organiser_id", "organiser_name", "organiser_email", "title", "slug", "summary",
    "description", "status", "visibility", "attendance_mode", "online_url", "starts_at", "ends_at", "recurrence_rule",
    "capacity", "has_waiting_list", "rsvp_closes_at", "published_at", "cancelled_at", "created_at",
)  # fmt: skip
_RSVP_COLUMNS = (
    "event_id", "ticket_type_id", "member_id", "name", "email", "status", "party_size", "total", "currency",
    "check_in_code", "answers", "note", "created_at", "cancelled_at", "checked_in_at",
)  # fmt: skip


def events_rows(dice: Dice, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
    """Rows of the five tables, parents first."""
    begun = stamp(since)
    yield Rows(
        "event_categories",
        ("id", "name", "slug", "colour", "position", "created_at"),
        [
            (number, name, address(name), colour, number, begun)
            for number, (name, colour) in enumerate(_CATEGORIES.items(), 1)
        ],
    )
    yield _venues(dice, who, begun)
    events: list[Row] = []
    tickets: list[Row] = []
    answers: list[Row] = []
    for number, at in enumerate(moments(dice, max(2, int(who.activity * _USUAL_EVENTS)), since, until + _AHEAD), 1):
        event = _event(dice, who, number, at, since, until)
        events.append(event)
        offered = _ticket_types(dice, who, event, len(tickets) + 1)
        tickets.extend(offered)
        if event[20] is not None:
            answers.extend(_rsvps(dice, who, event, offered, until))
    yield Rows("events", _EVENT_COLUMNS, events)
    yield Rows(
        "events_ticket_types",
        ("id", "event_id", "name", "price", "currency", "quantity", "sales_end_at", "position", "created_at"),
        tickets,
    )
    yield Rows("event_rsvps", _RSVP_COLUMNS, answers)


def _venues(dice: Dice, who: Customer, begun: str) -> Rows:
    places = ((who.business.name, 25), (f"Town hall, {who.business.town}", 180))
    return Rows(
        "events_venues",
        ("id", "name", "address", "postcode", "city", "country", "latitude", "longitude", "capacity", "created_at"),
        [
            (
                number, name, f"{who.person.family} {dice.between(1, 90)}", f"{dice.between(1000, 99999)}",
                who.business.town, who.person.locale.country, dice.between(-55_000, 70_000) / 1000,
                dice.between(-179_000, 179_000) / 1000, capacity, begun,
            )
            for number, (name, capacity) in enumerate(places, 1)
        ],
    )  # fmt: skip


def _event(dice: Dice, who: Customer, number: int, at: datetime, since: datetime, until: datetime) -> Row:
    starts = at.replace(minute=dice.one_of((0, 30)), second=0)
    ends = starts + timedelta(minutes=dice.one_of((60, 90, 120, 240)))
    title = f"{dice.one_of(who.business.trade.topics)} ({starts:%B %Y})"
    if dice.chance(_HOSTILE):
        title = texts.hostile(dice)
    made = max(since, min(starts - timedelta(days=dice.between(15, 50)), until - timedelta(hours=1)))
    is_online = dice.chance(0.2)
    status = dice.weighted(("scheduled", "draft", "cancelled"), (86, 7, 7))
    return (
        number, _ONLINE if is_online else dice.between(1, _ONLINE), None if is_online else dice.between(1, 3),
        draw_member(dice, who), who.person.name, who.email, title, f"{address(title)[:150]}-{number}",
        f"{who.business.name}, {who.business.town}", texts.post_body(dice, who.business.trade, dice.between(1, 4)),
        status, dice.weighted(("public", "members", "private"), (85, 10, 5)),
        "online" if is_online else "in_person", f"https://meet.example/{code(dice)}" if is_online else None,
        stamp(starts), stamp(ends), "FREQ=MONTHLY;BYDAY=1TH" if dice.chance(0.1) else None,
        dice.one_of((12, 25, 60, None)), int(dice.chance(0.4)), stamp(starts - timedelta(hours=2)),
        None if status == "draft" else stamp(made),
        stamp(made + timedelta(minutes=50)) if status == "cancelled" else None, stamp(made),
    )  # fmt: skip


def code(dice: Dice) -> str:
    """What stands at the end of a link to a meeting, or in a ticket's code."""
    return f"{dice.getrandbits(64):016x}"


def _ticket_types(dice: Dice, who: Customer, event: Row, first: int) -> list[Row]:
    locale = who.person.locale
    euros = dice.one_of((0, 0, 9, 18, 45))
    kinds = (
        (("Standard", euros),) if euros == 0 or dice.chance(0.6) else (("Standard", euros), ("Reduced", euros * 0.6))
    )
    return [
        (
            first + place, event[0], name, price_in(locale, price) / 100 if price else 0, locale.currency,
            event[17], event[14], place, event[22],
        )
        for place, (name, price) in enumerate(kinds)
    ]  # fmt: skip


def _rsvps(dice: Dice, who: Customer, event: Row, offered: list[Row], until: datetime) -> Iterator[Row]:
    starts, published = datetime.fromisoformat(str(event[14])), datetime.fromisoformat(str(event[20]))
    places = event[17] if event[17] is not None else 10_000
    for number, at in enumerate(moments(dice, min(int(dice.expovariate(0.09)), 60), published, min(starts, until)), 1):
        guest = draw_person(dice, who.person.locale if dice.chance(0.8) else None)
        user, _, domain = email(dice, guest, "example.net").partition("@")
        ticket = dice.one_of(offered)
        party = dice.weighted((1, 2, 4), (65, 28, 7))
        is_cancelled = event[10] == "cancelled" or dice.chance(0.07)
        status = "cancelled" if is_cancelled else "going" if party <= places else "waitlisted"
        places -= party if status == "going" else 0
        came = status == "going" and starts < until and dice.chance(0.85)
        yield (
            event[0], ticket[0], draw_member(dice, who),
            texts.hostile(dice) if dice.chance(_HOSTILE) else guest.name, f"{user}+{number}@{domain}", status, party,
            round(ticket[3] * party, 2), ticket[4], f"{event[0]}-{code(dice)}",
            json.dumps({"diet": dice.one_of(("none", "vegetarian", "vegan"))}),
            texts.comment(dice) if dice.chance(0.1) else None, stamp(at), stamp(at) if is_cancelled else None,
            stamp(starts) if came else None,
        )  # fmt: skip
