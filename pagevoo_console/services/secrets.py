"""Passwords: from the keyring of the operating system, a file for timers, or a question; never written by ourselves.

A secret is kept under the identity of its server, so that a connection which is pointed at another host does not carry
the old password there.
"""

from __future__ import annotations

import hmac
import logging
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from pagevoo_console.domain.errors import ConsoleError, Failed, Refused
from pagevoo_console.domain.server import Server
from pagevoo_console.services.keyring_access import KeyringAccess
from pagevoo_console.services.private_files import read_small

Ask = Callable[[Server], "Secret | None"]

_log = logging.getLogger(__name__)


class Secret:
    """A password that shows itself to nobody: only `reveal` says it, and it can be neither printed nor pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The password itself. Hand it to a driver or a keyring and to nothing else."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(Secret)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")


class Origin(StrEnum):
    """Where a password came from. What can be read again is forgotten when a server refuses it."""

    GIVEN = "given"
    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class KeyringState:
    """What this workstation has for secrets. `why` is a sentence: what it is, or why it cannot be used."""

    name: str
    usable: bool
    why: str


@dataclass(frozen=True, slots=True)
class _Known:
    secret: Secret
    origin: Origin


def identity(server: Server) -> str:
    """Where a password would be sent, as text: engine, user and address."""
    host = server.socket or f"{server.host}:{server.port}"
    return f"{server.engine}://{quote(server.user, safe='')}@{host}"


class Secrets:
    """The passwords of this process. Safe to call from any thread: who waits for a person holds up nobody else.

    `ask` is called at most once for a server, and only where nothing else knows its password.
    """

    def __init__(self, *, ask: Ask | None = None, keyring: KeyringAccess | None = None) -> None:
        self._ask = ask
        self._keyring = keyring or KeyringAccess()
        self._known: dict[str, _Known] = {}
        self._asked: set[str] = set()
        self._files: dict[str, Path] = {}
        self._problems: dict[str, ConsoleError] = {}
        self._finding: dict[str, threading.Lock] = {}
        self._guard = threading.RLock()

    # --- finding ----------------------------------------------------------------------------------------------------

    def get(self, server: Server) -> Secret | None:
        """The password for this server, or None where nobody knows one: memory, keyring, file, question.

        Raises Failed or NotFound for a password file that cannot be read.
        """
        key = identity(server)
        with self._guard:
            finding = self._finding.setdefault(key, threading.Lock())
        with finding:
            known = self._known.get(key) or self._find(server, key)
            if known is not None:
                with self._guard:
                    known = self._known.setdefault(key, known)
            return known.secret if known and known.secret else None

    def _find(self, server: Server, key: str) -> _Known | None:
        if server.credential:
            try:
                text = self._keyring.get(_service(server), server.credential)
            except ConsoleError as error:
                self._problems[key] = error
                text = None
            if text is not None:
                return _Known(Secret(text), Origin.KEYRING)
        if key in self._files:
            return _Known(_read_password(self._files[key]), Origin.FILE)
        if self._ask is not None and key not in self._asked:
            self._asked.add(key)
            answer = self._ask(server)
            if answer is not None:
                return _Known(answer, Origin.GIVEN)
        return None

    def advice(self, server: Server) -> str:
        """What to do where no password is known, for an error's hint."""
        problem = self._problems.get(identity(server))
        if problem is not None:
            return f"{problem.message}. {_WITHOUT}"
        if server.credential:
            return f"The keyring holds no password for {identity(server)}. {_WITHOUT}"
        return "No password was given: set PAGEVOO_MASTER_PASSWORD, or save the connection with its password."

    # --- giving -----------------------------------------------------------------------------------------------------

    def remember(self, server: Server, secret: Secret) -> None:
        """Use this password for as long as the process lives."""
        with self._guard:
            self._known[identity(server)] = _Known(secret, Origin.GIVEN)

    def use_password_file(self, path: Path, server: Server) -> None:
        """Look into this file (`PAGEVOO_PASSWORD_FILE`) where the keyring knows no password for this server."""
        with self._guard:
            self._files[identity(server)] = path

    def refused(self, server: Server) -> None:
        """The server did not accept the password: forget what can be read again, so that a corrected one is found."""
        with self._guard:
            known = self._known.get(identity(server))
            if known is not None and known.origin is not Origin.GIVEN:
                del self._known[identity(server)]

    def forget(self, server: Server) -> None:
        """Forget what this process knows, so that it may ask anew. The keyring keeps what it has."""
        with self._guard:
            self._known.pop(identity(server), None)
            self._asked.discard(identity(server))

    # --- keeping ----------------------------------------------------------------------------------------------------

    def store(self, server: Server, secret: Secret) -> None:
        """Put a password into the keyring and read it back.

        Raises Refused (`no_secret_store`) where this machine has none that can be trusted.
        """
        if not server.credential:
            raise ValueError("a server without a credential's name has no place in the keyring")
        self._keyring.set(_service(server), server.credential, secret.reveal())
        with self._guard:
            self._known[identity(server)] = _Known(secret, Origin.KEYRING)

    def delete(self, server: Server) -> None:
        """Remove a password from memory and the keyring, if it is there. Raises Refused where that does not answer."""
        self.forget(server)
        if server.credential:
            self._keyring.delete(_service(server), server.credential)

    def state(self) -> KeyringState:
        """What `doctor` and the preferences show. Reads only; takes as long as the keyring, at most its time limit."""
        try:
            name = self._keyring.probe()
        except Refused as error:
            return KeyringState(self._keyring.name, False, error.message)
        return KeyringState(name, True, "passwords are kept there")


def _service(server: Server) -> str:
    return f"pagevoo-console:{identity(server)}"


def _read_password(path: Path) -> Secret:
    """The first line of a password file. Warns when others on this machine may read it."""
    text = read_small(path).removesuffix("\n").removesuffix("\r")
    if not text or "\n" in text or "\0" in text:
        raise Failed(
            f"{path} holds no password: it must be one line",
            code="password_file",
            hint="Write the password, and nothing else, into the file that PAGEVOO_PASSWORD_FILE names.",
        )
    if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        _log.warning("%s may be read by other users of this machine; `chmod 600` closes it", path)
    return Secret(text)


_WITHOUT = (
    "Give it when asked, name a file with it in PAGEVOO_PASSWORD_FILE, or save it: "
    "`pagevoo-console connection add … --password-stdin`."
)
