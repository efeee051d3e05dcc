"""Text from outside, as it may be looked at."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagevoo_console.domain.text import counted, noun, visible


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("pagevoo_website_42", "pagevoo_website_42"),
        ("Zoë Yılmaz", "Zoë Yılmaz"),
        ("日本の店", "日本の店"),
        ("👩‍💻 & ❤️", "👩‍💻 & ❤️"),
        ("a\u202egpj.exe", "a⟦U+202E⟧gpj.exe"),
        ("a\u200bb", "a⟦U+200B⟧b"),
        ("a\u200db", "a⟦U+200D⟧b"),
        ("\ufeffname", "⟦U+FEFF⟧name"),
        ("\x1b[2J", "⟦U+001B⟧[2J"),
        ("one\rtwo\n", "one⟦U+000D⟧two⟦U+000A⟧"),
        ("\u3164", "⟦U+3164⟧"),
        ("x\U000e0041", "x⟦U+E0041⟧"),
        ("\ud800", "⟦U+D800⟧"),
    ],
)
def test_fault_91_what_hides_or_reorders_is_written_out(given_text: str, shown: str) -> None:
    assert visible(given_text) == shown


def test_newlines_and_tabs_stay_where_they_are_wanted() -> None:
    assert visible("one\n\ttwo\r", keep_newlines=True) == "one\n\ttwo⟦U+000D⟧"


@given(st.text())
def test_fault_91_no_text_can_leave_an_invisible_character_behind(text: str) -> None:
    left = [
        character
        for character in visible(text)
        if unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} and character != "\u200d"
    ]

    assert left == []


@given(st.text(), st.text())
def test_two_texts_that_differ_only_in_what_is_hidden_look_different(text: str, more: str) -> None:
    assert visible(f"{text}\u202e{more}") != visible(f"{text}{more}")


def test_one_of_a_kind_is_no_plural() -> None:
    assert [counted(number, "row") for number in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert [noun(number, "entry", "entries") for number in (None, 1, 2)] == ["entries", "entry", "entries"]
