"""How a backup is encrypted, and what can be wrong with the key to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pagevoo_console.domain.errors import ConsoleError


class SealMethod(StrEnum):
    """What opens an encrypted backup: the identity of one of its recipients, or a passphrase."""

    RECIPIENTS = "recipients"
    PASSPHRASE = "passphrase"


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What a manifest says of its file's encryption. `recipients` are public keys, which open nothing."""

    method: SealMethod
    recipients: tuple[str, ...] = ()


class WrongKey(ConsoleError):
    """The key does not open this backup, or none is at hand: it says nothing about the backup itself."""

    code = "wrong_key"
