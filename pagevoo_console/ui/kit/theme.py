"""Light and dark: two palettes of our own and one stylesheet on Fusion, following the system or told which to be.

Own palettes because Qt's switch of the colour scheme does nothing on several platforms.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from pagevoo_console.ui.kit.grounds import is_dark
from pagevoo_console.ui.kit.stylesheet import stylesheet
from pagevoo_console.ui.kit.tokens import DARK, LIGHT, Colours, Text

PREFERRED_FAMILY = "Inter"
SMALLEST_BASE = 13


class Scheme(StrEnum):
    """What somebody chose in the preferences."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Keeps the application's palette, font and stylesheet right. One for each QApplication.

    Signals: changed() after the colours changed; item delegates with caches listen, widgets just repaint.
    """

    changed = Signal()

    def __init__(self, application: QApplication, scheme: Scheme = Scheme.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._system_palette_is_dark = is_dark(QGuiApplication.palette())
        self._scheme = scheme
        self._colours = LIGHT
        application.setStyle(QStyleFactory.create("Fusion"))
        application.setFont(_base_font(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)))
        application.styleHints().colorSchemeChanged.connect(self._apply)
        if scheme is not Scheme.SYSTEM:
            self._tell_system()
        self._apply()

    @property
    def colours(self) -> Colours:
        return self._colours

    @property
    def scheme(self) -> Scheme:
        return self._scheme

    def set_scheme(self, scheme: Scheme) -> None:
        """Follow the system, or be light or dark whatever the system says."""
        self._scheme = scheme
        self._tell_system()
        self._apply()

    def _tell_system(self) -> None:
        """What Qt and the platform draw by themselves wears the same."""
        hints = self._application.styleHints()
        if self._scheme is Scheme.SYSTEM:
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if self._scheme is Scheme.DARK else Qt.ColorScheme.Light)

    def _wants_dark(self) -> bool:
        if self._scheme is not Scheme.SYSTEM:
            return self._scheme is Scheme.DARK
        told = self._application.styleHints().colorScheme()
        if told == Qt.ColorScheme.Unknown:
            return self._system_palette_is_dark
        return told == Qt.ColorScheme.Dark

    def _apply(self) -> None:
        global _colours
        colours = DARK if self._wants_dark() else LIGHT
        if colours is self._colours and self._application.styleSheet():
            return
        self._colours = _colours = colours
        self._application.setPalette(palette(colours))
        self._application.setStyleSheet(stylesheet(colours, self._application.font().pixelSize()))
        self.changed.emit()


_colours = LIGHT
_theme: Theme | None = None


def install(application: QApplication, scheme: Scheme = Scheme.SYSTEM) -> Theme:
    """Give the application its theme, in these colours; calling again returns the same one as it is."""
    global _theme
    if _theme is None:
        _theme = Theme(application, scheme)
    return _theme


def colours() -> Colours:
    """The colours of this moment, for whatever paints itself."""
    return _colours


def font(text: Text, *, tabular: bool = False) -> QFont:
    """The application's font at a step of the scale; `tabular` gives all digits one width."""
    made = QFont(QApplication.font())
    made.setPixelSize(round(made.pixelSize() * text.factor) if made.pixelSize() > 0 else SMALLEST_BASE)
    made.setWeight(QFont.Weight(text.weight))
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def mono_font() -> QFont:
    """The system's fixed-width font in the base size, for names of databases, commands and SQL."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setPixelSize(max(SMALLEST_BASE - 1, QApplication.font().pixelSize() - 1))
    return made


def palette(colours: Colours) -> QPalette:
    """The QPalette of a set of colours, for every widget that Fusion draws by itself."""
    role = QPalette.ColorRole
    made = QPalette()
    values = {
        role.Window: colours.canvas,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.hover,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.BrightText: colours.on_accent,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Link: colours.focus,
        role.LinkVisited: colours.focus,
        role.Light: colours.surface,
        role.Midlight: colours.hairline,
        role.Mid: colours.hairline,
        role.Dark: colours.edge,
        role.Shadow: colours.edge,
    }
    for which, value in values.items():
        made.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText, role.PlaceholderText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(colours.disabled))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(colours.sunken))
    return made


def _base_font(system: QFont) -> QFont:
    """The system's font, or Inter where it is installed, in pixels, never smaller than is comfortable to read."""
    dots = QGuiApplication.primaryScreen().logicalDotsPerInchY() if QGuiApplication.primaryScreen() else 96.0
    size = system.pixelSize() if system.pixelSize() > 0 else round(system.pointSizeF() * dots / 72)
    made = QFont(system)
    if QFontDatabase.hasFamily(PREFERRED_FAMILY):
        made.setFamily(PREFERRED_FAMILY)
    made.setPixelSize(max(SMALLEST_BASE, min(size, 20)))
    return made
