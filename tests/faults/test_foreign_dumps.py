"""Hostile dumps of other tools: told beforehand, and whatever they say, nothing beyond the one database changes."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from pagevoo_console.domain.dump_xray import DumpXray, Treatment, XrayTopic
from pagevoo_console.domain.errors import ConsoleError, Corrupt, Refused
from pagevoo_console.services.jobs import JobContext
from tests import native_tools
from tests.faults.foreign_texts import HEADS, TABLE, foreign_text
from tests.masters import ServerMasters
from tests.servers import start_mariadb
from tests.services.platform_world import World, folders_in, make_world

OTHER = "somebody_elses"

on = pytest.mark.parametrize


def mysql(*cases: str) -> pytest.MarkDecorator:
    return _on("mysql", cases)


def postgresql(*cases: str) -> pytest.MarkDecorator:
    return _on("postgresql", cases)


def sqlite(*cases: str) -> pytest.MarkDecorator:
    return _on("sqlite", cases)


def _on(engine: str, cases: tuple[str, ...]) -> pytest.MarkDecorator:
    if not cases:
        return on("lasting_world", [engine], indirect=True)
    return on(("lasting_world", "statement"), [(engine, case) for case in cases], indirect=["lasting_world"])


@pytest.fixture
def bystander(lasting_world: World) -> Iterator[str]:
    """A database of somebody else on the same server, in which nothing may happen."""
    native_tools.create(lasting_world.master, OTHER)
    lasting_world.master.execute("CREATE TABLE t (id INT)", "INSERT INTO t VALUES (7)", database=OTHER)
    yield OTHER
    assert native_tools.content(lasting_world.master, OTHER) == {"t": [(7,)]}
    if lasting_world.master.server is not None:
        lasting_world.master.server.drop(OTHER)
    else:
        native_tools.remove(lasting_world.master, OTHER)


class Attempt:
    """A file for a tenant that has no database yet."""

    def __init__(self, world: World, folder: Path, body: str, *, table: str = TABLE) -> None:
        self._world = world
        self.tenant, (self._website,) = world.add_tenant()
        self.database = world.name(self.tenant)
        engine = world.master.engine
        self._file = folder / "dump.sql"
        self._file.write_bytes(foreign_text(engine, body, table))

    def xray(self) -> DumpXray:
        return self._world.console.imports.plan(self._file, self.tenant, JobContext(), self._website).xray

    def run(self) -> dict[str, object]:
        imports = self._world.console.imports
        plan = imports.plan(self._file, self.tenant, JobContext(), self._website)
        return imports.run(plan, None, JobContext())

    def succeeds(self) -> None:
        """Imported, and what is in it is there."""
        self.run()
        assert [row[0] for row in self.content()["goods"]] == [1, 2]

    def left_out(self, *statements: str) -> list[str]:
        """What is told of each of these statements, each of which is left out; then all of them are imported."""
        world, folder = self._world, self._file.parent
        told = []
        for statement in statements:
            xray = Attempt(world, folder, statement).xray()
            assert xray.refusals == (), statement
            topics = [one.topic.value for one in xray.findings if one.treatment is Treatment.LEFT_OUT]
            told.append("+".join(sorted(dict.fromkeys(topics))))
        Attempt(world, folder, "\n".join(statements)).succeeds()
        return told

    def fails(self) -> ConsoleError:
        """Not imported, and nothing is left of it: no database, no account, no operation."""
        with pytest.raises(ConsoleError) as caught:
            self.run()
        assert self.database not in self._world.master.databases()
        assert self._world.console.operations.list(tenant=self.tenant, open_only=True) == ()
        server = self._world.master.server
        if server is not None:
            assert not [name for name in server.logins() if "pagevoo_r_" in name]
        return caught.value

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        return native_tools.content(self._world.master, self.database)

    def found(self, topic: XrayTopic) -> set[Treatment]:
        return {one.treatment for one in self.xray().findings if one.topic is topic}


# --- MariaDB and MySQL -----------------------------------------------------------------------------------------------


@mysql()
def test_fault_151_152_statements_about_other_databases_are_told_and_left_out(
    lasting_world: World, bystander: str, tmp_path: Path
) -> None:
    plain = (
        f"DROP DATABASE IF EXISTS {OTHER};",
        f"DROP SCHEMA `{OTHER}`;",
        f"CREATE DATABASE {OTHER}_new; CREATE OR REPLACE DATABASE {OTHER};",
        f"ALTER DATABASE {OTHER} CHARACTER SET latin1;",
    )
    hidden = (
        f"/*!50000 DROP DATABASE {OTHER} */;",
        f"/*M!100100 DROP DATABASE {OTHER} */;",
        f"/*! DROP /* really */ DATABASE {OTHER} */;",
        f"DELIMITER //\n/*!40000 DROP DATABASE IF EXISTS `{OTHER}`*/ //\nDELIMITER ;",
    )
    told = Attempt(lasting_world, tmp_path, "").left_out(*plain, *hidden)
    assert told == ["leaves_database"] * len(plain) + ["executable_comment+leaves_database"] * len(hidden)
    assert f"{OTHER}_new" not in lasting_world.master.databases()


@mysql(
    f"INSERT INTO {OTHER}.t VALUES (1);",
    f"REPLACE INTO `{OTHER}` . `t` VALUES (1);",
    f"/*!50000 INSERT INTO {OTHER}.t VALUES (1) */;",
    f"RENAME TABLE goods TO {OTHER}.goods;",
    f"DROP TABLE goods, {OTHER}.t;",
    f"CREATE TABLE {OTHER}.mine (id INT);",
    f"ALTER TABLE {OTHER}.t ADD y INT;",
    f"DELETE FROM {OTHER}.t;",
    f"CREATE VIEW v AS SELECT * FROM {OTHER}.t;",
    f"CREATE TABLE child (id INT, FOREIGN KEY (id) REFERENCES {OTHER}.t (id));",
    f"CREATE TRIGGER x AFTER INSERT ON goods FOR EACH ROW DELETE FROM {OTHER}.t;",
    f"CREATE TRIGGER x AFTER INSERT ON goods FOR EACH ROW DELETE FROM /*!50000 {OTHER}.*/t;",
    f"CREATE FUNCTION f() RETURNS INT RETURN (SELECT MAX(id) FROM {OTHER}.t);",
    f"USE {OTHER};\nCREATE TABLE t2 (id INT);",
)
def test_fault_111_151_what_reaches_into_another_database_refuses_the_file(
    lasting_world: World, bystander: str, statement: str, tmp_path: Path
) -> None:
    attempt = Attempt(lasting_world, tmp_path, statement)
    assert Treatment.REFUSED in attempt.found(XrayTopic.LEAVES)
    assert attempt.fails().code == "not_importable"


@mysql(
    f"EXECUTE IMMEDIATE CONCAT('DR', 'OP DATABASE {OTHER}');",
    f"PREPARE s FROM 'DELETE FROM {OTHER}.t'; EXECUTE s;",
    "EXECUTE IMMEDIATE CONCAT('CREATE US', 'ER mallory');",
    "EXECUTE IMMEDIATE CONCAT('GRA', 'NT ALL ON *.* TO CURRENT_USER');",
    "EXECUTE IMMEDIATE 'SET GLOBAL max_connections = 5';",
    "EXECUTE IMMEDIATE 'SELECT 1 INTO OUTFILE ''/tmp/pagevoo_never''';",
    "EXECUTE IMMEDIATE 'INSTALL SONAME ''x''';",
    "EXECUTE IMMEDIATE 'CREATE DEFINER=root@localhost VIEW v AS SELECT 1';",
    "EXECUTE IMMEDIATE 'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM goods';",
)
def test_fault_153_157_158_what_is_put_together_at_run_time_meets_an_account_that_may_not(
    lasting_world: World, bystander: str, statement: str, tmp_path: Path
) -> None:
    attempt = Attempt(lasting_world, tmp_path, statement)
    assert attempt.found(XrayTopic.HIDDEN) == {Treatment.KEPT}
    error = attempt.fails()
    assert f"Line {(HEADS['mysql'] + TABLE).count(chr(10)) + 1}: " in error.message
    assert not Path("/tmp/pagevoo_never").exists()


@mysql(
    f"EXECUTE IMMEDIATE 'CREATE PROCEDURE p() SQL SECURITY DEFINER DELETE FROM {OTHER}.t';",
    f"EXECUTE IMMEDIATE 'CREATE TRIGGER x AFTER INSERT ON goods FOR EACH ROW DELETE FROM {OTHER}.t';",
    "EXECUTE IMMEDIATE 'CREATE SQL SECURITY DEFINER VIEW v AS SELECT 1';",
    "CREATE TRIGGER x AFTER INSERT ON goods FOR EACH ROW INSERT INTO pagevoo_website_987654321.t VALUES (1);",
    "EXECUTE IMMEDIATE 'CREATE TABLE far (id INT) ENGINE=InnoDB DATA DIRECTORY=''/tmp''';",
    "EXECUTE IMMEDIATE 'CREATE TABLE none (id INT) ENGINE=BLACKHOLE';",
)
def test_fault_121_122_153_what_no_parser_saw_is_found_before_the_swap(
    lasting_world: World, bystander: str, statement: str, tmp_path: Path
) -> None:
    attempt = Attempt(lasting_world, tmp_path, statement)
    assert attempt.xray().refusals == ()
    assert attempt.fails().code in ("not_sound", "missing_privilege", "failed", "not_found")


@mysql()
def test_fault_154_commands_of_the_mysql_client_are_never_carried_out(lasting_world: World, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    commands = (
        f"\\! touch {trace}", f"system touch {trace}", f"tee {trace}", f"\\T {trace}", "source /etc/passwd",
        "\\. /etc/passwd", f"pager cat > {trace}", f"SELECT 1 \\! touch {trace}\n;",
    )  # fmt: skip
    assert set(Attempt(lasting_world, tmp_path, "").left_out(*commands)) == {"client_command"}
    assert not trace.exists()


@mysql(
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE goods;",
    "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE goods;",
    "SELECT * FROM goods INTO OUTFILE '/tmp/pagevoo_never';",
    "SELECT 1 /*!50000 INTO OUTFILE '/tmp/pagevoo_never' */;",
)
def test_fault_156_files_of_the_server_are_neither_read_nor_written(
    lasting_world: World, statement: str, tmp_path: Path
) -> None:
    attempt = Attempt(lasting_world, tmp_path, statement)
    assert attempt.found(XrayTopic.SERVER) == {Treatment.REFUSED}
    attempt.fails()


@mysql()
def test_fault_158_settings_of_the_server_and_accounts_are_told_and_left_out(
    lasting_world: World, tmp_path: Path
) -> None:
    settings = (
        "SET GLOBAL max_connections = 5;",
        "SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a:1-5';",
        "SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN; SET @@SESSION.SQL_LOG_BIN= 0;",
        "INSTALL SONAME 'x';",
        "SHUTDOWN;",
        "FLUSH PRIVILEGES;",
        "CHANGE MASTER TO MASTER_HOST='x';",
        "SET SESSION sql_require_primary_key = 1;",
        "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'x');",
    )
    accounts = (
        "CREATE USER mallory IDENTIFIED BY 'x';", "GRANT ALL ON *.* TO mallory;", "DROP USER root@localhost;",
        "SET PASSWORD = PASSWORD('x');", "SET ROLE NONE;",
    )  # fmt: skip
    told = Attempt(lasting_world, tmp_path, "").left_out(*settings, *accounts)
    assert told == ["server"] * len(settings) + ["accounts"] * len(accounts)


@mysql()
def test_fault_118_157_definers_give_way_and_nobody_s_rights_are_lent(lasting_world: World, tmp_path: Path) -> None:
    body = """DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `named` BEFORE INSERT ON `goods`
