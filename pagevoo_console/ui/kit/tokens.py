"""The values that everything visible is made of: colours for light and dark, spacing, radii, the type scale.

Pure data and arithmetic, so that a test can compute every contrast. Text pairs hold 4.5:1, edges and bars 3:1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from pagevoo_console.domain.server import Environment
from pagevoo_console.ui.kit.grounds import DARK_GROUNDS, LIGHT_GROUNDS


class Space(IntEnum):
    """Distances in device-independent pixels, on a grid of eight with one half step."""

    HAIR = 2
    XS = 4
    S = 8
    M = 16
    L = 24
    XL = 32


class Radius(IntEnum):
    """Corner radii in device-independent pixels."""

    CONTROL = 6
    CARD = 10


class Text(StrEnum):
    """The steps of the type scale; a label's `step` property names one and the stylesheet does the rest."""

    CAPTION = "caption"
    BODY = "body"
    STRONG = "strong"
    SUBTITLE = "subtitle"
    TITLE = "title"
    DISPLAY = "display"

    @property
    def factor(self) -> float:
        """Size relative to the base size."""
        return _TYPE_SCALE[self][0]

    @property
    def weight(self) -> int:
        return _TYPE_SCALE[self][1]


_TYPE_SCALE: dict[Text, tuple[float, int]] = {
    Text.CAPTION: (0.88, 400),
    Text.BODY: (1.0, 400),
    Text.STRONG: (1.0, 600),
    Text.SUBTITLE: (1.15, 600),
    Text.TITLE: (1.62, 650),
    Text.DISPLAY: (2.15, 650),
}


class Tone(StrEnum):
    """What a colour is meant to say. It is always said a second time, by a word or an icon."""

    NEUTRAL = "neutral"
    ACCENT = "accent"
    GOOD = "good"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class ToneColours:
    """One tone: `text` on surface and on `tint`, `fill` for bars and edges, `tint` for the ground of a pill."""

    text: str
    fill: str
    tint: str


@dataclass(frozen=True, slots=True)
class Colours:
    """One complete set. All values are `#rrggbb`.

    canvas: the window. surface: lists, cards, fields. sunken: rails, logs. track: what a bar runs in.
    raised: menus and toasts.
    hairline separates and outline frames a button: neither carries meaning. edge bounds a field and does.
    """

    is_dark: bool
    canvas: str
    surface: str
    sunken: str
    track: str
    raised: str
    hairline: str
    outline: str
    edge: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_hover: str
    on_accent: str
    selection: str
    hover: str
    focus: str
    tones: dict[Tone, ToneColours]

    def tone(self, tone: Tone) -> ToneColours:
        return self.tones[tone]


LIGHT = Colours(
    is_dark=False,
    **LIGHT_GROUNDS,
    track="#dfe3ea",
    raised="#ffffff",
    outline="#ccd1db",
    text="#191d26",
    muted="#596170",
    disabled="#767d8a",
    accent="#3257d0",
    accent_hover="#2748b4",
    on_accent="#ffffff",
    selection="#e3eafc",
    hover="#f1f4fa",
    focus="#3257d0",
    tones={
        Tone.NEUTRAL: ToneColours("#505868", "#848c9a", "#eceef2"),
        Tone.ACCENT: ToneColours("#2c4fc0", "#4a6fe3", "#e6ecfc"),
        Tone.GOOD: ToneColours("#196a41", "#2b9a63", "#e2f3e9"),
        Tone.WARNING: ToneColours("#7f4f00", "#c27803", "#fcf0d9"),
        Tone.DANGER: ToneColours("#ab241c", "#d63d33", "#fce9e7"),
    },
)

DARK = Colours(
    is_dark=True,
    **DARK_GROUNDS,
    track="#363c49",
    raised="#262a34",
    outline="#414857",
    text="#e8eaf0",
    muted="#a4acbb",
    disabled="#7e8696",
    accent="#4a69dc",
    accent_hover="#4361d2",
    on_accent="#ffffff",
    selection="#283352",
    hover="#22262f",
    focus="#8ea8ff",
    tones={
        Tone.NEUTRAL: ToneColours("#b4bbc9", "#8891a2", "#2b303a"),
        Tone.ACCENT: ToneColours("#a3b8ff", "#7592f5", "#242e4d"),
        Tone.GOOD: ToneColours("#6fd6a0", "#3db97b", "#173126"),
        Tone.WARNING: ToneColours("#f2bd63", "#dc9a2e", "#36290f"),
        Tone.DANGER: ToneColours("#ff9b92", "#ee6157", "#40201f"),
    },
)

ENVIRONMENT_GROUND: dict[Environment, str] = {
    Environment.DEMO: "#3d4a8a",
    Environment.LOCAL: "#1b6e3c",
    Environment.STAGING: "#8a5200",
    Environment.PRODUCTION: "#b3261e",
}
ON_ENVIRONMENT = "#ffffff"


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb` as WCAG 2 defines it, 0 to 1."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
