"""A TCP proxy that breaks connections on purpose: cut, delayed, stalled, reset, refused, altered, led elsewhere."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from enum import Enum
from typing import Any, Self


class Direction(Enum):
    """Which way bytes flow: from the server, or to it."""

    DOWN = "down"
    UP = "up"


class FaultProxy:
    """Listens on 127.0.0.1 and carries bytes to the target until told to misbehave.

    Each mode holds for open and new connections until the next is set. Safe to call from any thread; usable as a
    context manager.
    """

    host = "127.0.0.1"

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._flow = asyncio.Event()
        self._delay_seconds = 0.0
        self._left: dict[Direction, int] = {}
        self._flip_at: int | None = None
        self._stall_at: int | None = None
        self._altered = (b"", b"")
        self.carried = dict.fromkeys(Direction, 0)
        self.port = 0
        self._thread.start()
        self.pass_through()

    def pass_through(self) -> None:
        """Carries everything at once; listens again after `refuse`."""
        self._set()

    def delay(self, seconds: float) -> None:
        """Holds every piece of data for so long."""
        self._set(delay_seconds=seconds)

    def stall(self) -> None:
        """A black hole: connections open and stay open, no byte passes."""
        self._set(is_flowing=False)

    def stall_after(self, count: int) -> None:
        """A black hole once this many more bytes have come from the server, as when it freezes in a long answer."""
        self._set(stall_at=count)

    def cut_after(self, count: int, direction: Direction = Direction.DOWN) -> None:
        """Resets the connection on which this many more bytes have passed; later ones are cut at their first byte."""
        self._set(left={direction: count})

    def flip_after(self, count: int) -> None:
        """Turns one bit over in the byte that comes from the server after this many more, once."""
        self._set(flip_at=count)

    def alter(self, old: bytes, new: bytes) -> None:
        """Puts `new`, which is as long, in the place of `old` in whatever comes from the server."""
        assert len(old) == len(new)
        self._set(altered=(old, new))

    def lead_to(self, target: tuple[str, int]) -> None:
        """Resets what is open; new connections reach another server under the same address, as after a fail-over."""
        self._target = target
        self.reset()

    def reset(self) -> None:
        """Resets what is open, once; new connections pass."""
        self._set()
        self._run(self._reset_all())

    def refuse(self) -> None:
        """Resets what is open and listens no more, as a server that is down."""
        self._run(self._stop_listening())
        self._run(self._reset_all())

    def close(self) -> None:
        """Ends everything."""
        if self._loop.is_closed():
            return
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def _set(
        self, *, delay_seconds: float = 0.0, is_flowing: bool = True, left: dict[Direction, int] | None = None,
        flip_at: int | None = None, stall_at: int | None = None, altered: tuple[bytes, bytes] = (b"", b""),
    ) -> None:  # fmt: skip
        async def apply() -> None:
            self._delay_seconds, self._left = delay_seconds, left or {}
            self._flip_at, self._stall_at, self._altered = flip_at, stall_at, altered
            if is_flowing:
                self._flow.set()
            else:
                self._flow.clear()
            if self._server is None:
                self._server = await asyncio.start_server(self._serve, self.host, self.port)
                self.port = self._server.sockets[0].getsockname()[1]

        self._run(apply())

    async def _stop_listening(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    async def _reset_all(self) -> None:
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        writers = self._connections[task] = [writer]
        try:
            up_reader, up_writer = await asyncio.open_connection(*self._target)
            writers.append(up_writer)
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pump(reader, up_writer, Direction.UP))
                pumps.create_task(self._pump(up_reader, writer, Direction.DOWN))
            for finished in writers:
                finished.close()
                await finished.wait_closed()
        except* OSError:
            pass
        finally:
            del self._connections[task]
            for unfinished in writers:
                _reset(unfinished)

    def _spoiled(self, piece: bytes) -> bytes:
        if self._flip_at is not None:
            if self._flip_at < len(piece):
                piece, self._flip_at = _flipped(piece, self._flip_at), None
            else:
                self._flip_at -= len(piece)
        if self._stall_at is not None:
            self._stall_at -= len(piece)
            if self._stall_at <= 0:
                self._flow.clear()
        return piece.replace(*self._altered) if self._altered[0] else piece

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction) -> None:
        writer.transport.set_write_buffer_limits(0)
        while piece := await reader.read(65536):
            if self._delay_seconds:
                await asyncio.sleep(self._delay_seconds)
            await self._flow.wait()
            left = self._left.get(direction)
            if left is not None:
                self._left[direction] = max(0, left - len(piece))
                piece = piece[:left]
            if direction is Direction.DOWN:
                piece = self._spoiled(piece)
            writer.write(piece)
            self.carried[direction] += len(piece)
            await writer.drain()
            if left is not None and self._left[direction] == 0:
                raise ConnectionResetError("cut")
        writer.write_eof()


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _reset(writer: asyncio.StreamWriter) -> None:
    """Closes a connection so that the other side sees a reset rather than an orderly end."""
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
