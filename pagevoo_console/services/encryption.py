"""Backups sealed with age while they are written, opened while they are read, and tried before they count.

Nothing in clear reaches a disk: what is sealed is the compressed dump on its way there.
"""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Protocol, cast

import pyrage

from pagevoo_console.domain.encryption import SealFacts, SealMethod, WrongKey
from pagevoo_console.domain.errors import Corrupt, Failed, WrongUsage
from pagevoo_console.services.secrets import Secret

SHORTEST_PASSPHRASE = 12
_CHUNK = 256 * 1024


class Sealer(Protocol):
    """Takes what is to be sealed; `close` makes it whole, `abandon` lets go of everything."""

    def write(self, data: bytes) -> int: ...

    def close(self) -> None: ...

    def abandon(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Sealing:
    """How one backup is sealed. `trial` is a key of its own that opens it as long as this process lives.

    With recipients alone nobody here could try whether the file opens, and none that was not tried counts.
    """

    facts: SealFacts
    keys: tuple[Any, ...] = ()
    passphrase: Secret | None = None
    trial: Any = None

    def sealer(self, sink: Callable[[bytes], object]) -> Sealer:
        """What encrypts into `sink`. What passphrases need takes 7 MB, and is imported when one is used."""
        if self.passphrase is not None:
            from pagevoo_console.services.age_passphrase import PassphraseSealer

            return PassphraseSealer(sink, self.passphrase.reveal())
        return _RecipientSealer(sink, (*self.keys, self.trial.to_public()))

    def ensure_opens(self, file: IO[bytes], sha256: str) -> None:
        """Raise Failed unless the sealed file opens to what was sealed: its SHA-256 before encryption."""
        digest = hashlib.sha256()
        with opened(file, () if self.trial is None else (self.trial,), self.passphrase) as plain:
            while data := plain.read(_CHUNK):
                digest.update(data)
        if digest.hexdigest() != sha256:
            raise Failed(
                "What was encrypted does not decrypt to the same", code="not_decryptable", hint="Nothing was kept."
            )


def for_recipients(recipients: Sequence[str]) -> Sealing:
    """Seal for these public keys: `age1…`, `ssh-ed25519 …` or `ssh-rsa …`. Raises WrongUsage for anything else."""
    texts = tuple(dict.fromkeys(text.strip() for text in recipients))
    facts = SealFacts(SealMethod.RECIPIENTS, texts)
    return Sealing(facts, tuple(_recipient(text) for text in texts), trial=pyrage.x25519.Identity.generate())


def for_passphrase(passphrase: Secret) -> Sealing:
    """Seal by a passphrase. Raises WrongUsage for one that is quickly guessed."""
    if len(passphrase.reveal()) < SHORTEST_PASSPHRASE:
        raise WrongUsage(
            f"The passphrase is shorter than {SHORTEST_PASSPHRASE} characters",
            code="short_passphrase",
            hint="Who has the file can try as many as they like: take several words.",
        )
    return Sealing(SealFacts(SealMethod.PASSPHRASE), passphrase=passphrase)


def read_identities(text: str, source: str) -> tuple[Any, ...]:
    """Identities of a key file as `age-keygen` or `ssh-keygen` write one. Raises WrongUsage naming the `source`."""
    if text.lstrip().startswith("-----BEGIN OPENSSH PRIVATE KEY-----"):
        try:
            return (pyrage.ssh.Identity.from_buffer(text.encode()),)
        except pyrage.IdentityError as error:
            raise _no_identity(source) from error
    found = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            try:
                found.append(pyrage.x25519.Identity.from_str(line.strip()))
            except pyrage.IdentityError as error:
                raise _no_identity(source) from error
    if not found:
        raise _no_identity(source)
    return tuple(found)


def new_identity() -> tuple[str, Secret]:
    """A fresh key pair: the public recipient, and the identity that opens what is sealed for it."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), Secret(str(identity))


def recipient_of(identity: Any) -> str:
    """The public half of an identity of age's own kind."""
    return str(identity.to_public())


@contextmanager
def opened(file: IO[bytes], identities: Sequence[Any], passphrase: Secret | None) -> Iterator[IO[bytes]]:
    """What is in a sealed file, from where it stands. Only what was authenticated is handed out.

    Raises WrongKey where nothing at hand opens it, Corrupt where it was cut or changed.
    """
    from pagevoo_console.services.age_passphrase import PassphraseReader, is_sealed_by_passphrase

    start = file.tell()
    header = file.read(64)
    file.seek(start)
    if is_sealed_by_passphrase(header):
        if passphrase is None:
            raise WrongKey(
                "This backup is encrypted with a passphrase, and none was given",
                code="no_key",
                hint="Give it with --passphrase-stdin, or in a file that PAGEVOO_PASSPHRASE_FILE names.",
            )
        yield io.BufferedReader(cast("io.RawIOBase", PassphraseReader(file, passphrase.reveal())), _CHUNK)
        return
    if not identities:
        raise WrongKey(
            "This backup is encrypted, and no key to it is at hand",
            code="no_key",
            hint="Name the file of an identity with --identity, or keep one in the keyring: `backup key add`.",
        )
    reader = _IdentityReader(file, identities)
    try:
        yield io.BufferedReader(cast("io.RawIOBase", reader), _CHUNK)
    finally:
        reader.let_go()


class _RecipientSealer:
    """Feeds the library, which pulls, from a writer, which pushes: a pipe and a thread between them."""

    def __init__(self, sink: Callable[[bytes], object], recipients: Sequence[Any]) -> None:
        read_end, write_end = os.pipe()
        self._pipe = os.fdopen(write_end, "wb", buffering=0)
        self._problem: BaseException | None = None
        self._thread = threading.Thread(
            target=self._run, args=(os.fdopen(read_end, "rb"), _Sink(sink), recipients), name="seal", daemon=True
        )
        self._thread.start()

    def write(self, data: bytes) -> int:
        try:
            view = memoryview(data)
            while view:
                view = view[self._pipe.write(view) or 0 :]
        except BrokenPipeError:
            self._end()
            raise
        return len(data)

    def close(self) -> None:
        self._end()

    def abandon(self) -> None:
        self._pipe.close()
        self._thread.join()

    def _end(self) -> None:
        self._pipe.close()
        self._thread.join()
        if self._problem is not None:
            raise self._problem

    def _run(self, source: IO[bytes], sink: _Sink, recipients: Sequence[Any]) -> None:
        with source:
            try:
                pyrage.encrypt_io(source, sink, list(recipients))
            except Exception as error:  # noqa: BLE001 - carried over to the thread that writes
                self._problem = sink.problem or Failed(f"The backup could not be encrypted: {error}", code="not_sealed")


class _IdentityReader(io.RawIOBase):
    """What the library opens, read while it is opened: a thread pushes into a pipe that this reads."""

    def __init__(self, source: IO[bytes], identities: Sequence[Any]) -> None:
        super().__init__()
        read_end, write_end = os.pipe()
        self._pipe = os.fdopen(read_end, "rb", buffering=0)
        self._problem: Exception | None = None
        self._thread = threading.Thread(
            target=self._run, args=(source, os.fdopen(write_end, "wb"), identities), name="open", daemon=True
        )
        self._thread.start()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        count = self._pipe.readinto(buffer) or 0
        if not count:
            self._thread.join()
            if self._problem is not None:
                raise self._problem
        return count

    def let_go(self) -> None:
        """End the thread, whether or not everything was read; the source is free again then."""
        self._pipe.close()
        self._thread.join()

    def _run(self, source: IO[bytes], target: IO[bytes], identities: Sequence[Any]) -> None:
        sink = _Sink(target.write)
        try:
            pyrage.decrypt_io(_Source(source), sink, list(identities))
            target.close()
        except Exception as error:  # noqa: BLE001 - carried over to the thread that reads
            self._problem = _explained(error)
        finally:
            try:
                target.close()
            except BrokenPipeError:
                self._problem = self._problem or Failed("The reader of an encrypted backup went away")


class _Source:
    """A file as the library reads it: an object of Python, so that other threads run meanwhile."""

    def __init__(self, file: IO[bytes]) -> None:
        self.read = file.read


class _Sink:
    """Where the library writes; remembers what went wrong there, of which the library only keeps the words."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self.problem: BaseException | None = None

    def write(self, data: bytes) -> int:
        try:
            self._write(data)
        except BaseException as error:
            self.problem = error
            raise
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""


def _explained(error: Exception) -> Exception:
    if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
        return WrongKey(
            "No key at hand opens this backup: it was encrypted for another",
            hint="Name the identity that belongs to one of its recipients with --identity.",
        )
    return Corrupt(f"The encrypted file was cut off or changed ({error})", hint="Use another backup.")


def _recipient(text: str) -> Any:
    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise WrongUsage(
            f"{text!r} is no public key that a backup could be encrypted for",
            code="wrong_recipient",
            hint="It begins with age1, ssh-ed25519 or ssh-rsa. `backup key new` makes one.",
        ) from error


def _no_identity(source: str) -> WrongUsage:
    return WrongUsage(
        f"{source} holds no identity that age could use",
        code="wrong_identity",
        hint="It is a line that begins with AGE-SECRET-KEY-1, or a private key of ssh without a passphrase.",
    )
