"""The one door to the operating system's keyring: real back ends only, bounded in time, read back after writing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from pagevoo_console.domain.errors import Failed, Refused

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

REAL_BACK_ENDS = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "Secret Service (libsecret)",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet 4",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
}
"""Classes that keep a secret from others. Anything else may be a file of plain text, whatever it is called."""

CODE = "no_secret_store"

_CHAIN = "keyring.backends.chainer.ChainerBackend"
_NONE = "keyring.backends.fail.Keyring"
_HINT = (
    "Give the password each time, or name a file with it in PAGEVOO_PASSWORD_FILE. On a desktop, install and unlock "
    "GNOME Keyring or KWallet."
)


class NoKeyring(Refused):
    """This machine has no keyring that we would trust, so that nothing of ours is kept in one either."""


class KeyringAccess:
    """Talks to the keyring in a thread of its own, since a D-Bus service may hang. Safe to call from any thread.

    `timeout_seconds` covers a person who is asked to unlock the keyring. `name` is what was found at the last look.
    """

    def __init__(self, *, timeout_seconds: float = 30.0) -> None:
        self._timeout = timeout_seconds
        self._stuck: threading.Thread | None = None
        self.name = "none"

    def get(self, service: str, name: str) -> str | None:
        """What is kept under this name. Raises Refused (`no_secret_store`)."""
        return self._call(lambda back_end: back_end.get_password(service, name))

    def set(self, service: str, name: str, text: str) -> None:
        """Keep a text, and make sure of it: some back ends accept everything and keep nothing."""

        def write(back_end: KeyringBackend) -> str | None:
            back_end.set_password(service, name, text)
            return back_end.get_password(service, name)

        if self._call(write) != text:
            raise no_secret_store(f"{self.name} took the password and did not give it back")

    def delete(self, service: str, name: str) -> None:
        """Remove what is kept under this name, if anything is; where there is no keyring, nothing is."""

        def remove(back_end: KeyringBackend) -> None:
            if back_end.get_password(service, name) is not None:
                back_end.delete_password(service, name)

        try:
            self._call(remove)
        except NoKeyring:
            return

    def probe(self) -> str:
        """The name of the keyring, once it has answered. Raises Refused (`no_secret_store`)."""
        self.get("pagevoo-console:probe", "probe")
        return self.name

    def _call(self, work: Callable[[KeyringBackend], T]) -> T:
        if self._stuck is not None and self._stuck.is_alive():
            raise no_secret_store(f"{self.name} still does not answer")
        result: list[T] = []
        problem: list[Exception] = []

        def run() -> None:
            try:
                result.append(work(self._back_end()))
            except Exception as error:  # noqa: BLE001 - carried over to the thread that asked
                problem.append(error)

        thread = threading.Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self._timeout)
        if thread.is_alive():
            self._stuck = thread
            raise no_secret_store(f"The keyring did not answer within {self._timeout:g} s")
        if problem:
            raise self._explain(problem[0])
        return result[0]

    def _back_end(self) -> KeyringBackend:
        import keyring

        back_end: Any = keyring.get_keyring()
        members: list[Any] = list(back_end.backends) if _class_of(back_end) == _CHAIN else [back_end]
        names = [_class_of(member) for member in members]
        self.name = ", ".join(REAL_BACK_ENDS.get(name, name) for name in names) or "none"
        if not names or names == [_NONE]:
            self.name = "none"
            raise NoKeyring("This machine has no keyring for passwords", code=CODE, hint=_HINT)
        strangers = [name for name in names if name not in REAL_BACK_ENDS]
        if strangers:
            raise NoKeyring(
                f"{', '.join(strangers)} is installed as a keyring, and may keep passwords in the open",
                code=CODE,
                hint=_HINT,
            )
        chosen: KeyringBackend = back_end
        return chosen

    def _explain(self, error: Exception) -> Exception:
        """The keyring's own errors as ours; a fault of ours stays one."""
        import keyring.errors

        if isinstance(error, Refused):
            return error
        if isinstance(error, keyring.errors.KeyringLocked):
            return no_secret_store(f"{self.name} is locked", error)
        if isinstance(error, keyring.errors.KeyringError):
            return no_secret_store(f"{self.name}: {type(error).__name__}", error)
        if type(error).__module__.partition(".")[0] in {"secretstorage", "jeepney", "dbus"} or isinstance(
            error, OSError
        ):
            return no_secret_store(f"The keyring does not answer ({type(error).__name__})", error)
        fault = Failed(f"The keyring failed: {type(error).__name__}", code="keyring", hint=_HINT)
        fault.__cause__ = error
        return fault


def no_secret_store(message: str, cause: Exception | None = None) -> Refused:
    """The error for a machine without a keyring that can be trusted."""
    error = Refused(message, code=CODE, hint=_HINT)
    error.__cause__ = cause
    return error


def _class_of(back_end: object) -> str:
    return f"{type(back_end).__module__}.{type(back_end).__qualname__}"
