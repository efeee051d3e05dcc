"""People and businesses."""

import pytest

from pagevoo_console.demo.content import locales, trades
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.people import address, draw_business, draw_person, email


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller", "mueller"),
        ("Weiß & Söhne", "weiss-soehne"),
        ("D'Arcy", "darcy"),
        ("Łęcki", "lecki"),
        ("Þórdís", "thordis"),
        ("Yıldırım", "yildirim"),
        ("  van 't Hoff ", "van-t-hoff"),
        ("田中", "site"),
    ],
)
def test_a_name_becomes_letters_that_may_stand_in_an_address(text: str, expected: str) -> None:
    assert address(text) == expected


def test_everybody_has_an_address_that_mail_could_go_to() -> None:
    for seed in range(300):
        dice = Dice(seed)
        person = draw_person(dice)
        business = draw_business(dice, person, set())
        user, at, domain = email(dice, person, business.domain).partition("@")
        assert at == "@"
        assert user.isascii()
        assert user
        assert "." in domain.strip(".")
        assert " " not in business.domain


def test_names_come_in_many_scripts() -> None:
    names = "".join(draw_person(Dice(seed)).name for seed in range(800))

    for letter in ("ü", "ø", "ł", "'", "田", "א", "م", "Ш", "अ", "김"):
        assert letter in names, letter


def test_families_that_stand_first_do() -> None:
    japan = next(locale for locale in locales() if locale.country == "JP")

    person = draw_person(Dice(1), japan)

    assert person.name == person.family + person.given


def test_no_two_businesses_share_a_domain() -> None:
    taken: set[str] = set()
    owner = draw_person(Dice(3))

    domains = [draw_business(Dice(3), owner, taken).domain for _ in range(20)]

    assert len(set(domains)) == 20


def test_every_local_name_of_a_trade_belongs_to_a_trade_and_names_its_owner() -> None:
    known = {trade.key for trade in trades()}
    for locale in locales():
        for key, name in locale.trades.items():
            assert key in known
            assert "{}" in name
