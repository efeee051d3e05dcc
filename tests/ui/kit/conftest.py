"""The application's own theme for every test of the kit."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.theme import Scheme, Theme


@pytest.fixture(autouse=True)
def application_theme(qapp: QApplication) -> Iterator[Theme]:
    """The theme, light again after the test."""
    installed = theme.install(qapp)
    installed.set_scheme(Scheme.LIGHT)
    yield installed
    installed.set_scheme(Scheme.LIGHT)
