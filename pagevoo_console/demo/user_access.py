"""The members of a website: accounts, roles, sessions, and everybody who tried a password."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from pagevoo_console.demo import texts
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.members import member_count, token
from pagevoo_console.demo.people import address, draw_person, email
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Row, Rows, moments, stamp

_HOSTILE = 0.03
_ROLES = {"Member": 4, "Editor": 8, "Moderator": 10, "Administrator": 13}
"""Each role with how many of the permissions it has, counted from the first."""
_PERMISSIONS = (
    "pages.view", "posts.read", "comments.write", "files.download", "posts.write", "files.upload", "events.manage",
    "bookings.manage", "comments.moderate", "members.view", "orders.view", "members.manage", "settings.manage",
)  # fmt: skip
_USER_COLUMNS = (
    "id", "email", "username", "display_name", "first_name", "last_name", "password_hash", "status", "locale",
    "profile", "accepts_marketing", "terms_accepted_at", "email_verified_at", "failed_login_count", "locked_until",
    "last_login_at", "created_at", "closed_at",
)  # fmt: skip


def user_access_rows(dice: Dice, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
    """Rows of the nine tables, parents first."""
    joined = moments(dice, member_count(who), since, until)
    users = [_user(dice, who, number, at, until) for number, at in enumerate(joined, 1)]
    yield Rows("website_users", _USER_COLUMNS, users)
    yield from _role_rows(dice, len(users), since)
    yield Rows(
        "user_access_identities",
        ("user_id", "provider", "provider_user_id", "email", "created_at"),
        [
            (user[0], dice.one_of(("google", "apple", "facebook")), f"{dice.getrandbits(70)}", user[1], user[16])
            for user in users
            if dice.chance(0.15)
        ],
    )
    yield _sessions(dice, users, until)
    yield _password_resets(dice, users, until)
    yield _login_attempts(dice, users, since, until)


def _user(dice: Dice, who: Customer, number: int, at: datetime, until: datetime) -> Row:
    person = draw_person(dice, who.person.locale if dice.chance(0.8) else None)
    user, _, domain = email(dice, person, "example.org").partition("@")
    status = "active" if number == 1 else dice.weighted(("active", "pending", "suspended", "closed"), (86, 9, 3, 2))
    was_verified = status != "pending"
    is_locked = status == "active" and number > 1 and dice.chance(0.02)
    seen = at + (until - at) * dice.random() if was_verified else None
    newsletter = dice.one_of(("weekly", "monthly", "never"))
    profile = {"newsletter": newsletter, "town": dice.one_of(person.locale.towns)}
    return (
        number, f"{user}+{number}@{domain}", f"{address(person.latin_given)}{number}",
        texts.hostile(dice) if dice.chance(_HOSTILE) else person.name, person.given, person.family,
        f"$2y$12${dice.getrandbits(212):053x}", status, person.locale.country.lower(),
        json.dumps(profile, ensure_ascii=False), int(dice.chance(0.35)), stamp(at),
        stamp(min(at + timedelta(minutes=7), until)) if was_verified else None,
        5 if is_locked else 0, stamp(until + timedelta(minutes=15)) if is_locked else None,
        stamp(seen) if seen else None, stamp(at), stamp(until) if status == "closed" else None,
    )  # fmt: skip


def _role_rows(dice: Dice, users: int, since: datetime) -> Iterator[Rows]:
    begun = stamp(since)
    yield Rows(
        "website_roles",
        ("id", "name", "slug", "is_default", "is_system", "position", "created_at"),
        [
            (number, name, address(name), int(number == 1), int(name == "Administrator"), number, begun)
            for number, name in enumerate(_ROLES, 1)
        ],
    )
    yield Rows(
        "website_permissions",
        ("id", "name", "title", "group_name", "created_at"),
        [
            (number, name, " ".join(reversed(name.split("."))).capitalize(), name.partition(".")[0], begun)
            for number, name in enumerate(_PERMISSIONS, 1)
        ],
    )
    yield Rows(
        "user_access_role_permissions",
        ("role_id", "permission_id"),
        [(role, permission) for role, granted in enumerate(_ROLES.values(), 1) for permission in range(1, granted + 1)],
    )
    roles = [len(_ROLES), *(dice.weighted((1, 2, 3), (93, 5, 2)) for _ in range(users - 1))]
    yield Rows(
        "user_access_user_roles",
        ("user_id", "role_id", "granted_by", "granted_at"),
        [(user, role, None if user == 1 else 1, begun) for user, role in enumerate(roles, 1)],
    )


def _sessions(dice: Dice, users: list[Row], until: datetime) -> Rows:
    sessions: list[Row] = []
    for user in users:
        if user[15] is None or not dice.chance(0.4):
            continue
        at = max(until - timedelta(minutes=dice.between(1, 60 * 24 * 20)), datetime.fromisoformat(str(user[16])))
        sessions.append(
            (
                user[0], token(dice), texts.ip_address(dice), texts.browser(dice), int(dice.chance(0.6)), stamp(at),
                stamp(at), stamp(at + timedelta(days=30)), stamp(until) if user[7] != "active" else None,
            )
        )  # fmt: skip
    return Rows(
        "user_access_sessions",
        (
            "user_id", "token_hash", "ip_address", "user_agent", "is_remembered", "created_at", "last_seen_at",
            "expires_at", "revoked_at",
        ),
        sessions,
    )  # fmt: skip


def _password_resets(dice: Dice, users: list[Row], until: datetime) -> Rows:
    resets: list[Row] = []
    for user in users:
        if user[15] is not None and dice.chance(0.07):
            at = datetime.fromisoformat(str(user[15]))
            used = stamp(min(at + timedelta(minutes=9), until)) if dice.chance(0.7) else None
            resets.append(
                (user[0], token(dice), texts.ip_address(dice), stamp(at), stamp(at + timedelta(hours=1)), used)
            )
    return Rows(
        "user_access_password_resets",
        ("user_id", "token_hash", "ip_address", "created_at", "expires_at", "used_at"),
        resets,
    )


def _login_attempts(dice: Dice, users: list[Row], since: datetime, until: datetime) -> Rows:
    attempts: list[Row] = []
    for at in moments(dice, len(users) * 2, max(since, until - timedelta(days=60)), until):
        user: Row | None = dice.one_of(users)
        outcome = dice.weighted(("success", "wrong_password", "locked", "unknown"), (84, 12, 1, 3))
        tried = user[1] if user is not None else None
        if outcome == "unknown":
            user, tried = None, dice.one_of(("admin", "admin' OR '1'='1", "root@localhost", texts.hostile(dice)))
        attempts.append(
            (user[0] if user else None, tried, outcome, texts.ip_address(dice), texts.browser(dice), stamp(at))
        )
    return Rows(
        "user_access_login_attempts",
        ("user_id", "email", "outcome", "ip_address", "user_agent", "attempted_at"),
        attempts,
    )
