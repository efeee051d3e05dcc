"""Every pair of colours that ever meet can be told apart."""

import pytest

from pagevoo_console.domain.server import Environment
from pagevoo_console.ui.kit.tokens import DARK, ENVIRONMENT_GROUND, LIGHT, ON_ENVIRONMENT, Colours, Tone, contrast

BOTH = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
READABLE = 4.5
VISIBLE = 3.0


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@BOTH
def test_text_is_readable_on_every_ground(colours: Colours) -> None:
    grounds = (colours.canvas, colours.surface, colours.sunken, colours.raised, colours.selection, colours.hover)
    low = [
        (text, ground, contrast(text, ground))
        for text in (colours.text, colours.muted)
        for ground in grounds
        if contrast(text, ground) < READABLE
    ]

    assert low == []


@BOTH
@pytest.mark.parametrize("tone", list(Tone))
def test_a_tone_is_readable_on_surfaces_and_on_its_own_tint(colours: Colours, tone: Tone) -> None:
    text = colours.tone(tone).text

    grounds = (colours.tone(tone).tint, colours.surface, colours.canvas, colours.raised, colours.selection)

    assert [ground for ground in grounds if contrast(text, ground) < READABLE] == []


@BOTH
@pytest.mark.parametrize("tone", list(Tone))
def test_a_bar_stands_out_from_what_it_is_drawn_on(colours: Colours, tone: Tone) -> None:
    fill = colours.tone(tone).fill

    assert [ground for ground in (colours.surface, colours.canvas) if contrast(fill, ground) < VISIBLE] == []


@BOTH
def test_buttons_read_well_at_rest_and_under_the_pointer(colours: Colours) -> None:
    assert contrast(colours.on_accent, colours.accent) >= READABLE
    assert contrast(colours.on_accent, colours.accent_hover) >= READABLE


@BOTH
def test_fields_and_the_focus_can_be_seen(colours: Colours) -> None:
    grounds = (colours.surface, colours.canvas, colours.raised, colours.sunken)

    assert [ground for ground in grounds if contrast(colours.focus, ground) < VISIBLE] == []
    assert [ground for ground in grounds[:3] if contrast(colours.edge, ground) < VISIBLE] == []


@pytest.mark.parametrize("environment", list(Environment))
def test_every_environment_has_a_bar_that_can_be_read(environment: Environment) -> None:
    assert contrast(ON_ENVIRONMENT, ENVIRONMENT_GROUND[environment]) >= READABLE