FOR EACH ROW BEGIN SET NEW.name = UPPER(NEW.name); END */;;
CREATE DEFINER=`root`@`%` PROCEDURE `p`(IN a INT, b VARCHAR(3)) READS SQL DATA SQL SECURITY DEFINER
BEGIN SELECT 1; END ;;
CREATE DEFINER=root@localhost FUNCTION `f`(n DECIMAL(5,2)) RETURNS varchar(10) CHARSET utf8mb4 DETERMINISTIC
COMMENT 'SQL SECURITY DEFINER' RETURN n ;;
CREATE FUNCTION g() RETURNS INT RETURN 1 ;;
DELIMITER ;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `v` AS select `goods`.`id` AS `id` from `goods` */;
CREATE VIEW w AS SELECT 1 AS one;
"""
    attempt = Attempt(lasting_world, tmp_path, body)
    assert attempt.found(XrayTopic.ACCOUNTS) == {Treatment.REWRITTEN, Treatment.KEPT}
    attempt.succeeds()
    query = (
        "SELECT routine_name, security_type, definer FROM information_schema.routines WHERE routine_schema = DATABASE()"
        " UNION ALL SELECT table_name, security_type, definer FROM information_schema.views"
        " WHERE table_schema = DATABASE()"
        " UNION ALL SELECT trigger_name, '', definer FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
        " ORDER BY 1"
    )
    found = lasting_world.master.execute(query, database=attempt.database)
    kinds = {(name, security) for name, security, _ in found}
    assert kinds == {(name, "INVOKER") for name in ("f", "g", "p", "v", "w")} | {("named", "")}
    assert not [definer for *_, definer in found if "pagevoo_r_" in definer]


@mysql()
def test_fault_115_packages_refuse_the_file(lasting_world: World, tmp_path: Path) -> None:
    body = (
        "SET sql_mode=ORACLE;\nDELIMITER ;;\nCREATE PACKAGE p AS PROCEDURE q; END ;;\n"
        "CREATE DEFINER=root@localhost PACKAGE BODY p AS PROCEDURE q AS BEGIN SELECT 1; END; END ;;\nDELIMITER ;\n"
    )
    attempt = Attempt(lasting_world, tmp_path, body)
    assert attempt.found(XrayTopic.ACCOUNTS) == {Treatment.REFUSED}
    attempt.fails()


@mysql()
def test_sequences_come_in_under_their_new_database_s_name(lasting_world: World, tmp_path: Path) -> None:
    native_tools.create(lasting_world.master, "counted")
    lasting_world.master.execute(
        "CREATE SEQUENCE numbers START WITH 5",
        "CREATE TABLE bills (id INT DEFAULT (NEXT VALUE FOR numbers) PRIMARY KEY, name TEXT)",
        "INSERT INTO bills (name) VALUES ('a'), ('b')",
        database="counted",
    )
    attempt = Attempt(lasting_world, tmp_path, "")
    (tmp_path / "dump.sql").write_bytes(native_tools.dump(lasting_world.master, "counted"))
    attempt.run()
    assert attempt.content()["bills"] == [(5, "a"), (6, "b")]
    lasting_world.master.execute("DROP DATABASE counted")
    lasting_world.master.execute("INSERT INTO bills (name) VALUES ('c')", database=attempt.database)
    assert len(attempt.content()["bills"]) == 3


@mysql()
def test_fault_115_events_are_told_and_left_out(lasting_world: World, tmp_path: Path) -> None:
    body = (
        "/*!50106 CREATE*/ /*!50117 DEFINER=`root`@`localhost`*/"
        " /*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY DO SELECT 1 */;"
    )
    attempt = Attempt(lasting_world, tmp_path, body)
    assert attempt.found(XrayTopic.EVENT) == {Treatment.LEFT_OUT}
    attempt.succeeds()
    found = lasting_world.master.execute("SELECT event_name FROM information_schema.events WHERE event_name = 'e'")
    assert list(found) == []


@mysql()
def test_fault_103_a_collation_that_the_server_lacks_becomes_the_nearest_and_both_are_named(
    lasting_world: World, tmp_path: Path
) -> None:
    body = (
        "CREATE TABLE new8 (a VARCHAR(9) COLLATE utf8mb4_0900_ai_ci COMMENT 'utf8mb4_0900_ai_ci')"
        " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;\n"
        "/*!50003 SET collation_connection = utf8mb4_0900_ai_ci */;\n"
    )
    attempt = Attempt(lasting_world, tmp_path, body)
    (told,) = [one for one in attempt.xray().findings if one.topic is XrayTopic.COLLATION]
    assert (told.treatment, told.count) == (Treatment.REWRITTEN, 2)
    assert "utf8mb4_0900_ai_ci becomes utf8mb4_uca1400_nopad_ai_ci" in told.text
    attempt.succeeds()
    ((collation, comment),) = lasting_world.master.execute(
        "SELECT collation_name, column_comment FROM information_schema.columns WHERE table_schema = DATABASE()"
        " AND table_name = 'new8'", database=attempt.database,
    )  # fmt: skip
    assert collation == "utf8mb4_uca1400_nopad_ai_ci"
    assert comment == "utf8mb4_0900_ai_ci"


@mysql("CREATE TABLE x (a VARCHAR(9) COLLATE utf8mb4_de_pb_0900_ai_ci);", "SET NAMES gbk;", "SET NAMES klingon;")
def test_fault_103_a_character_set_without_a_relative_refuses_the_file(
    lasting_world: World, statement: str, tmp_path: Path
) -> None:
    attempt = Attempt(lasting_world, tmp_path, statement)
    assert attempt.found(XrayTopic.COLLATION) == {Treatment.REFUSED}
    attempt.fails()


@mysql()
def test_fault_97_119_zero_dates_and_modes_of_the_file_s_own_come_in_as_they_are(
    lasting_world: World, tmp_path: Path
) -> None:
    body = (
        "SET @OLD=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO';\n"
        "CREATE TABLE days (id INT AUTO_INCREMENT PRIMARY KEY, d DATE NOT NULL);\n"
        "INSERT INTO days VALUES (0,'0000-00-00'),(1,'2024-02-01');\n"
        "SET SQL_MODE='NO_BACKSLASH_ESCAPES';\n"
        "INSERT INTO goods VALUES (3,'back\\'),(4,'; still a name \\');\n"
        "SET SQL_MODE=@OLD;\nINSERT INTO goods VALUES (5,'it\\'s; \\\\');\n"
    )
    attempt = Attempt(lasting_world, tmp_path, body)
    assert attempt.found(XrayTopic.VALUES) == {Treatment.KEPT}
    attempt.run()
    assert attempt.content()["goods"][2:] == [(3, "back\\"), (4, "; still a name \\"), (5, "it's; \\")]
    assert len(attempt.content()["days"]) == 2


@mysql()
def test_fault_35_a_value_that_the_server_would_cut_stops_the_import(lasting_world: World, tmp_path: Path) -> None:
    body = "SET SQL_MODE='';\nCREATE TABLE short (a VARCHAR(3));\nINSERT INTO short VALUES ('abcdef');\n"
    error = Attempt(lasting_world, tmp_path, body).fails()
    assert error.code == "value_changed"
    assert "short" in error.message
    assert "abcdef" not in error.message


@mysql()
def test_fault_34_a_statement_larger_than_a_packet_is_told_with_its_line(lasting_world: World, tmp_path: Path) -> None:
    ((largest,),) = lasting_world.master.execute("SELECT @@max_allowed_packet")
    attempt = Attempt(lasting_world, tmp_path, "INSERT INTO goods VALUES (3,'" + "x" * int(largest) + "');")
    (told,) = [one for one in attempt.xray().refusals if one.topic is XrayTopic.SIZE]
    assert told.line == (HEADS["mysql"] + TABLE).count("\n") + 1
    assert str(largest) in told.text


@mysql()
def test_fault_121_122_engines_and_folders_of_the_file_s_own_are_told(lasting_world: World, tmp_path: Path) -> None:
    body = (
        "CREATE TABLE old1 (id INT) ENGINE=TokuDB DATA DIRECTORY='/tmp' COMMENT='ENGINE=BLACKHOLE';\n"
        "CREATE TABLE old2 (id INT) ENGINE=MyISAM;\n"
    )
    attempt = Attempt(lasting_world, tmp_path, body)
    assert attempt.found(XrayTopic.STORAGE) == {Treatment.REWRITTEN}
    attempt.succeeds()
    far = Attempt(lasting_world, tmp_path, "CREATE TABLE far (id INT) ENGINE=FEDERATED CONNECTION='mysql://x';")
    assert far.found(XrayTopic.STORAGE) == {Treatment.REFUSED}


@mysql()
def test_fault_114_phpmyadmin_writes_delimiters_comments_and_transactions(lasting_world: World, tmp_path: Path) -> None:
    text = """-- phpMyAdmin SQL Dump
