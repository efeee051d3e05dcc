"""Traps of MySQL and MariaDB, each tried on a real server."""

from __future__ import annotations

import io
import json
import random
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymysql
import pytest
import sqlalchemy as sa

from pagevoo_console.domain.errors import (
    AccessDenied,
    Busy,
    ConsoleError,
    Failed,
    MissingPrivilege,
    NotFound,
    Refused,
    Unreachable,
    Unsupported,
)
from pagevoo_console.domain.server import Server, Tls
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.mysql import MysqlEngine
from pagevoo_console.services.engines.mysql_session import driver_connection
from pagevoo_console.services.jobs import JobContext
from tests.fault_proxy import FaultProxy
from tests.servers import MariadbServer, make_tls_files, start_mariadb
from tests.services.engines.mysql_place import MariadbPlace

SMALL = "CREATE TABLE notes (id INT PRIMARY KEY, label VARCHAR(100))"


@pytest.fixture
def place(mariadb_server: MariadbServer) -> Iterator[MariadbPlace]:
    place = MariadbPlace(mariadb_server)
    yield place
    place.close()


@contextmanager
def account(place: MariadbPlace, *grants: str) -> Iterator[tuple[Server, str]]:
    """An account with these grants, `{}` standing for its name."""
    name = place.running.fresh_name("somebody")
    place.running.execute(
        f"CREATE USER {name}@'%' IDENTIFIED BY 'secret-ü'", *(grant.format(f"{name}@'%'") for grant in grants)
    )
    try:
        yield replace(place.server, user=name), "secret-ü"
    finally:
        place.running.execute(f"DROP USER {name}@'%'")


# --- connecting -------------------------------------------------------------------------------------------------------


def test_fault_45_46_seed_s8_tls_is_what_was_asked_for_and_never_less(tmp_path: Path, place: MariadbPlace) -> None:
    files = make_tls_files(tmp_path / "right", "localhost")
    stranger = make_tls_files(tmp_path / "wrong")
    with start_mariadb(tls=files) as running:
        protected = MariadbPlace(running)
        server = replace(protected.server, host="localhost", tls=Tls.VERIFIED, tls_ca=str(files.authority))
        for name, tls in (("verified", server), ("required", replace(server, tls=Tls.REQUIRED, tls_ca=""))):
            with protected.open(server=tls) as session:
                cipher = session.execute(sa.text("SHOW STATUS LIKE 'Ssl_cipher'")).one()[1]
            assert cipher, name
        with protected.open(server=replace(server, tls=Tls.OFF)) as session:
            assert session.execute(sa.text("SHOW STATUS LIKE 'Ssl_cipher'")).one()[1] == ""
        for wrong in (
            replace(server, tls_ca=str(stranger.authority)),
            replace(server, tls_ca=""),
            replace(server, host="127.0.0.1"),
            replace(server, tls_ca=str(tmp_path / "missing.pem")),
        ):
            with pytest.raises(Unreachable) as caught, protected.open(server=wrong):
                pass
            assert caught.value.code == "tls"
        result = protected.engine.check(replace(server, tls_ca=str(stranger.authority)), running.password, None)
        assert [(step.layer, step.ok) for step in result.steps][-1] == ("tls", False)
        assert [step.layer for step in protected.engine.check(server, running.password, None).steps] == [
            "name",
            "tcp",
            "tls",
            "login",
            "privileges",
        ]
    for level in (Tls.REQUIRED, Tls.VERIFIED):
        with pytest.raises(Unreachable) as caught, place.open(server=replace(place.server, tls=level)):
            pass
        assert caught.value.code == "tls"


def test_a_local_socket_needs_no_address(place: MariadbPlace) -> None:
    server = replace(place.server, host="", port=0, socket=place.running.socket)
    with place.open(server=server) as session:
        assert session.execute(sa.text("SELECT 1")).scalar() == 1
    assert place.engine.check(server, place.password, None).reachable
    with pytest.raises(Unreachable), place.open(server=replace(server, socket="/nowhere/mysqld.sock")):
        pass


def test_fault_175_a_password_in_any_script_is_sent_as_it_is(place: MariadbPlace) -> None:
    with account(place) as (server, password), place.open(server=server, password=password) as session:
        assert session.execute(sa.text("SELECT 1")).scalar() == 1


