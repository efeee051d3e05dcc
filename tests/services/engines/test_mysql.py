"""MySQL and MariaDB: the contract of every engine, and the traps of this one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import MariadbServer
from tests.services.engines.contract import EngineContract, Place
from tests.services.engines.mysql_place import MariadbPlace

SCHEMA = (
    "CREATE TABLE customers (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, email VARCHAR(190) NOT NULL UNIQUE,"
    " name VARCHAR(100) DEFAULT 'nobody', code CHAR(5) CHARACTER SET ascii, note TEXT COMMENT 'what\\'s ; said',"
    " score FLOAT, exact DECIMAL(20,6), big BIGINT UNSIGNED, ratio DOUBLE, flags BIT(12), mood ENUM('good','','bad'),"
    " tags SET('a','b','c'), born DATE, at TIME(3), seen DATETIME(6), stamp TIMESTAMP(2) NULL, since YEAR,"
    " photo BLOB, small VARBINARY(20), fixed BINARY(4), settings JSON, old VARCHAR(30) CHARACTER SET latin1,"
    " hidden INT INVISIBLE DEFAULT 7, doubled BIGINT AS (flags * 2) STORED,"
    " shout VARCHAR(100) AS (UPPER(name)) VIRTUAL,"
    " CHECK (exact IS NULL OR exact > -100), KEY by_name (name(10), born), FULLTEXT KEY words (note))"
    " COMMENT='people; all of them' AUTO_INCREMENT=1000",
    "CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, customer_id INT UNSIGNED NOT NULL, total DECIMAL(10,2),"
    " parent INT NULL, CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,"
    " CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES orders (id))",
    "CREATE TABLE loose (a INT, b VARCHAR(20))",
    "CREATE TABLE halves (id INT, at DATE) PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10),"
    " PARTITION high VALUES LESS THAN MAXVALUE)",
    "CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, line VARCHAR(200))",
    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'",
    "SET time_zone = '+00:00'",
    "INSERT INTO customers (id, email, name, code, note, score, exact, big, ratio, flags, mood, tags, born, at, seen,"
    " stamp, since, photo, small, fixed, settings, old, hidden) VALUES"
    " (0, 'zero@x', '', 'abc', 'it''s\\r\\na \\\\ \\0 \\Z \"q\"', 1/3, 12.345678, 18446744073709551615, -0e0, b'101',"
    "  'good', 'a,c', '0000-00-00', '-838:59:59', '2024-02-31 10:00:00.123456', '2024-01-01 00:00:01.25', 2024,"
    "  x'00ff27220a5c1afe', '', x'61', '{\"a\": [1, null]}', 'caf\\u00e9', 1),"
    " (1, 'one@x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
    "  NULL, NULL, NULL, NULL, NULL),"
    " (2, 'two@x', 'é日😀', 'x', '', 16777216, -99.999999, 0, 1.7976931348623157e308, b'111111111111', '', '',"
    "  '2024-02-31', '838:59:59', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', 1901, '', x'fffefd', x'00',"
    "  '\"x\"', x'80e9', 2)",
    "INSERT INTO customers (id, email, mood, ratio, score) VALUES (3, 'three@x', 0, 2.2250738585072014e-308, -1e-30)",
    "INSERT INTO orders VALUES (1, 2, 9.99, NULL), (2, 2, 0.01, 1), (3, 0, NULL, 3)",
    "INSERT INTO loose VALUES (1, 'x'), (1, 'x'), (NULL, NULL), (3, '')",
    "INSERT INTO halves VALUES (1, '2020-01-01'), (100, NULL)",
    "CREATE VIEW z_base AS SELECT id, email, 'a `customers`.x' AS said FROM customers WHERE name <> 'x'",
    "CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW a_top AS SELECT z.id, twice(z.id) AS t FROM z_base z"
    " JOIN orders o ON o.customer_id = z.id WITH CHECK OPTION",
    "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'",
    "CREATE TRIGGER log_order /* one */ AFTER INSERT ON orders FOR EACH ROW INSERT INTO log (line) VALUES"
    " ('order; ' || NEW.id || '😀 $$')",
    "SET sql_mode = ''",
    "CREATE TRIGGER log_first BEFORE INSERT ON orders FOR EACH ROW BEGIN SET NEW.total = IFNULL(NEW.total, 0);"
    " INSERT INTO log (line) VALUES ('before'); END",
    "CREATE TRIGGER log_second BEFORE INSERT ON orders FOR EACH ROW PRECEDES log_first SET @x = 1",
    "CREATE PROCEDURE restock(IN how_many INT, OUT result VARCHAR(20)) COMMENT 'a; b' BEGIN\n  -- it's; DELIMITER $$\n"
    "  SELECT 'done' INTO result; # ok\nEND",
)
"""Every ordinary type with its extremes, views in the wrong order, programs with settings of their own."""

FUNCTION = "CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN n * 2"


class TestMysql(EngineContract):
    """The contract on a real MariaDB."""

    schema = (*SCHEMA[:5], FUNCTION, *SCHEMA[5:])
    slow_statement = "SELECT SLEEP(30), 1 FROM information_schema.TABLES LIMIT 1"
    refused_statements = (
        "SET STATEMENT max_statement_time = 1 FOR INSERT INTO notes VALUES (2, 'x', 1)",
        "SELECT /*!50000 1 INTO OUTFILE '/tmp/x' */",
        "SELECT 1 --1 INTO OUTFILE '/tmp/x'",
        "SELECT SLEEP(5)",
        "SELECT LOAD_FILE('/etc/passwd')",
        "SELECT * FROM notes FOR UPDATE",
        "CALL something()",
        "HANDLER notes OPEN",
    )
    unsupported = (
        (
            [
                "CREATE TABLE part (id INT) ENGINE=MyISAM",
                "CREATE TABLE sum_of_parts (id INT) ENGINE=MERGE UNION=(part)",
            ],
            "sum_of_parts",
        ),
    )

    @pytest.fixture
    def place(self, mariadb_server: MariadbServer) -> Iterator[Place]:
        place = MariadbPlace(mariadb_server)
        yield place
        place.close()
