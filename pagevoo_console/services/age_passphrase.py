"""The age format for a passphrase, streamed: `age -d` asks for the passphrase and reads what is written here.

The library that seals for recipients wants a passphrase's file whole in memory, so this part of the format is spelt
out: a header with one `scrypt` stanza, then ChaCha20-Poly1305 over chunks of 64 KiB. Source: age-encryption.org/v1.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import os
import re
import struct
from collections.abc import Callable
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pagevoo_console.domain.encryption import WrongKey
from pagevoo_console.domain.errors import Corrupt

VERSION_LINE = b"age-encryption.org/v1\n"
CHUNK = 64 * 1024
WORK_FACTOR = 16
"""log2 of scrypt's cost: 64 MB and some tenths of a second for each guess."""
MOST_WORK = 20
"""A header that asks for more would keep the reader busy, and is not one that any console wrote."""

_TAG = 16
_STANZA = re.compile(rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n---")


class PassphraseSealer:
    """Seals what is written to it; what comes out goes to `sink`, in pieces. Not safe to call from two threads."""

    def __init__(self, sink: Callable[[bytes], object], passphrase: str) -> None:
        self._sink = sink
        self._waiting = bytearray()
        key, salt = os.urandom(16), os.urandom(16)
        body = ChaCha20Poly1305(_wrapping_key(passphrase, salt, WORK_FACTOR)).encrypt(bytes(12), key, None)
        header = VERSION_LINE + b"-> scrypt %s %d\n%s\n---" % (_base64(salt), WORK_FACTOR, _base64(body))
        nonce = os.urandom(16)
        self._chunks = _Chunks(key, nonce)
        sink(header + b" " + _base64(_header_mac(key, header)) + b"\n" + nonce)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._sink(self._chunks.seal(bytes(self._waiting[:CHUNK]), is_last=False))
            del self._waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Seal the last piece; without it the file opens nowhere."""
        self._sink(self._chunks.seal(bytes(self._waiting), is_last=True))
        self._waiting.clear()

    def abandon(self) -> None:
        self._waiting.clear()


class PassphraseReader(io.RawIOBase):
    """What a passphrase sealed, opened while it is read: nothing is handed out that was not authenticated first.

    Raises WrongKey where the passphrase is another, Corrupt where the file was cut or changed.
    """

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        super().__init__()
        self._source = source
        self._plain = b""
        self._chunks = _opened(source, passphrase)
        self._next = source.read(CHUNK + _TAG)
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        if not self._plain and not self._is_over:
            sealed, self._next = self._next, self._source.read(CHUNK + _TAG)
            self._is_over = not self._next
            self._plain = self._chunks.open(sealed, is_last=self._is_over)
        given = self._plain[: len(buffer)]
        buffer[: len(given)] = given
        self._plain = self._plain[len(given) :]
        return len(given)


def is_sealed_by_passphrase(header: bytes) -> bool:
    """Whether a file that begins like this is to be opened by a passphrase; any other age file is for identities."""
    return header.startswith(VERSION_LINE + b"-> scrypt ")


class _Chunks:
    """The pieces of one payload, numbered, so that none can be left out, added or moved."""

    def __init__(self, key: bytes, nonce: bytes) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=nonce, info=b"payload").derive(key)
        self._cipher = ChaCha20Poly1305(derived)
        self._number = 0

    def seal(self, plain: bytes, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(is_last=is_last), plain, None)

    def open(self, sealed: bytes, *, is_last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(is_last=is_last), sealed, None)
        except InvalidTag as error:
            raise Corrupt("The encrypted file was cut off or changed", hint="Use another backup.") from error

    def _nonce(self, *, is_last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return b"\0\0\0" + struct.pack(">Q", number) + (b"\1" if is_last else b"\0")


def _opened(source: IO[bytes], passphrase: str) -> _Chunks:
    """Read the header and leave the source at the first piece."""
    lines = [source.readline(200) for _ in range(4)]
    text = b"".join(lines)
    mac_at = text.rfind(b"---") + 3
    stanza = _STANZA.fullmatch(text[len(VERSION_LINE) : mac_at])
    if lines[0] != VERSION_LINE or stanza is None or int(stanza[2]) > MOST_WORK:
        raise Corrupt("The header of the encrypted file cannot be read", hint="Use another backup.")
    salt, work, body = _bytes(stanza[1]), int(stanza[2]), _bytes(stanza[3])
    try:
        key = ChaCha20Poly1305(_wrapping_key(passphrase, salt, work)).decrypt(bytes(12), body, None)
    except InvalidTag as error:
        raise WrongKey("The passphrase is not the one that this backup was encrypted with") from error
    if not hmac.compare_digest(text[mac_at:], b" " + _base64(_header_mac(key, text[:mac_at])) + b"\n"):
        raise Corrupt("The header of the encrypted file was changed", hint="Use another backup.")
    return _Chunks(key, source.read(16))


def _wrapping_key(passphrase: str, salt: bytes, work: int) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=b"age-encryption.org/v1/scrypt" + salt, n=1 << work, r=8, p=1, dklen=32,
        maxmem=(128 * 8 << work) + (1 << 20),
    )  # fmt: skip


def _header_mac(key: bytes, header: bytes) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"header").derive(key)
    return hmac.digest(derived, header, "sha256")


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4))
