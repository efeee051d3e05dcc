"""A TCP proxy that counts how often a client has to wait for its server."""

from __future__ import annotations

import select
import socket
import threading
from typing import Self


class TurnCounter:
    """Carries one connection after another to the target; `turns` counts what was said and then answered.

    Usable as a context manager.
    """

    host = "127.0.0.1"

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server((self.host, 0))
        self._listener.settimeout(0.1)
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="turn-counter")
        self.port: int = self._listener.getsockname()[1]
        self.turns = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_closed.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._is_closed.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            with client, socket.create_connection(self._target) as server:
                self._carry(client, server)

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        is_asked = False
        while not self._is_closed.is_set():
            for source in select.select([client, server], [], [], 0.1)[0]:
                try:
                    piece = source.recv(65536)
                except ConnectionError:
                    return
                if not piece:
                    return
                if source is server and is_asked:
                    self.turns += 1
                is_asked = source is client
                (server if source is client else client).sendall(piece)
