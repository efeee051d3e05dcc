"""The keys to encrypted backups that this process has at hand: given, in a file, in the keyring, or made by itself."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.encryption import SealMethod
from pagevoo_console.domain.errors import Failed, NotFound, Refused, WrongUsage
from pagevoo_console.services import encryption
from pagevoo_console.services.dump_writer import telling_about
from pagevoo_console.services.encryption import Sealing
from pagevoo_console.services.keyring_access import KeyringAccess, NoKeyring
from pagevoo_console.services.private_files import read_small
from pagevoo_console.services.secrets import Secret

SERVICE = "pagevoo-console:backup-identity"
IDENTITY_FILE = "PAGEVOO_IDENTITY_FILE"
PASSPHRASE_FILE = "PAGEVOO_PASSPHRASE_FILE"


class BackupKeys:
    """Opens and seals backups. Safe to call from any thread. `usual` are the recipients where nobody says otherwise."""

    def __init__(self, usual: Sequence[str] = (), keyring: KeyringAccess | None = None) -> None:
        self._usual = tuple(usual)
        self._keyring = keyring or KeyringAccess()
        self._identities: list[Any] = []
        self._passphrase: Secret | None = None
        self._trials: dict[str, Any] = {}
        self._guard = threading.Lock()

    @property
    def usual(self) -> tuple[str, ...]:
        """The recipients of backups where nobody says otherwise."""
        return self._usual

    def set_usual(self, recipients: Sequence[str]) -> None:
        """Encrypt for these from now on where nobody says otherwise. Raises WrongUsage for what is no public key."""
        if recipients:
            encryption.for_recipients(recipients)
        self._usual = tuple(recipients)

    # --- what is at hand --------------------------------------------------------------------------------------------

    def use_identity_file(self, path: Path) -> None:
        """Open backups with the identities in this file. Raises NotFound, Failed or WrongUsage."""
        found = encryption.read_identities(read_small(path), str(path))
        with self._guard:
            self._identities.extend(found)

    def use_passphrase(self, passphrase: Secret) -> None:
        """Open backups that a passphrase sealed with this one."""
        with self._guard:
            self._passphrase = passphrase

    # --- sealing ----------------------------------------------------------------------------------------------------

    def sealing(self, recipients: Sequence[str] = (), passphrase: Secret | None = None) -> Sealing | None:
        """How a new backup is sealed; None for one in clear. Raises WrongUsage for both at once, or a wrong key."""
        if recipients and passphrase is not None:
            raise WrongUsage(
                "A backup is encrypted for recipients or by a passphrase, not both",
                hint="Give --recipient or --passphrase-stdin.",
            )
        if passphrase is not None:
            self.use_passphrase(passphrase)
            return encryption.for_passphrase(passphrase)
        chosen = recipients or self._usual
        return encryption.for_recipients(chosen) if chosen else None

    def keep_trial(self, sha256: str, sealing: Sealing) -> None:
        """Be able to open a backup that this process made itself, so that it can be proved without its identity."""
        if sealing.trial is not None:
            with self._guard:
                self._trials[sha256] = sealing.trial

    # --- opening ----------------------------------------------------------------------------------------------------

    @contextmanager
    def opened(self, backup: Backup, file: IO[bytes]) -> Iterator[IO[bytes]]:
        """What an encrypted backup holds. Raises WrongKey where nothing at hand opens it, Corrupt where it is damaged.

        Reads the environment's files and the keyring only now.
        """
        with self._guard:
            identities, passphrase = list(self._identities), self._passphrase
            trial = self._trials.get(backup.sha256)
        if trial is not None:
            identities.insert(0, trial)
        elif backup.seal is not None and backup.seal.method is SealMethod.RECIPIENTS:
            identities += self._of_environment() + self._of_keyring(backup.seal.recipients)
        elif passphrase is None and os.environ.get(PASSPHRASE_FILE):
            passphrase = read_passphrase(Path(os.environ[PASSPHRASE_FILE]))
        with encryption.opened(file, identities, passphrase) as plain:
            yield plain

    def _of_environment(self) -> list[Any]:
        path = os.environ.get(IDENTITY_FILE)
        return list(encryption.read_identities(read_small(Path(path)), path)) if path else []

    def _of_keyring(self, recipients: Sequence[str]) -> list[Any]:
        found: list[Any] = []
        try:
            for recipient in recipients:
                text = self._keyring.get(SERVICE, recipient)
                if text is not None:
                    found += encryption.read_identities(text, "The keyring")
        except NoKeyring:
            return found
        return found

    # --- the keyring ------------------------------------------------------------------------------------------------

    def make(self) -> str:
        """Make a key pair, keep the identity in the keyring and return the recipient. Raises Refused without one."""
        recipient, identity = encryption.new_identity()
        self._keyring.set(SERVICE, recipient, identity.reveal())
        return recipient

    def make_file(self, path: Path) -> tuple[str, bool]:
        """Make a key pair whose identity goes into a new file of the owner's alone, and the keyring where there is one.

        Returns the recipient, and whether the keyring holds the identity. Raises Failed where the file cannot be made.
        """
        recipient, identity = encryption.new_identity()
        _write_identity(path, recipient, identity)
        try:
            self._keyring.set(SERVICE, recipient, identity.reveal())
        except Refused:
            return recipient, False
        return recipient, True

    def holds(self, recipient: str) -> bool:
        """Whether the keyring has the identity of a recipient; no where there is no keyring."""
        try:
            return self._keyring.get(SERVICE, recipient) is not None
        except Refused:
            return False

    def keep(self, text: str, source: str) -> tuple[str, ...]:
        """Put identities into the keyring; returns their recipients. Raises WrongUsage, or Refused without one."""
        if text.lstrip().startswith("-----BEGIN"):
            raise WrongUsage(
                f"{source} is a key of ssh, which stays where it is", hint="Name it with --identity when it is needed."
            )
        kept = []
        for line in text.splitlines():
            if line.strip() and not line.startswith("#"):
                (identity,) = encryption.read_identities(line, source)
                recipient = encryption.recipient_of(identity)
                self._keyring.set(SERVICE, recipient, line.strip())
                kept.append(recipient)
        if not kept:
            encryption.read_identities(text, source)
        return tuple(kept)

    def reveal(self, recipient: str) -> Secret:
        """An identity out of the keyring, to be kept in a safe place. Raises NotFound."""
        text = self._keyring.get(SERVICE, recipient)
        if text is None:
            raise NotFound(f"The keyring holds no identity for {recipient}", hint="`backup key new` makes one.")
        return Secret(text)

    def save(self, recipient: str, path: Path) -> None:
        """Write an identity into a new file that only its owner may read. Raises NotFound, or Failed."""
        _write_identity(path, recipient, self.reveal(recipient))

    def remove(self, recipient: str) -> None:
        """Take an identity out of the keyring; backups for it open nowhere else than where it was kept, too."""
        self.reveal(recipient)
        self._keyring.delete(SERVICE, recipient)


def _write_identity(path: Path, recipient: str, identity: Secret) -> None:
    """As age-keygen writes one: into a new file, since nobody's key may be lost under another."""
    with telling_about(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"# public key: {recipient}\n{identity.reveal()}\n")
            file.flush()
            os.fsync(descriptor)


def read_passphrase(path: Path) -> Secret:
    """The first line of a file that holds a passphrase. Raises NotFound or Failed."""
    text = read_small(path).removesuffix("\n").removesuffix("\r")
    if not text or "\n" in text:
        raise Failed(f"{path} holds no passphrase: it must be one line", code="passphrase_file")
    return Secret(text)
