"""People and their businesses, drawn from a random number generator: the same seed, the same people."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, chain, count

from pagevoo_console.demo.content import Locale, Trade, locales, trades
from pagevoo_console.demo.dice import Dice

_SPELLED_OUT = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "å": "aa", "ł": "l", "đ": "d", "ı": "i",
        "þ": "th", "ð": "d", "œ": "oe",
    }
)  # fmt: skip
_INTERNATIONAL = 0.04
_HAS_MAILBOX = 0.3
_MAILBOX_DOMAINS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: the name as written, and in latin letters for addresses."""

    name: str
    given: str
    family: str
    latin_given: str
    latin_family: str
    locale: Locale


@dataclass(frozen=True, slots=True)
class Business:
    """What a customer's website is about. `domain` is a host name."""

    name: str
    domain: str
    town: str
    trade: Trade


def draw_person(dice: Dice, locale: Locale | None = None) -> Person:
    """Somebody from the country, or from one drawn by the countries' weights."""
    home = locale or dice.choices(locales(), cum_weights=_cumulative_weights())[0]
    given, latin_given = _scripts(dice.one_of(home.given))
    family, latin_family = _scripts(dice.one_of(home.family))
    order = (family, given) if home.is_family_first else (given, family)
    return Person(
        ("" if _is_written_without_spaces(family) else " ").join(order), given, family, latin_given, latin_family, home
    )


def draw_business(dice: Dice, owner: Person, taken: set[str]) -> Business:
    """A business of that owner. Its domain is none of `taken`, to which it is added."""
    trade = dice.one_of(trades())
    pattern = owner.locale.trades.get(trade.key, trade.name)
    name = pattern.replace("{}", owner.family)
    family = address(owner.latin_family)
    spelled = address((pattern if len(address(pattern)) > 4 else trade.name).replace("{}", owner.latin_family))
    town = dice.one_of(owner.locale.towns)
    label = dice.one_of((f"{trade.slug}-{family}", f"{family}-{trade.slug}", spelled))
    if dice.chance(_INTERNATIONAL):
        label = _international(name) or label
    ending = owner.locale.ending if dice.chance(0.8) else dice.one_of(("com", "shop", "online", "eu"))
    places = (address(town),) if town[0].isascii() or address(town) != "site" else ()
    candidates = chain((label,), (f"{label}-{place}" for place in places), (f"{label}-{n}" for n in count(2)))
    domain = next(f"{candidate}.{ending}" for candidate in candidates if f"{candidate}.{ending}" not in taken)
    taken.add(domain)
    return Business(name, domain, town, trade)


def email(dice: Dice, person: Person, domain: str) -> str:
    """An address that goes with the name; a part of the people has a mailbox elsewhere."""
    given, family = address(person.latin_given), address(person.latin_family)
    user = dice.one_of((f"{given}.{family}", f"{given[0]}.{family}", given, f"{family}.{given}", "info", "hello"))
    if dice.chance(_HAS_MAILBOX):
        return f"{given}.{family}{dice.between(2, 100)}@{dice.one_of(_MAILBOX_DOMAINS)}"
    return f"{user}@{domain}"


@lru_cache(4096)
def address(text: str) -> str:
    """The text in small ASCII letters, digits and hyphens, as in a host name; `site` where nothing is left of it."""
    spelled = unicodedata.normalize("NFC", text.lower()).translate(_SPELLED_OUT)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-") or "site"


def _international(name: str) -> str:
    """The name as a label with its own letters (`bäckerei-müller`), empty where it is plain ASCII or not one."""
    label = re.sub(r"[^\w]+", "-", unicodedata.normalize("NFC", name.lower())).strip("-_")
    return "" if label.isascii() else label


@cache
def _cumulative_weights() -> list[int]:
    return list(accumulate(locale.weight for locale in locales()))


@cache
def _is_written_without_spaces(text: str) -> bool:
    return unicodedata.name(text[0]).startswith(("CJK", "HANGUL"))


@cache
def _scripts(entry: str) -> tuple[str, str]:
    native, _, latin = entry.partition("|")
    return native, latin or native
