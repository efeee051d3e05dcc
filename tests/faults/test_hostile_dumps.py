"""What a dump says is carried out by an account that can touch one database: whatever it says, nothing else changes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import ConsoleError, Refused
from pagevoo_console.services.engines.framing import FrameKind, FrameReader, FrameWriter
from pagevoo_console.services.guests import PREFIX
from pagevoo_console.services.jobs import JobContext
from tests.faults.scenes import LIVE, nothing_open, published_tenant, truth
from tests.faults.test_artefacts import put_dump
from tests.masters import ServerMasters, SqliteFolder
from tests.servers import DatabaseServer, MariadbServer, PostgresqlServer
from tests.services.platform_world import World, folders_in, make_world

WITNESS = "pagevoo_website_witness"

ON_MARIADB = {
    "151": (
        "DROP DATABASE {witness}",
        "USE {witness}",
        "INSERT INTO {witness}.kept VALUES (2)",
        "DELETE FROM {witness}.kept",
        "DROP TABLE {witness}.kept",
        "CREATE TABLE {witness}.planted (id INT)",
        "RENAME TABLE own TO {witness}.own",
        "RENAME TABLE {witness}.kept TO {staged}.kept",
        "ALTER TABLE {witness}.kept ADD COLUMN planted INT",
        "CREATE VIEW peeking AS SELECT * FROM {witness}.kept",
        "CREATE TABLE peeked AS SELECT * FROM {witness}.kept",
        "CREATE TABLE pointing (id INT, FOREIGN KEY (id) REFERENCES {witness}.kept (id))",
        "CREATE DATABASE planted",
        "ALTER DATABASE {witness} CHARACTER SET latin1",
        "SELECT * FROM mysql.global_priv",
    ),
    "152": (
        "/*!50000 DROP DATABASE {witness} */",
        "/*M!100100 DROP DATABASE {witness} */",
        "/*!50000 INSERT INTO {witness}.kept VALUES (2) */",
    ),
    "153": (
        "EXECUTE IMMEDIATE CONCAT('DR','OP DATABASE {witness}')",
        "BEGIN NOT ATOMIC EXECUTE IMMEDIATE CONCAT('DR','OP DATABASE {witness}'); END",
        "BEGIN NOT ATOMIC PREPARE x FROM 'DELETE FROM {witness}.kept'; EXECUTE x; END",
    ),
    "156": (
        "SELECT 1 INTO OUTFILE '{folder}/planted'",
        "SELECT 1 INTO DUMPFILE '{folder}/planted'",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE own",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE own",
        "INSERT INTO own SELECT 1 FROM (SELECT LOAD_FILE('/etc/passwd') AS told) AS t WHERE told IS NOT NULL",
    ),
    "157": (
        "CREATE DEFINER = root@localhost PROCEDURE planted() DROP DATABASE {witness}",
        "CREATE DEFINER = root@'%' SQL SECURITY DEFINER VIEW planted AS SELECT 1",
        "CREATE DEFINER = root@'%' EVENT planted ON SCHEDULE EVERY 1 SECOND DO DROP DATABASE {witness}",
        "CREATE EVENT {witness}.planted ON SCHEDULE EVERY 1 SECOND DO DROP TABLE kept",
        "CREATE EVENT `{witness}`.`planted` ON SCHEDULE EVERY 1 SECOND DO DROP TABLE kept",
        "CREATE EVENT `planted` ON SCHEDULE EVERY 1 SECOND ENABLE DO DROP DATABASE {witness}",
        "CREATE EVENT `now` ON SCHEDULE AT CURRENT_TIMESTAMP ON COMPLETION PRESERVE DO DELETE FROM {witness}.kept",
        "CREATE TRIGGER `{witness}`.`planted` BEFORE INSERT ON `kept` FOR EACH ROW SET @x = 1",
        "CREATE TRIGGER `planted` BEFORE INSERT ON `{witness}`.`kept` FOR EACH ROW SET @x = 1",
    ),
    "158": (
        "SET GLOBAL max_connections = 10",
        "SET sql_log_bin = 0",
        "SET GLOBAL event_scheduler = ON",
        "INSTALL SONAME 'ha_spider'",
        "CREATE SERVER planted FOREIGN DATA WRAPPER mysql OPTIONS (HOST '127.0.0.1')",
        "CREATE FUNCTION planted RETURNS INTEGER SONAME 'planted.so'",
        "SHUTDOWN",
        "CREATE USER planted",
        "GRANT ALL ON *.* TO CURRENT_USER",
        "GRANT SELECT ON {witness}.* TO CURRENT_USER",
        "SET PASSWORD FOR root@localhost = PASSWORD('known')",
        "ALTER USER root@localhost IDENTIFIED BY 'known'",
        "FLUSH PRIVILEGES",
        "RESET MASTER",
        "KILL 1",
    ),
}  # fmt: skip

ON_POSTGRESQL = {
    "151": (
        'ALTER DATABASE "{witness}" RENAME TO planted',
        'ALTER DATABASE "{witness}" OWNER TO CURRENT_USER',
        'ALTER DATABASE "{witness}" ALLOW_CONNECTIONS false',
        "COMMENT ON DATABASE \"{witness}\" IS 'planted'",
        'GRANT ALL ON DATABASE "{witness}" TO PUBLIC',
        "CREATE DATABASE planted",
    ),
    "153": (
        "DO 'BEGIN EXECUTE ''COPY (SELECT 1) TO PROGRAM '''':'''' ''; END'",
        "DO 'BEGIN EXECUTE ''CREATE RO'' || ''LE planted SUPERUSER''; END'",
    ),
    "156": (
        "COPY (SELECT 1) TO '{folder}/planted'",
        "COPY own FROM '/etc/passwd'",
        "COPY own FROM PROGRAM 'id'",
        "COPY (SELECT 1) TO PROGRAM 'touch {folder}/planted'",
        "SELECT pg_catalog.pg_read_file('/etc/passwd')",
        "SELECT pg_catalog.lo_import('/etc/passwd')",
        "SELECT pg_catalog.lo_export(lo_from_bytea(0, 'x'), '{folder}/planted')",
    ),
    "157": (
        "CREATE FUNCTION planted() RETURNS integer LANGUAGE c AS '/lib/planted.so'",
        "CREATE FUNCTION planted() RETURNS integer LANGUAGE internal AS 'boolin'",
        "CREATE EVENT TRIGGER planted ON ddl_command_start EXECUTE FUNCTION pg_catalog.suppress_redundant_updates()",
        "CREATE EXTENSION dblink",
        "CREATE EXTENSION file_fdw",
    ),
    "158": (
        "ALTER SYSTEM SET max_connections = 10",
        "CREATE ROLE planted",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "ALTER ROLE CURRENT_USER CREATEDB",
        "ALTER ROLE {admin} PASSWORD 'known'",
        "GRANT pg_execute_server_program TO CURRENT_USER",
        "GRANT {admin} TO CURRENT_USER",
        "SET ROLE {admin}",
        "SET SESSION AUTHORIZATION {admin}",
        "CREATE TABLESPACE planted LOCATION '{folder}'",
        "DROP OWNED BY {admin}",
        "REASSIGN OWNED BY {admin} TO CURRENT_USER",
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = '{admin}'",
        "SELECT pg_catalog.pg_reload_conf()",
    ),
    "159": ('DROP DATABASE "{witness}"', 'DROP DATABASE "{master}"', 'DROP DATABASE "{witness}" WITH (FORCE)'),
}  # fmt: skip

ON_SQLITE = {
    "149_151": (
        "ATTACH '{folder}/planted.db' AS planted;",
        "VACUUM INTO '{folder}/planted.db';",
        "DROP TABLE main.feature_settings;",
        "UPDATE sqlite_master SET sql = 'planted';",
    ),
    "156_158": (
        "SELECT load_extension('{folder}/planted');",
        "PRAGMA writable_schema = ON;",
        "PRAGMA temp_store_directory = '{folder}';",
        "PRAGMA journal_mode = OFF;",
    ),
}


def cases(statements: Mapping[str, tuple[str, ...]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("statements", statements.values(), ids=[f"fault_{rows}" for rows in statements])


@pytest.fixture(scope="module")
def mariadb_world(mariadb_server: MariadbServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield from _with_witness(mariadb_server, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def postgresql_world(postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield from _with_witness(postgresql_server, tmp_path_factory.mktemp("home"))


def _with_witness(server: DatabaseServer, home: Path) -> Iterator[World]:
    """A Pagevoo, and beside it a database that nobody may touch."""
    masters = ServerMasters(server)
    world = make_world(masters.make_master(), folders_in(home))
    server.execute(f"CREATE DATABASE {WITNESS}")
    server.execute("CREATE TABLE kept (id INT PRIMARY KEY)", "INSERT INTO kept VALUES (1)", database=WITNESS)
    yield world
    masters.clean_up()


@contextmanager
def unharmed(world: World, folder: Path) -> Iterator[None]:
    """That afterwards every database, every account and the witness are what they were, and no guest is left."""
    server = world.master.server
    assert server is not None

    def seen() -> tuple[object, ...]:
        return server.databases(), server.logins(), server.execute("SELECT * FROM kept", database=WITNESS)

    before = seen()
    yield
    assert seen() == before
    assert list(folder.iterdir()) == []
    assert guests(world) == []


def guests(world: World) -> list[str]:
    assert world.master.server is not None
    return [login for login in world.master.server.logins() if PREFIX in login]


def attempt(world: World, folder: Path, statements: tuple[str, ...]) -> list[str]:
    """Which of these a guest was let do, each on a session of its own as a load would have it."""
    server = world.master.server
    assert server is not None
    let = []
    with server.new_database("staged") as staged:
        server.execute("CREATE TABLE own (id INT)", database=staged)
        words = {
            "witness": WITNESS, "staged": staged, "folder": folder, "admin": server.user, "master": world.master.name,
        }  # fmt: skip
        connection = world.console.connection.master
        with world.console.guests.session(connection, staged, "987654321") as session:
            for statement in statements:
                try:
                    session.exec_driver_sql(statement.format(**words).replace("%", "%%"))
                except Exception as error:
                    assert world.console.connections.engine(connection).explain(error, connection).message  # noqa: PT017
                else:
                    let.append(statement)
    return let


@cases(ON_MARIADB)
def test_fault_151_152_153_156_157_158_a_guest_of_mariadb_reaches_nothing_but_its_database(
    mariadb_world: World, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    with unharmed(mariadb_world, tmp_path):
        let = attempt(mariadb_world, tmp_path, statements)
    assert set(let) <= {
        "INSERT INTO own SELECT 1 FROM (SELECT LOAD_FILE('/etc/passwd') AS told) AS t WHERE told IS NOT NULL",
        "CREATE EVENT `planted` ON SCHEDULE EVERY 1 SECOND ENABLE DO DROP DATABASE {witness}",
        "CREATE EVENT `now` ON SCHEDULE AT CURRENT_TIMESTAMP ON COMPLETION PRESERVE DO DELETE FROM {witness}.kept",
    }


@cases(ON_POSTGRESQL)
def test_fault_151_153_156_157_158_159_a_guest_of_postgresql_reaches_nothing_but_its_database(
    postgresql_world: World, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    with unharmed(postgresql_world, tmp_path):
        let = attempt(postgresql_world, tmp_path, statements)
    assert set(let) <= {'GRANT ALL ON DATABASE "{witness}" TO PUBLIC'}, "which only warns that nothing was granted"


@pytest.mark.parametrize("engine", ["mysql", "postgresql"])
def test_fault_151_159_a_forged_backup_stops_its_restore_and_harms_nobody(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    world: World = request.getfixturevalue("mariadb_world" if engine == "mysql" else "postgresql_world")
    quoted = world.console.connections.engine(world.console.connection.master).quote(WITNESS)
    tenant = published_tenant(world)
    backup = world.console.backups.create(tenant, JobContext())
    put_dump(backup, intruded(backup, f"DROP DATABASE {quoted};"))
    forged = world.console.backups.get(str(backup.path))

    with unharmed(world, tmp_path):
        with pytest.raises(ConsoleError):
            restore(world, tenant, forged)
        assert not world.console.backups.verify(forged, JobContext()).ok

    assert truth(world, tenant) == LIVE
    assert nothing_open(world)


def test_fault_157_what_a_guest_may_not_is_never_done_for_a_file_that_the_master_does_not_know(
    postgresql_world: World, tmp_path: Path
) -> None:
    """An extension that only a superuser makes: from the master's own file it comes back, from a forged one never."""
    world = postgresql_world
    tenant = published_tenant(world)
    backup = world.console.backups.create(tenant, JobContext())
    put_dump(backup, intruded(backup, "CREATE EXTENSION pageinspect WITH SCHEMA public;"))
    with unharmed(world, tmp_path), pytest.raises(Refused) as refused:
        restore(world, tenant, world.console.backups.get(str(backup.path)))
    assert refused.value.code == "not_ours"

    world.write("CREATE EXTENSION pageinspect", database=world.name(tenant))
    known = world.console.backups.create(tenant, JobContext())
    restore(world, tenant, known)
    rows = world.write("SELECT 1 FROM pg_extension WHERE extname = {0}", "pageinspect", database=world.name(tenant))
    assert rows == [(1,)]