@contextmanager
def rogue(*answers: bytes) -> Iterator[tuple[int, bytearray]]:
    """A server that greets like MySQL, answers what it is told to, and remembers what it received."""
    received = bytearray()
    greeting = (
        b"\x0a8.0.0-rogue\0"
        + struct.pack("<I", 7)
        + b"12345678\0"
        + struct.pack("<HBHHB", 0xF7FF, 45, 2, 0x00FF | 0x0008, 21)
        + bytes(10)
        + b"123456789012\0mysql_native_password\0"
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                connection.sendall(struct.pack("<I", len(greeting))[:3] + b"\0" + greeting)
                for number, answer in enumerate(answers):
                    received.extend(connection.recv(65536))
                    sequence = bytes([2 if number == 0 else 1])
                    connection.sendall(struct.pack("<I", len(answer))[:3] + sequence + answer)
                while data := connection.recv(65536):
                    received.extend(data)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], received
        thread.join()


@pytest.mark.parametrize("plugin", [b"mysql_clear_password", b"dialog", b"mysql_old_password"])
def test_fault_43_a_server_that_asks_for_the_password_in_clear_text_does_not_get_it(plugin: bytes) -> None:
    with rogue(b"\xfe" + plugin + b"\0" + b"12345678\0") as (port, received):
        server = Server("rogue", "mysql", "127.0.0.1", port, "root")
        with pytest.raises(AccessDenied) as caught:
            MysqlEngine().connect(server, "the-canary", None, SessionOptions(connect_timeout=2))
    assert b"the-canary" not in received
    assert "the-canary" not in f"{caught.value!r}{caught.value.hint}"


def test_fault_44_a_server_that_asks_for_a_local_file_does_not_get_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the-canary")
    ok = b"\x00\x00\x00\x02\x00\x00\x00"
    with rogue(ok, b"\xfb" + str(secret).encode()) as (port, received):
        server = Server("rogue", "mysql", "127.0.0.1", port, "root")
        with pytest.raises(ConsoleError):
            MysqlEngine().connect(server, "x", None, SessionOptions(connect_timeout=2))
    assert b"the-canary" not in received


def test_what_does_not_speak_mysql_is_unreachable() -> None:
    for greeting in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\0", b"\x05\0\0\0\x0aabc\0", b"\x01\0\0\0\xff"):
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve(greeting: bytes = greeting, listener: socket.socket = listener) -> None:
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(greeting)

            thread = threading.Thread(target=serve)
            thread.start()
            server = Server("odd", "mysql", "127.0.0.1", listener.getsockname()[1], "root")
            with pytest.raises(Unreachable):
                MysqlEngine().connect(server, "x", None, SessionOptions(connect_timeout=1))
            thread.join()


def test_fault_21_22_a_frozen_server_is_given_up_while_connecting_and_while_asking() -> None:
    with start_mariadb() as running:
        place = MariadbPlace(running)
        with place.open(read_timeout=1.0) as session:
            cancel = place.engine.canceller(session, place.server, place.password)
            running.pause()
            began = time.monotonic()
            with pytest.raises(Unreachable), place.open(connect_timeout=1.0):
                pass
            assert time.monotonic() - began < 2
            began = time.monotonic()
            with pytest.raises(sa.exc.DBAPIError) as caught:
                session.execute(sa.text("SELECT 1"))
            assert time.monotonic() - began < 8
            assert isinstance(place.engine.explain(caught.value, place.server), Unreachable)
            cancel()
            with pytest.raises(Unreachable):
                place.engine.tables(session)
            running.resume()


def test_the_server_itself_ends_a_statement_that_takes_too_long(place: MariadbPlace) -> None:
    with place.open(read_timeout=0.5) as session, pytest.raises(sa.exc.DBAPIError) as caught:
        session.execute(sa.text("SELECT SLEEP(20), COUNT(*) FROM information_schema.COLUMNS")).all()
    explained = place.engine.explain(caught.value, place.server)
    assert explained.code == "timeout"


