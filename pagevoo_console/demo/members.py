"""Who of a website's visitors has an account there: what other features know of its members is their number alone."""

from __future__ import annotations

from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.population import Customer

FEATURE = "user_access"
_USUAL_MEMBERS = 45
_LOGGED_IN = 0.4


def member_count(who: Customer) -> int:
    """How many members the website has; their ids are 1 up to it. None where it knows no members."""
    return max(2, int(who.activity * _USUAL_MEMBERS)) if FEATURE in who.features else 0


def draw_member(dice: Dice, who: Customer, share: float = _LOGGED_IN) -> int | None:
    """The id of a member in so many of all cases, None for a visitor who is not logged in."""
    members = member_count(who)
    return dice.between(1, members + 1) if members and dice.chance(share) else None


def token(dice: Dice) -> str:
    """A secret's SHA-256, as it is stored."""
    return f"{dice.getrandbits(256):064x}"
