"""What a website's contact form gathers: submissions, and the tickets that were made of some."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from pagevoo_console.demo import texts
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.people import draw_person, email
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Row, Rows, moments, stamp

_USUAL_SUBMISSIONS = 60
_TICKETS = 0.15
_FIELDS = json.dumps([{"name": name, "required": name != "phone"} for name in ("name", "email", "phone", "message")])


def contact_form_rows(dice: Dice, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
    """Rows of the four tables, parents first."""
    yield Rows(
        "contact_forms",
        ("id", "name", "slug", "fields", "recipient_email", "success_message", "created_at"),
        [
            (1, "Contact", "contact", _FIELDS, who.email, "Thank you, we will be in touch.", stamp(since)),
            (2, "Call me back", "callback", _FIELDS, who.email, "We will ring you.", stamp(since)),
        ],
    )
    submissions: list[Row] = []
    tickets: list[Row] = []
    messages: list[Row] = []
    for number, at in enumerate(moments(dice, int(who.activity * _USUAL_SUBMISSIONS), since, until), 1):
        submission = _submission(dice, who, number, at, until)
        submissions.append(submission)
        if submission[6] != "spam" and dice.chance(_TICKETS):
            ticket = _ticket(dice, len(tickets) + 1, submission, at, until)
            tickets.append(ticket)
            messages.extend(_messages(dice, who, ticket, at, until))
    yield Rows(
        "form_submissions",
        (
            "id", "form_id", "name", "email", "subject", "message", "status", "ip_address", "user_agent", "created_at",
            "read_at",
        ),
        submissions,
    )  # fmt: skip
    yield Rows(
        "support_tickets",
        (
            "id", "submission_id", "ticket_number", "subject", "description", "requester_name", "requester_email",
            "status", "priority", "created_at", "first_reply_at", "resolved_at",
        ),
        tickets,
    )  # fmt: skip
    yield Rows(
        "contact_form_ticket_messages", ("ticket_id", "author_name", "is_staff", "message", "created_at"), messages
    )


def _submission(dice: Dice, who: Customer, number: int, at: datetime, until: datetime) -> Row:
    visitor = draw_person(dice, who.person.locale if dice.chance(0.7) else None)
    address = email(dice, visitor, "example.net")
    is_spam = dice.chance(0.06)
    text = texts.spam(dice) if is_spam else texts.message(dice, visitor.name)
    is_read = until - at > timedelta(days=dice.between(1, 6))
    status = "spam" if is_spam else ("answered" if dice.chance(0.7) else "read") if is_read else "new"
    seen = stamp(min(at + timedelta(minutes=dice.between(5, 3000)), until)) if is_read else None
    subject = dice.one_of(who.business.trade.questions)
    return (
        number, 1 if dice.chance(0.8) else 2, visitor.name, address, subject, text, status,
        texts.ip_address(dice), texts.browser(dice), stamp(at), seen,
    )  # fmt: skip


def _ticket(dice: Dice, number: int, submission: Row, at: datetime, until: datetime) -> Row:
    replied = at + timedelta(minutes=dice.between(10, 2000))
    resolved = replied + timedelta(minutes=dice.between(30, 9000))
    status = "resolved" if resolved < until else "pending" if replied < until else "open"
    priority = dice.weighted(("low", "normal", "high", "urgent"), (15, 65, 15, 5))
    return (
        number, submission[0], f"T-{at:%Y}-{number:05d}", submission[4], submission[5], submission[2], submission[3],
        status, priority, stamp(at), stamp(replied) if replied < until else None,
        stamp(resolved) if resolved < until else None,
    )  # fmt: skip


def _messages(dice: Dice, who: Customer, ticket: Row, at: datetime, until: datetime) -> Iterator[Row]:
    yield (ticket[0], ticket[5], 0, ticket[4], stamp(at))
    for _ in range(dice.between(0, 4)):
        at += timedelta(minutes=dice.between(15, 1500))
        if at > until:
            return
        is_staff = dice.chance(0.6)
        author = who.person.name if is_staff else ticket[5]
        yield (ticket[0], author, int(is_staff), texts.message(dice, str(author)), stamp(at))
