"""What a website's contact form gathers: submissions, and the tickets that were made of some."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from pagevoo_console.demo import texts
from pagevoo_console.demo.people import draw_person, email
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Row, Rows, moments, stamp

_USUAL_SUBMISSIONS = 60
_TICKETS = 0.15
_FIELDS = json.dumps([{"name": name, "required": name != "phone"} for name in ("name", "email", "phone", "message")])


def contact_form_rows(random: Random, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
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
    for number, at in enumerate(moments(random, int(who.activity * _USUAL_SUBMISSIONS), since, until), 1):
        submission = _submission(random, who, number, at, until)
        submissions.append(submission)
        if submission[6] != "spam" and random.random() < _TICKETS:
            ticket = _ticket(random, len(tickets) + 1, submission, at, until)
            tickets.append(ticket)
            messages.extend(_messages(random, who, ticket, at, until))
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


def _submission(random: Random, who: Customer, number: int, at: datetime, until: datetime) -> Row:
    visitor = draw_person(random, who.person.locale if random.random() < 0.7 else None)
    address = email(random, visitor, "example.net")
    is_spam = random.random() < 0.06
    text = texts.spam(random) if is_spam else texts.message(random, visitor.name)
    is_read = until - at > timedelta(days=random.randrange(1, 6))
    status = "spam" if is_spam else ("answered" if random.random() < 0.7 else "read") if is_read else "new"
    seen = stamp(min(at + timedelta(minutes=random.randrange(5, 3000)), until)) if is_read else None
    subject = random.choice(who.business.trade.questions)
    return (
        number, 1 if random.random() < 0.8 else 2, visitor.name, address, subject, text, status,
        texts.ip_address(random), texts.browser(random), stamp(at), seen,
    )  # fmt: skip


def _ticket(random: Random, number: int, submission: Row, at: datetime, until: datetime) -> Row:
    replied = at + timedelta(minutes=random.randrange(10, 2000))
    resolved = replied + timedelta(minutes=random.randrange(30, 9000))
    status = "resolved" if resolved < until else "pending" if replied < until else "open"
    priority = random.choices(("low", "normal", "high", "urgent"), (15, 65, 15, 5))[0]
    return (
        number, submission[0], f"T-{at:%Y}-{number:05d}", submission[4], submission[5], submission[2], submission[3],
        status, priority, stamp(at), stamp(replied) if replied < until else None,
        stamp(resolved) if resolved < until else None,
    )  # fmt: skip


def _messages(random: Random, who: Customer, ticket: Row, at: datetime, until: datetime) -> Iterator[Row]:
    yield (ticket[0], ticket[5], 0, ticket[4], stamp(at))
    for _ in range(random.randrange(0, 4)):
        at += timedelta(minutes=random.randrange(15, 1500))
        if at > until:
            return
        is_staff = random.random() < 0.6
        author = who.person.name if is_staff else ticket[5]
        yield (ticket[0], author, int(is_staff), texts.message(random, str(author)), stamp(at))
