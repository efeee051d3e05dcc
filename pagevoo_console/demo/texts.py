"""What people write: posts, comments and messages, in many languages, and pictures pasted into a text."""

from __future__ import annotations

import base64
from random import Random

from pagevoo_console.demo.content import Trade, phrases


def paragraphs(random: Random, trade: Trade, number: int) -> list[str]:
    """So many paragraphs of a post about the trade."""
    written = []
    for _ in range(number):
        goods = random.choice(tuple(trade.goods))
        middle = random.sample(phrases("middles"), random.randint(2, 5))
        written.append(
            f"{random.choice(phrases('openings'))} {' '.join(middle)} {goods}: {random.choice(phrases('endings'))}"
        )
    return written


def post_body(random: Random, trade: Trade, number: int) -> str:
    """The HTML of a post with so many paragraphs."""
    return "\n".join(f"<p>{text}</p>" for text in paragraphs(random, trade, number))


def picture(random: Random, size_bytes: int) -> str:
    """An image pasted into a text, as editors do it: base64 in the tag itself, about 4/3 of `size_bytes` long."""
    data = base64.b64encode(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + random.randbytes(size_bytes)).decode()
    return f'<img alt="" src="data:image/jpeg;base64,{data}">'


def comment(random: Random) -> str:
    """What a reader says below a post."""
    return random.choice(phrases("comments"))


def spam(random: Random) -> str:
    """What nobody wants to read."""
    return random.choice(phrases("spam"))


def message(random: Random, signature: str) -> str:
    """What somebody writes into a contact form, signed."""
    asked = " ".join(random.sample(phrases("requests"), random.choice((1, 1, 2))))
    return f"{random.choice(phrases('greetings'))}\n\n{asked}\n\n{random.choice(phrases('thanks'))}\n{signature}"


def browser(random: Random) -> str:
    """What a browser says of itself."""
    version = random.randint(118, 131)
    return random.choice(
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0",
            f"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/{version}.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148",
        )
    )


def ip_address(random: Random) -> str:
    """An address out of the ranges that are kept for documentation."""
    if random.random() < 0.3:
        return f"2001:db8:{random.randrange(0xFFFF):x}::{random.randrange(0xFFFF):x}"
    return f"{random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{random.randrange(1, 255)}"