def test_many_sessions_share_one_tls_context(
    place: MariadbPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[ssl.SSLContext] = []
    make = ssl.create_default_context

    def counted(*arguments: Any, **options: Any) -> ssl.SSLContext:
        made.append(make(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(ssl, "create_default_context", counted)
    authority = str(make_tls_files(tmp_path, "localhost").authority)
    for server in [replace(place.server, tls=Tls.VERIFIED, tls_ca=authority) for _ in range(9)]:
        with pytest.raises(Unreachable):
            place.engine.connect(server, place.password, None, SessionOptions())
    assert len(made) == 1


def test_fault_33_a_full_server_says_so(place: MariadbPlace) -> None:
    with start_mariadb(config={"max-connections": "10", "extra-max-connections": "1"}) as running:
        crowded = MariadbPlace(running)
        with account(crowded) as (server, password):
            opened: list[Any] = []
            told = ""
            while not told and len(opened) < 20:
                try:
                    opened.append(crowded.engine.connect(server, password, None, SessionOptions()))
                except Unreachable as error:
                    told = error.code
            assert told == "too_many_connections"
            for connection in opened:
                connection.close()


def test_errors_are_told_without_the_values_they_quote(place: MariadbPlace) -> None:
    name = place.create(SMALL, "INSERT INTO notes VALUES (1, 'x')", "ALTER TABLE notes ADD UNIQUE KEY of_label (label)")
    with place.open(name, writable=True) as session:
        for statement in (
            "INSERT INTO notes VALUES (2, 'x')",
            "INSERT INTO notes VALUES ('the-canary', 'y')",
            "INSERT INTO notes (id, label) VALUES (3, REPEAT('the-canary', 20))",
            "SELEKT 'the-canary'",
        ):
            with pytest.raises(sa.exc.DBAPIError) as caught:
                session.execute(sa.text(statement))
            explained = place.engine.explain(caught.value, place.server)
            assert "the-canary" not in explained.message
            assert "'x'" not in explained.message


# --- privileges -------------------------------------------------------------------------------------------------------


def test_fault_70_an_account_that_sees_one_table_of_two_makes_no_dump(place: MariadbPlace) -> None:
    name = place.create(SMALL, "CREATE TABLE hidden (id INT)")
    sink = io.BytesIO()
    with (
        account(place, f"GRANT SELECT ON {name}.notes TO {{}}") as (server, password),
        place.open(name, server=server, password=password) as session,
        pytest.raises(MissingPrivilege),
    ):
        place.engine.dump(session, sink, JobContext())
    assert sink.getvalue() == b""
    with account(place, f"GRANT SELECT, SHOW VIEW, EVENT, EXECUTE ON {name}.* TO {{}}") as (server, password):
        with place.open(name, server=server, password=password) as session, pytest.raises(MissingPrivilege) as caught:
            place.engine.dump(session, io.BytesIO(), JobContext())
        assert "TRIGGER" in caught.value.message


def test_fault_71_a_routine_whose_body_is_hidden_makes_no_dump(place: MariadbPlace) -> None:
    name = place.create("CREATE PROCEDURE hidden() SELECT 1")
    grant = f"GRANT SELECT, SHOW VIEW, EVENT, EXECUTE, TRIGGER ON {name}.* TO {{}}"
    with account(place, grant) as (server, password):
        with place.open(name, server=server, password=password) as session, pytest.raises(MissingPrivilege) as caught:
            place.engine.dump(session, io.BytesIO(), JobContext())
        assert "hidden" in caught.value.message


def test_an_account_of_one_database_dumps_it_whole_and_measures_it(place: MariadbPlace) -> None:
    name = place.create(SMALL, "INSERT INTO notes VALUES (1, 'x')")
    escaped = name.replace("_", "\\_")
    with account(place, f"GRANT ALL ON `{escaped}`.* TO {{}}") as (server, password):
        with place.open(name, server=server, password=password) as session:
            facts = place.engine.dump(session, io.BytesIO(), JobContext())
            assert facts.tables == place.content(name)
            size = place.engine.size(session)
            assert size.allocated > 0
            assert not size.exact
        with place.open(server=server, password=password) as session:
            assert place.engine.sizes(session)[name].allocated > 0
            assert place.engine.privileges(session, name)["drop_database"]
            assert not place.engine.privileges(session, name.replace("_", "x"))["drop_database"]
            assert not place.engine.privileges(session)["create_user"]


def test_fault_69_a_check_names_the_privileges_that_are_missing(place: MariadbPlace) -> None:
    name = place.create(SMALL)
    with account(place, f"GRANT SELECT ON {name}.* TO {{}}") as (server, password):
        result = place.engine.check(server, password, name)
        assert result.reachable
        assert result.problem
        assert "DROP" in result.problem
        assert "SELECT" not in result.problem
        with pytest.raises(MissingPrivilege), place.open(server=server, password=password, writable=True) as session:
            place.engine.create_database(session, place.new_name(), "x")
        other = place.create()
        result = place.engine.check(server, password, other)
        assert not result.reachable
        with pytest.raises((NotFound, MissingPrivilege)), place.open(other, server=server, password=password):
            pass


# --- databases --------------------------------------------------------------------------------------------------------


def test_sizes_know_databases_with_odd_names_and_other_storage_engines(place: MariadbPlace) -> None:
    odd = f"{place.new_name()}-é日.x/y"
    other = place.create(
        "CREATE TABLE plain (body TEXT) ENGINE=MyISAM", "INSERT INTO plain VALUES (REPEAT('x', 60000))"
    )
    with place.open(writable=True) as server:
        place.engine.create_database(server, odd, "x")
        try:
            place.run(odd, "CREATE TABLE `t-1` (id INT)")
            for flags in ("ON", "OFF"):
                place.running.execute(f"SET GLOBAL innodb_stats_auto_recalc = {flags}")
                sizes = place.engine.sizes(server)
                assert sizes[odd].allocated >= 16384
                assert sizes[other].allocated >= 60000
        finally:
            place.running.execute("SET GLOBAL innodb_stats_auto_recalc = ON")
            place.engine.drop_database(server, odd)
    with place.open(other) as session:
        assert place.engine.size(session).allocated >= 60000


def test_deleted_rows_become_reusable_space(place: MariadbPlace) -> None:
    name = place.create("CREATE TABLE bulk (id INT PRIMARY KEY, body LONGTEXT)")
    place.run(name, "INSERT INTO bulk SELECT seq, REPEAT('x', 100000) FROM seq_1_to_200")
    with place.open(name) as session:
        full = place.engine.size(session)
        place.run(name, "DELETE FROM bulk")
        deadline = time.monotonic() + 30
        while (emptied := place.engine.size(session)).used > full.used // 2 and time.monotonic() < deadline:
            time.sleep(0.2)
    assert emptied.used < full.used // 2
    assert emptied.allocated >= full.allocated * 0.9


def test_fault_36_a_drop_that_somebody_is_in_the_way_of_is_busy_and_changes_nothing(place: MariadbPlace) -> None:
    name = place.create(SMALL, "INSERT INTO notes VALUES (1, 'x')")
    with closing(place.raw(name)) as reader, place.open(writable=True, lock_timeout=1) as server:
        reader.begin()
        reader.cursor().execute("SELECT * FROM notes")
        with pytest.raises(Busy):
            place.engine.drop_database(server, name)
        assert place.run(name, "SELECT COUNT(*) FROM notes")[0][0] == 1
        place.engine.quiesce(server, name)
        place.engine.drop_database(server, name)
        assert not place.engine.exists(server, name)
        with pytest.raises(pymysql.Error):
            reader.cursor().execute("SELECT 1")


def test_fault_28_a_lock_is_lost_with_its_session(place: MariadbPlace) -> None:
    with place.open(writable=True) as holder, place.open(writable=True) as other:
        assert place.engine.try_lock(holder, "tenant/1")
        driver_connection(other).run(f"KILL CONNECTION {driver_connection(holder).number}")
        with pytest.raises(Unreachable):
            place.engine.holds_lock(holder, "tenant/1")


# --- dumping ----------------------------------------------------------------------------------------------------------


def copied(place: MariadbPlace, original: str, tmp_path: Path) -> bytes:
    """The dump, after it has been loaded and restored by the engine's own client, each time to the same content."""
    dump, facts = place.dump(original)
    assert place.content(original) == facts.tables
    ours, theirs = place.create(), place.create()
    place.load(ours, dump)
    (tmp_path / "dump.sql").write_bytes(dump)
    outcome = place.restore_natively(theirs, tmp_path / "dump.sql")
    assert (outcome.returncode, outcome.stderr) == (0, b"")
    for copy in (ours, theirs):
        assert place.content(copy) == facts.tables
        assert place.fingerprint(copy) == facts.fingerprint
    return dump


def test_rows_of_every_length_around_the_edges_of_packets_survive(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create(
        "CREATE TABLE lengths (id INT PRIMARY KEY, body MEDIUMTEXT)",
        "INSERT INTO lengths SELECT seq, REPEAT('y', seq) FROM seq_1_to_1200",
        "INSERT INTO lengths SELECT seq, REPEAT('é', seq / 2) FROM seq_64900_to_65600 WHERE seq % 7 = 0",
        "INSERT INTO lengths SELECT 1000000 + seq, CONCAT('\\n', seq) FROM seq_1_to_3000",
        "CREATE TABLE narrow (body VARCHAR(300))",
        "INSERT INTO narrow SELECT REPEAT('z', seq % 300) FROM seq_1_to_5000",
        "CREATE TABLE one (id INT)",
        "INSERT INTO one VALUES (1)",
    )
    copied(place, original, tmp_path)


def test_two_dumps_of_many_blocks_are_the_same_to_the_byte(place: MariadbPlace) -> None:
    original = place.create(SMALL, "INSERT INTO notes SELECT seq, REPEAT('x', seq % 99) FROM seq_1_to_60000")
    dump, _ = place.dump(original)
    assert dump.count(b"-- pagevoo:rows") > 4
    copy = place.create()
    place.load(copy, dump)
    assert place.dump(copy)[0] == dump == place.dump(original)[0]


def test_random_rows_survive(place: MariadbPlace, tmp_path: Path) -> None:
    chance = random.Random(7)
    signs = ["a", "'", "\\", "\n", "\r", "\0", "\x1a", "é", "日", "😀", '"', "%", "`", ",", "(", ")", ";", "--", "/*"]

    def text() -> str | None:
        return None if chance.random() < 0.2 else "".join(chance.choices(signs, k=chance.randrange(90)))

    rows = [
        (
            text(),
            chance.randbytes(chance.randrange(300)),
            chance.choice([None, chance.randrange(-(2**31), 2**31)]),
            text(),
            chance.uniform(-1, 1) * 10 ** chance.randrange(-37, 38),
            chance.uniform(-1, 1) * 10 ** chance.randrange(-307, 308),
        )
        for _ in range(2000)
    ]
    original = place.create("CREATE TABLE r (a VARCHAR(400), b VARBINARY(400), c INT, d LONGTEXT, f FLOAT, g DOUBLE)")
    with closing(place.raw(original)) as connection:
        connection.cursor().executemany("INSERT INTO r VALUES (%s, %s, %s, %s, %s, %s)", rows)
    dump = copied(place, original, tmp_path)
    copy = place.create()
    place.load(copy, dump)
    everything = "SELECT a, b, c, d, f + 0e0, g FROM r"
    assert place.run(copy, everything) == place.run(original, everything)


def test_fault_34_rows_larger_than_a_packet_go_value_by_value(place: MariadbPlace) -> None:
    with start_mariadb(config={"max-allowed-packet": "64M", "innodb-log-file-size": "128M"}) as running:
        roomy = MariadbPlace(running)
        original = roomy.create(
            "CREATE TABLE files (id INT PRIMARY KEY, data LONGBLOB, note LONGTEXT CHARACTER SET latin1)",
            "INSERT INTO files VALUES (1, 'small', 'é'), (2, REPEAT(x'00ff', 9000000), ''), (3, NULL, REPEAT('ü', 9))",
            "CREATE TABLE later (id INT)",
            "INSERT INTO later VALUES (1), (2)",
        )
        dump, facts = roomy.dump(original)
        copy = roomy.create()
        roomy.load(copy, dump)
        assert roomy.content(copy) == facts.tables == roomy.content(original)
        running.execute("SET GLOBAL max_allowed_packet = 4194304")
        with pytest.raises(Failed) as caught:
            roomy.load(roomy.create(), dump)
        assert caught.value.code == "too_large"


def test_routines_and_triggers_keep_comments_and_line_ends(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create(
        SMALL,
        "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
        "CREATE PROCEDURE talk() BEGIN -- it's one\r\n # two\n /* three */ SELECT 'a\\', '\r\n', '😀'; END",
        "SET NAMES latin1",
        "CREATE TRIGGER told BEFORE INSERT ON notes FOR EACH ROW SET NEW.label = 'caf\\'",
    )
    copied(place, original, tmp_path)


def test_views_stand_behind_those_they_read(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create(
        SMALL,
        "CREATE VIEW z AS SELECT id, label AS `a` FROM notes",
        "CREATE VIEW m AS SELECT `a`.id FROM z AS `a` JOIN z AS b ON b.id = `a`.id",
        "CREATE VIEW a AS SELECT id FROM m UNION SELECT id FROM z",
        "CREATE VIEW `odd ``name` AS SELECT 'from `a`' AS text FROM (SELECT id FROM a) AS z",
    )
    copied(place, original, tmp_path)


def test_a_database_of_another_character_set_stays_one(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create()
    place.run(
        original,
        "ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_german2_ci",
        "CREATE TABLE plain (a VARCHAR(20), b VARCHAR(20) CHARACTER SET ucs2, c TEXT CHARACTER SET cp1251)",
        "INSERT INTO plain VALUES ('ä€', 'ßЖ', 'привет'), (x'8081', NULL, '')",
        "CREATE FUNCTION same(t VARCHAR(10)) RETURNS VARCHAR(10) DETERMINISTIC RETURN t",
        "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "CREATE FUNCTION other(t VARCHAR(10)) RETURNS VARCHAR(10) DETERMINISTIC RETURN t",
    )
    copied(place, original, tmp_path)
    _, facts = place.dump(original)
    assert (facts.character_set, facts.collation) == ("utf8mb4", "utf8mb4_bin")


def test_definers_are_left_out_and_named_as_losses(place: MariadbPlace) -> None:
    original = place.create(SMALL)
    with account(place, f"GRANT ALL ON {original}.* TO {{}}") as (server, _):
        place.run(original, f"CREATE DEFINER={server.user}@'%' VIEW theirs AS SELECT id FROM notes")
        dump, facts = place.dump(original)
        assert facts.losses == (f"definer of view theirs: {server.user}@%",)
        assert b"DEFINER=" not in dump


def test_fault_41_tables_outside_the_snapshot_are_named(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create(SMALL, "CREATE TABLE loose (id INT) ENGINE=MyISAM", "INSERT INTO loose VALUES (1)")
    copied(place, original, tmp_path)
    _, facts = place.dump(original)
    assert not facts.consistent
    assert "loose" in facts.inconsistencies[0]


def test_what_reaches_back_into_its_own_database_by_name_is_refused(place: MariadbPlace) -> None:
    itself = place.create(SMALL)
    place.run(itself, f"CREATE PROCEDURE back() DELETE FROM {itself.upper()} . notes")
    with pytest.raises(Unsupported) as caught:
        place.dump(itself)
    assert "back" in caught.value.message


def test_fault_38_a_schema_that_moves_during_a_dump_fails_it(place: MariadbPlace) -> None:
    for change in (
        "ALTER TABLE z_last ADD COLUMN more INT",
        "TRUNCATE TABLE z_last",
        "DROP TABLE z_last",
        "CREATE VIEW new AS SELECT 1",
    ):
        original = place.create(
            "CREATE TABLE a_first (id INT PRIMARY KEY)",
            "INSERT INTO a_first VALUES (1)",
            "CREATE TABLE z_last (id INT)",
            "INSERT INTO z_last VALUES (1)",
        )

        class Meddler(io.BytesIO):
            meddled = False

            def write(self, data: object, /, original: str = original, change: str = change) -> int:
                if not self.meddled and b"a_first" in bytes(data):  # type: ignore[call-overload]
                    self.meddled = True
                    place.run(original, change)
                return super().write(data)  # type: ignore[arg-type]

        with place.open(original, read_timeout=None) as session, pytest.raises(Failed) as caught:
            place.engine.dump(session, Meddler(), JobContext())
        assert caught.value.code == "schema_changed"


def test_fault_24_a_connection_that_is_cut_anywhere_makes_no_whole_dump(
    place: MariadbPlace, fault_proxy: type[FaultProxy]
) -> None:
    original = place.create(SMALL, "INSERT INTO notes SELECT seq, REPEAT('x', 90) FROM seq_1_to_5000")
    proxy = fault_proxy((place.server.host, place.server.port))
    server = replace(place.server, port=proxy.port)
    cut = 0
    for count in (100, 3000, 20_000, 60_000, 200_000, 500_000):
        proxy.pass_through()
        sink = io.BytesIO()
        with place.open(original, server=server, read_timeout=None) as session:
            proxy.cut_after(count)
            with pytest.raises(Unreachable):
                place.engine.dump(session, sink, JobContext())
        assert b"-- pagevoo:end" not in sink.getvalue()
        cut += 1
    assert cut == 6


def test_a_cancel_in_the_middle_of_a_large_table_stops_at_once(place: MariadbPlace) -> None:
    original = place.create(SMALL, "INSERT INTO notes SELECT seq, REPEAT('x', 90) FROM seq_1_to_60000")
    job = JobContext()

    class Impatient(io.BytesIO):
        def write(self, data: object, /) -> int:
            job.cancel()
            return super().write(data)  # type: ignore[arg-type]

    with place.open(original, read_timeout=None) as session:
        began = time.monotonic()
        with pytest.raises(ConsoleError) as caught:
            place.engine.dump(session, Impatient(), job)
        assert caught.value.code == "failed" or caught.value.exit_code == 130
        assert time.monotonic() - began < 5


def test_a_row_that_breaks_a_rule_of_its_table_is_restored_all_the_same(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create(
        "CREATE TABLE ruled (id INT AUTO_INCREMENT PRIMARY KEY, amount INT CHECK (amount > 0))",
        "SET check_constraint_checks = 0",
        "INSERT INTO ruled VALUES (7, -1)",
        "CREATE TABLE children (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES ruled (id))",
        "SET foreign_key_checks = 0",
        "INSERT INTO children VALUES (1, 99)",
    )
    copied(place, original, tmp_path)


# --- swapping ---------------------------------------------------------------------------------------------------------

_LIVELY = (
    "CREATE TABLE parents (id INT PRIMARY KEY)",
    "CREATE TABLE children (id INT PRIMARY KEY, parent INT, CONSTRAINT up FOREIGN KEY (parent)"
    " REFERENCES parents (id))",
    "CREATE VIEW pairs AS SELECT c.id, p.id AS up FROM children c JOIN parents p ON p.id = c.parent",
    "CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1",
    "CREATE TRIGGER grown AFTER INSERT ON parents FOR EACH ROW INSERT INTO children VALUES (NEW.id, NEW.id)",
    "INSERT INTO parents VALUES (1)",
)


def test_a_swap_moves_programs_too_and_finishes_what_a_crash_left(place: MariadbPlace) -> None:
    for calls_before_crash in range(1, 60, 2):
        live = place.create(*_LIVELY)
        staged = place.create(*_LIVELY, "INSERT INTO parents VALUES (2)", "CREATE TABLE more (id INT)")
        before, wanted = (place.content(name) for name in (live, staged))
        old, new = (place.fingerprint(name) for name in (live, staged))
        aside = place.new_name()
        with place.open(writable=True) as server:
            memo = json.loads(json.dumps(place.engine.swap_memo(server, live, staged)))
        with place.open(writable=True) as server:
            connection = driver_connection(server)
            original_query, count = connection.query, 0

            def query(sql: str | bytes, unbuffered: bool = False, limit: int = calls_before_crash) -> int:
                nonlocal count
                text = sql.decode() if isinstance(sql, bytes) else sql
                if text.startswith(("DROP", "CREATE", "RENAME", "ALTER")):
                    count += 1
                    if count > limit:
                        raise ZeroDivisionError
                return int(original_query(sql, unbuffered))  # noqa: B023

            connection.query = query  # type: ignore[method-assign]
            try:
                place.engine.swap(server, live, staged, aside, memo)
                is_finished = True
            except ZeroDivisionError:
                is_finished = False
        with place.open(writable=True) as server:
            place.engine.swap(server, live, staged, aside, memo)
        assert (place.content(live), place.fingerprint(live)) == (wanted, new)
        assert (place.content(aside), place.fingerprint(aside)) == (before, old)
        assert place.content(staged) == {}
        assert place.run(live, "INSERT INTO parents VALUES (3)", "SELECT COUNT(*) FROM pairs")[0][0] == 3
        if is_finished:
            return
    raise AssertionError("the swap never finished")


def test_a_swap_of_what_has_changed_meanwhile_is_refused(place: MariadbPlace) -> None:
    live, staged = place.create(SMALL), place.create(SMALL)
    with place.open(writable=True) as server:
        memo = place.engine.swap_memo(server, live, staged)
        place.run(live, "CREATE TABLE surprise (id INT)")
        with pytest.raises(Refused) as caught:
            place.engine.swap(server, live, staged, place.new_name(), memo)
        assert caught.value.code == "generation_changed"
    assert set(place.content(live)) == {"notes", "surprise"}
