"""The proxy that breaks connections on purpose breaks them as it says."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pymysql
import pytest

from tests.fault_proxy import Direction, FaultProxy
from tests.servers import MariadbServer


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    """A server that sends back what it gets."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                while piece := connection.recv(65536):
                    connection.sendall(piece)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[:2]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def connect(proxy: FaultProxy) -> socket.socket:
    """A client with a short patience."""
    return socket.create_connection((proxy.host, proxy.port), timeout=2)


def receive(client: socket.socket, count: int) -> bytes:
    """Exactly so many bytes, or fewer when the other side ends."""
    got = b""
    while len(got) < count and (piece := client.recv(count - len(got))):
        got += piece
    return got


def test_it_carries_everything_and_the_end(echo: tuple[str, int]) -> None:
    sent = bytes(range(256)) * 4096
    with FaultProxy(echo) as proxy, connect(proxy) as client:

        def send() -> None:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)

        threading.Thread(target=send).start()

        assert receive(client, len(sent)) == sent
        assert client.recv(1) == b""
        assert proxy.carried == {Direction.UP: len(sent), Direction.DOWN: len(sent)}


@pytest.mark.parametrize("direction", list(Direction))
def test_it_cuts_after_so_many_bytes(echo: tuple[str, int], direction: Direction) -> None:
    with FaultProxy(echo) as proxy, connect(proxy) as client:
        proxy.cut_after(1000, direction)
        client.sendall(b"x" * 5000)
        with pytest.raises(ConnectionResetError):
            receive(client, 5000)

        assert proxy.carried[direction] == 1000


def test_a_stalled_connection_goes_on_when_let(echo: tuple[str, int]) -> None:
    with FaultProxy(echo) as proxy, connect(proxy) as client:
        proxy.stall()
        client.sendall(b"hello")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(5)
        client.settimeout(5)
        proxy.pass_through()

        assert receive(client, 5) == b"hello"


def test_a_delay_is_felt_in_both_directions(echo: tuple[str, int]) -> None:
    with FaultProxy(echo) as proxy, connect(proxy) as client:
        proxy.delay(0.15)
        began = time.monotonic()
        client.sendall(b"hello")

        assert receive(client, 5) == b"hello"
        assert time.monotonic() - began >= 0.3


def test_a_reset_ends_what_is_open_and_spares_what_comes(echo: tuple[str, int]) -> None:
    with FaultProxy(echo) as proxy, connect(proxy) as client:
        client.sendall(b"a")
        assert receive(client, 1) == b"a"
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        with connect(proxy) as another:
            another.sendall(b"b")
            assert receive(another, 1) == b"b"


def test_a_refusing_proxy_listens_again_on_the_same_port(echo: tuple[str, int]) -> None:
    with FaultProxy(echo) as proxy:
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            connect(proxy)
        proxy.pass_through()
        with connect(proxy) as client:
            client.sendall(b"c")
            assert receive(client, 1) == b"c"


def test_a_database_connection_passes(mariadb_server: MariadbServer, fault_proxy: type[FaultProxy]) -> None:
    proxy = fault_proxy((mariadb_server.host, mariadb_server.port))
    with pymysql.connect(host=proxy.host, port=proxy.port, user="root", password=mariadb_server.password) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT REPEAT('x', 100000)")
        assert len(cursor.fetchall()[0][0]) == 100000


def test_it_turns_one_bit_over_once(echo: tuple[str, int]) -> None:
    with FaultProxy(echo) as proxy, connect(proxy) as client:
        proxy.flip_after(3)
        client.sendall(b"aaaaaa")

        assert receive(client, 6) == b"aaa`aa"
        client.sendall(b"aaaaaa")
        assert receive(client, 6) == b"aaaaaa"


def test_it_puts_other_words_in_the_servers_mouth(echo: tuple[str, int]) -> None:
    with FaultProxy(echo) as proxy, connect(proxy) as client:
        proxy.alter(b"10.11", b"99.99")
        client.sendall(b"version 10.11")

        assert receive(client, 13) == b"version 99.99"


def test_it_leads_elsewhere_under_the_same_address(echo: tuple[str, int]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere, FaultProxy(echo) as proxy, connect(proxy) as first:
        first.sendall(b"x")
        assert receive(first, 1) == b"x"

        proxy.lead_to(elsewhere.getsockname()[:2])

        with suppress(ConnectionResetError):
            assert first.recv(1) == b""
        with connect(proxy), elsewhere.accept()[0]:
            pass


def test_it_stalls_in_the_middle_of_an_answer(echo: tuple[str, int]) -> None:
    with FaultProxy(echo) as proxy, connect(proxy) as client:
        proxy.stall_after(2)
        client.settimeout(0.2)
        client.sendall(b"first")
        assert receive(client, 5) == b"first"
        client.sendall(b"second")
        with pytest.raises(TimeoutError):
            client.recv(1)
        proxy.pass_through()
        assert receive(client, 6) == b"second"
