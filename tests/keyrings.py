"""This process with a real keyring: gnome-keyring on a bus of its own, instead of none."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backends.SecretService import Keyring

from tests.secret_service import SecretService


@pytest.fixture
def keyring_here(secret_service: SecretService, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretService]:
    """For as long as the test."""
    for name, value in secret_service.environment.items():
        monkeypatch.setenv(name, value)
    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        yield secret_service
    finally:
        keyring.set_keyring(before)
