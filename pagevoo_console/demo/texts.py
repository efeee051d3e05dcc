"""What people write: posts, comments and messages, in many languages, and pictures pasted into a text."""

from __future__ import annotations

import base64

from pagevoo_console.demo.content import Trade, phrases
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.faults import HOSTILE_NAMES

_HOSTILE = tuple(HOSTILE_NAMES.values())


def paragraphs(dice: Dice, trade: Trade, number: int) -> list[str]:
    """So many paragraphs of a post about the trade."""
    written = []
    for _ in range(number):
        goods = dice.one_of(tuple(trade.goods))
        middle = dice.sample(phrases("middles"), dice.between(2, 6))
        written.append(
            f"{dice.one_of(phrases('openings'))} {' '.join(middle)} {goods}: {dice.one_of(phrases('endings'))}"
        )
    return written


def post_body(dice: Dice, trade: Trade, number: int) -> str:
    """The HTML of a post with so many paragraphs."""
    return "\n".join(f"<p>{text}</p>" for text in paragraphs(dice, trade, number))


def picture(dice: Dice, size_bytes: int) -> str:
    """An image pasted into a text, as editors do it: base64 in the tag itself, about 4/3 of `size_bytes` long."""
    data = base64.b64encode(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + dice.randbytes(size_bytes)).decode()
    return f'<img alt="" src="data:image/jpeg;base64,{data}">'


def comment(dice: Dice) -> str:
    """What a reader says below a post."""
    return dice.one_of(phrases("comments"))


def spam(dice: Dice) -> str:
    """What nobody wants to read."""
    return dice.one_of(phrases("spam"))


def hostile(dice: Dice) -> str:
    """What somebody types who wants to see whether it breaks."""
    return dice.one_of(_HOSTILE)


def message(dice: Dice, signature: str) -> str:
    """What somebody writes into a contact form, signed."""
    asked = " ".join(dice.sample(phrases("requests"), dice.one_of((1, 1, 2))))
    return f"{dice.one_of(phrases('greetings'))}\n\n{asked}\n\n{dice.one_of(phrases('thanks'))}\n{signature}"


def browser(dice: Dice) -> str:
    """What a browser says of itself."""
    version = dice.between(118, 132)
    return dice.one_of(
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0",
            f"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/{version}.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148",
        )
    )


def ip_address(dice: Dice) -> str:
    """An address out of the ranges that are kept for documentation."""
    if dice.chance(0.3):
        return f"2001:db8:{dice.between(0, 0xFFFF):x}::{dice.between(0, 0xFFFF):x}"
    return f"{dice.one_of(('192.0.2', '198.51.100', '203.0.113'))}.{dice.between(1, 255)}"