-- version 5.2.1
-- https://www.phpmyadmin.net/
--
-- Host: localhost:3306
-- Server version: 10.6.18-MariaDB

SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
START TRANSACTION;
SET time_zone = "+00:00";
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;
--
-- Database: `old_shop`
--
CREATE DATABASE IF NOT EXISTS `old_shop` DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
USE `old_shop`;

DELIMITER $$
--
-- Procedures
--
CREATE DEFINER=`shop`@`localhost` PROCEDURE `tidy` ()   BEGIN
  # a comment; with a $ and a '
  DELETE FROM goods WHERE id > 100; -- and another; one
  /* a third; */
END$$

DELIMITER ;

CREATE TABLE `goods` (`id` int(11) NOT NULL, `name` varchar(40) DEFAULT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO `goods` (`id`, `name`) VALUES
(1, 'semi;colon'),
(2, 'old_shop.goods');

ALTER TABLE `goods` ADD PRIMARY KEY (`id`);
ALTER TABLE `old_shop`.`goods` MODIFY `id` int(11) NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=3;
COMMIT;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
"""
    attempt = Attempt(lasting_world, tmp_path, "")
    (tmp_path / "dump.sql").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    xray = attempt.xray()
    assert (xray.tool, xray.tool_version, xray.server_version) == ("phpMyAdmin", "5.2.1", "10.6.18-MariaDB")
    assert xray.databases == ("old_shop",)
    assert [(one.kind, one.name) for one in xray.objects] == [("procedure", "tidy"), ("table", "goods")]
    assert xray.of_kind("table")[0].rows == 2
    attempt.run()
    assert attempt.content()["goods"] == [(1, "semi;colon"), (2, "old_shop.goods")]


def test_fault_74_triggers_and_routines_come_in_where_the_server_writes_a_binary_log(
    tmp_path: Path, pagevoo_home: Path
) -> None:
    with start_mariadb(config={"log-bin": "binlog", "server-id": "1"}) as server:
        world = make_world(ServerMasters(server).make_master(), folders_in(pagevoo_home))
        body = (
            "DELIMITER ;;\nCREATE DEFINER=`x`@`y` TRIGGER `named` BEFORE INSERT ON `goods` FOR EACH ROW"
            " SET NEW.name = 'n' ;;\nCREATE FUNCTION `f`() RETURNS INT DETERMINISTIC RETURN 1 ;;\nDELIMITER ;\n"
        )
        attempt = Attempt(world, tmp_path, body)
        attempt.succeeds()
        made = world.master.execute("SHOW TRIGGERS", database=attempt.database)
        assert [row[0] for row in made] == ["named"]


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


@postgresql()
def test_fault_151_155_159_siblings_and_commands_of_psql_are_told_and_left_out(
    lasting_world: World, bystander: str, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    siblings = (
        f"DROP DATABASE {OTHER};", f"DROP DATABASE IF EXISTS {OTHER};", "CREATE DATABASE more;",
        f"ALTER DATABASE {OTHER} RENAME TO taken;",
    )  # fmt: skip
    commands = (
        f"\\! touch {trace}", f"\\o {trace}", f"\\copy goods to {trace}",
        f"\\copy goods from program 'touch {trace}'", "\\i /etc/passwd",
    )  # fmt: skip
    told = Attempt(lasting_world, tmp_path, "").left_out(*siblings, *commands)
    assert told == ["leaves_database"] * len(siblings) + ["client_command"] * len(commands)
    assert not trace.exists()
    assert "more" not in lasting_world.master.databases()


@postgresql()
def test_fault_155_what_pg_dump_guards_its_files_with_is_known(lasting_world: World, tmp_path: Path) -> None:
    attempt = Attempt(lasting_world, tmp_path, "\\unrestrict abc", table="\\restrict abc\n" + TABLE)
    assert [one.text for one in attempt.xray().findings if one.topic is XrayTopic.CLIENT] == [
        "\\restrict: pg_dump's lock against commands", "\\unrestrict: pg_dump's lock against commands",
    ]  # fmt: skip
    attempt.succeeds()


@postgresql(
    "COPY goods FROM '/etc/passwd';", "COPY goods TO '/tmp/pagevoo_never';", "COPY goods FROM PROGRAM 'id';",
    "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;",
)  # fmt: skip
def test_fault_156_files_programs_and_machines_refuse_the_file(
    lasting_world: World, statement: str, tmp_path: Path
) -> None:
    attempt = Attempt(lasting_world, tmp_path, statement)
    assert attempt.found(XrayTopic.SERVER) == {Treatment.REFUSED}
    attempt.fails()


@postgresql(
    "DO $$BEGIN EXECUTE 'COPY goods FROM PROGRAM ''id'''; END$$;",
    "SELECT pg_read_file('/etc/passwd');",
    "DO $$BEGIN EXECUTE 'CREATE ROLE mallory SUPERUSER'; END$$;",
    f"DO $$BEGIN EXECUTE 'ALTER DATABASE {OTHER} CONNECTION LIMIT 0'; END$$;",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE usename = 'postgres' AND pid <> pg_backend_pid();",
)
def test_fault_153_156_159_what_is_put_together_at_run_time_meets_a_role_that_may_not(
    lasting_world: World, bystander: str, statement: str, tmp_path: Path
) -> None:
    attempt = Attempt(lasting_world, tmp_path, statement)
    attempt.fails()


@postgresql()
def test_fault_137_functions_run_as_the_guest_and_lend_nobody_s_rights(lasting_world: World, tmp_path: Path) -> None:
    body = """
CREATE TABLE seen (who text);
CREATE FUNCTION spy(n int) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS
$_$BEGIN INSERT INTO seen VALUES (current_user); RETURN true; END$_$;
ALTER FUNCTION public.spy(int) OWNER TO postgres;
GRANT ALL ON TABLE seen TO PUBLIC;
CREATE TABLE watched (n int CHECK (spy(n)));
COPY watched (n) FROM stdin;
1
2
\\.
"""
    attempt = Attempt(lasting_world, tmp_path, body)
    assert attempt.found(XrayTopic.ACCOUNTS) == {Treatment.REWRITTEN, Treatment.LEFT_OUT, Treatment.KEPT}
    attempt.succeeds()
    assert {str(who).startswith("pagevoo_r_") for (who,) in attempt.content()["seen"]} == {True}
    ((definers,),) = lasting_world.master.execute(
        "SELECT prosecdef FROM pg_proc WHERE proname = 'spy'", database=attempt.database
    )
    assert not definers


@postgresql()
def test_extensions_that_an_owner_may_make_come_in_and_others_refuse_the_file(
    lasting_world: World, tmp_path: Path
) -> None:
    body = (
        "CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;\n"
        "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;\n"
        "COMMENT ON EXTENSION citext IS 'data type';\n"
        "CREATE TABLE mails (address public.citext);\nINSERT INTO mails VALUES ('Ada@Example.org');\n"
    )
    attempt = Attempt(lasting_world, tmp_path, body)
    assert attempt.found(XrayTopic.EXTENSION) == {Treatment.LEFT_OUT}
    attempt.succeeds()
    assert attempt.content()["mails"] == [("Ada@Example.org",)]
    for name in ("file_fdw", "no_such_thing"):
        refused = Attempt(lasting_world, tmp_path, f"CREATE EXTENSION {name};")
        assert refused.found(XrayTopic.EXTENSION) == {Treatment.REFUSED}


@postgresql(
    "DO $$BEGIN EXECUTE 'CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS ''SELECT 1'''; END$$;",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() SECURITY DEFINER;",
)
def test_fault_157_rights_that_no_parser_saw_are_found_before_the_swap(
    lasting_world: World, statement: str, tmp_path: Path
) -> None:
    assert Attempt(lasting_world, tmp_path, statement).fails().code == "not_sound"


# --- SQLite ----------------------------------------------------------------------------------------------------------


@sqlite()
def test_fault_151_154_other_files_and_commands_of_the_shell_are_told_and_left_out(
    lasting_world: World, bystander: str, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    others = (f"ATTACH DATABASE '{OTHER}.db' AS other;", "DETACH other;")
    commands = (f".shell touch {trace}", f".output {trace}", ".read /etc/passwd", ".load /tmp/x.so", f".open {trace}")
    told = Attempt(lasting_world, tmp_path, "").left_out(*others, *commands)
    assert told == ["leaves_database"] * len(others) + ["client_command"] * len(commands)
    assert not trace.exists()


@sqlite(
    "SELECT load_extension('/tmp/x.so');",
    "SELECT writefile('/tmp/pagevoo_never', 'x');",
    "INSERT INTO goods SELECT 3, load_extension('x');",
    "DROP TABLE _pagevoo_console;",
    "UPDATE _pagevoo_console SET marker = 'mine';",
    "CREATE TRIGGER x AFTER INSERT ON goods BEGIN INSERT INTO _pagevoo_console VALUES ('x'); END;"
    "INSERT INTO goods VALUES (9, 'x');",
    "EXPLAIN SELECT 1; SAVEPOINT a; ROLLBACK TO a; VALUES (load_extension('x'));",
    "INSERT INTO nowhere.goods VALUES (1, 'x');",
    "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 2, 'CREATE TABLE x (a)');",
    "CREATE VIRTUAL TABLE files USING fsdir;",
)
def test_fault_156_what_leaves_the_file_fails_by_the_library_s_own_word(
    lasting_world: World, bystander: str, statement: str, tmp_path: Path
) -> None:
    Attempt(lasting_world, tmp_path, statement).fails()
    assert not Path("/tmp/pagevoo_never").exists()


# --- files -----------------------------------------------------------------------------------------------------------


def zipped(folder: Path, *entries: tuple[str, bytes, int]) -> Path:
    path = folder / "dump.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return path


@pytest.fixture
def shelf(lasting_world: World, tmp_path: Path) -> Attempt:
    return Attempt(lasting_world, tmp_path, "")


@sqlite()
def test_fault_160_an_archive_with_one_dump_is_read(lasting_world: World, tmp_path: Path, shelf: Attempt) -> None:
    text = (tmp_path / "dump.sql").read_bytes()
    shelf._file = zipped(tmp_path, ("shop/dump.sql", text, stat.S_IFREG | 0o644))
    assert shelf.xray().file.compression == "zip"
    shelf.succeeds()


@sqlite()
def test_fault_160_archives_that_reach_out_or_hold_more_are_refused(
    lasting_world: World, tmp_path: Path, shelf: Attempt
) -> None:
    regular = stat.S_IFREG | 0o644
    for entries in (
        [("../dump.sql", b"x", regular)],
        [("/etc/dump.sql", b"x", regular)],
        [("a\\..\\dump.sql", b"x", regular)],
        [("dump.sql", b"/etc/passwd", stat.S_IFLNK | 0o777)],
        [("dump.sql", b"", stat.S_IFIFO)],
        [("a.sql", b"x", regular), ("b.sql", b"x", regular)],
        [],
    ):
        shelf._file = zipped(tmp_path, *entries)
        with pytest.raises(Refused) as caught:
            shelf.xray()
        assert caught.value.code == "unsafe_archive"


@sqlite()
def test_fault_160_a_bomb_is_noticed_while_it_goes_off(
    lasting_world: World, tmp_path: Path, shelf: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pagevoo_console.services.dump_files.FREE_BYTES", 1024 * 1024)
    blank = b"PRAGMA foreign_keys=OFF;\n" + b"\n" * (8 * 1024 * 1024)
    for packed in (zstandard.ZstdCompressor().compress(blank), zipped(tmp_path, ("a.sql", blank, 0)).read_bytes()):
        shelf._file = tmp_path / "bomb"
        shelf._file.write_bytes(packed)
        with pytest.raises(Refused) as caught:
            shelf.xray()
        assert caught.value.code == "too_much"


@sqlite()
def test_fault_163_a_file_that_is_cut_off_is_never_imported(
    lasting_world: World, tmp_path: Path, shelf: Attempt
) -> None:
    text = (tmp_path / "dump.sql").read_bytes()
    shelf._file.write_bytes(text.replace(b"'two');", b"'tw"))
    with pytest.raises(Refused) as caught:
        shelf.xray()
    assert caught.value.code == "cut_off"
    shelf._file.write_bytes(text.removesuffix(b"COMMIT;\n"))
    assert shelf.found(XrayTopic.WHOLE) == {Treatment.REFUSED}
    packed = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(packed, closefd=False) as writer:
        writer.write(text)
    shelf._file.write_bytes(packed.getvalue()[:-6])
    with pytest.raises(Corrupt):
        shelf.xray()


@sqlite()
def test_text_that_is_no_dump_is_told_what_it_is(lasting_world: World, tmp_path: Path, shelf: Attempt) -> None:
    for data, code in (
        (b"PGDMP\x01\x0e", "not_a_dump"),
        (b"SQLite format 3\0" + b"\0" * 100, "not_a_dump"),
        ("SELECT 1;".encode("utf-16"), "wide_text"),
        (b"-- pagevoo:dump 1 sqlite 3.40\n", "is_backup"),
        (b"Dear Sir or Madam,\n", "not_a_dump"),
        (b"", "not_a_dump"),
    ):
        shelf._file.write_bytes(data)
        with pytest.raises(Refused) as caught:
            shelf.xray()
        assert (caught.value.code, bool(caught.value.hint)) == (code, True)
