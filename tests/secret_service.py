"""A real Secret Service for tests: gnome-keyring, unlocked, on a session bus that nobody else has."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from jeepney import DBusAddress, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from tests.runtime import Account, new_directory, remember

START_TIMEOUT_SECONDS = 20.0


class SecretService:
    """A bus and a keyring of one's own; `environment` is what a process needs to find them.

    Usable as a context manager. Programs started with `run` share one keyring, as the commands of one user do.
    """

    def __init__(self) -> None:
        account = Account.current()
        self.directory = new_directory("secrets", account)
        self._bus_socket = self.directory / "bus"
        keyrings = self.directory / "share" / "keyrings"
        keyrings.mkdir(parents=True)
        self.environment: dict[str, str] = {
            "HOME": str(self.directory),
            "XDG_RUNTIME_DIR": str(self.directory),
            "XDG_DATA_HOME": str(keyrings.parent),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._bus_socket}",
        }
        self._processes: list[tuple[subprocess.Popen[bytes], Path]] = []
        self._start(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={self._bus_socket}"])
        self._wait_for("bus", self._is_listening)
        self._start(["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"], b"test keyring")
        self._wait_for("keyring", self._is_unlocked)

    def run(
        self, command: Sequence[str], *, extra_environment: Mapping[str, str] | None = None, stdin: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Runs a program to its end with our environment and this keyring; never raises for its exit code."""
        environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
        environment |= {**self.environment, **(extra_environment or {})}
        return subprocess.run(
            list(command), env=environment, input=stdin, capture_output=True, text=True, check=False, timeout=120
        )

    def close(self) -> None:
        """Ends the keyring and its bus."""
        while self._processes:
            process, record = self._processes.pop()
            process.kill()
            process.wait()
            record.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, command: list[str], stdin: bytes = b"") -> None:
        process = Account.current().start(
            command,
            self.directory,
            self.directory / "log",
            stdin=subprocess.PIPE,
            extra_environment=self.environment,
        )
        self._processes.append((process, remember(process, self.directory)))
        if process.stdin is not None:
            with process.stdin as pipe:
                pipe.write(stdin)

    def _wait_for(self, what: str, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not is_ready():
            if time.monotonic() > deadline or any(process.poll() is not None for process, _ in self._processes):
                self.close()
                raise RuntimeError(f"the {what} did not start: {(self.directory / 'log').read_text(errors='replace')}")
            time.sleep(0.01)

    def _is_listening(self) -> bool:
        """A socket exists a moment before it takes connections."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self._bus_socket))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
        return True

    def _is_unlocked(self) -> bool:
        with open_dbus_connection(bus=self.environment["DBUS_SESSION_BUS_ADDRESS"]) as bus:
            owned: tuple[int] = bus.send_and_get_reply(message_bus.NameHasOwner("org.freedesktop.secrets")).body
            if not owned[0]:
                return False
            service = DBusAddress(
                "/org/freedesktop/secrets", "org.freedesktop.secrets", "org.freedesktop.Secret.Service"
            )
            alias: tuple[str] = bus.send_and_get_reply(new_method_call(service, "ReadAlias", "s", ("default",))).body
            return alias[0].startswith("/org/freedesktop/secrets/collection/")