@cases(ON_SQLITE)
def test_fault_149_151_156_158_a_dump_of_sqlite_reaches_nothing_but_its_file(
    pagevoo_home: Path, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    folder, masters = tmp_path / "outside", tmp_path / "masters"
    folder.mkdir()
    masters.mkdir()
    world = make_world(SqliteFolder(lambda: masters).make_master(), folders_in(pagevoo_home))
    tenant = published_tenant(world)
    backup = world.console.backups.create(tenant, JobContext())
    whole = backup.path.read_bytes()
    manifest = backup.manifest_path.read_bytes() if backup.manifest_path else b""
    for statement in statements:
        put_dump(backup, intruded(backup, statement.format(folder=folder)))
        with pytest.raises(ConsoleError):
            restore(world, tenant, world.console.backups.get(str(backup.path)))
        assert truth(world, tenant) == LIVE
        assert list(folder.iterdir()) == []
        backup.path.write_bytes(whole)
        assert backup.manifest_path is not None
        backup.manifest_path.write_bytes(manifest)


def intruded(backup: Backup, statement: str) -> bytes:
    """The backup's dump with one more statement among its first, and every size that it announces set right."""
    sink = io.BytesIO()
    with backup.path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        reader, writer = FrameReader(io.BytesIO(stream.read())), FrameWriter(sink)
    writer.header(reader.engine, reader.version)
    has_intruded = False
    for frame in reader:
        if frame.kind is FrameKind.ROWS:
            writer.rows(frame.table, frame.rows, frame.data)
            continue
        if not has_intruded and b"CREATE TABLE" in frame.executable:
            writer.statement(statement.encode())
            has_intruded = True
        writer.statement(frame.data, frame.executable)
    assert has_intruded
    writer.end(reader.tables or 0, reader.rows or 0)
    return zstandard.ZstdCompressor().compress(sink.getvalue())


def restore(world: World, tenant: str, backup: Backup) -> None:
    plan = world.console.restores.plan(backup, tenant)
    world.console.restores.run(plan, world.name(tenant), JobContext())
