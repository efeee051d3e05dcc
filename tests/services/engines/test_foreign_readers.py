"""Splitting foreign dumps: as the client does, whatever stands in quotes and comments, however the text arrives."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.engines import dump_text
from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.dump_text import Splitter
from pagevoo_console.services.engines.foreign_dumps import PieceKind
from pagevoo_console.services.engines.mysql_executable import resolved
from pagevoo_console.services.engines.mysql_reader import MysqlReader
from pagevoo_console.services.engines.postgresql_reader import PostgresqlReader
from pagevoo_console.services.engines.sqlite_reader import SqliteReader

READERS: dict[str, Callable[[Source], Splitter]] = {
    "mysql": MysqlReader, "postgresql": PostgresqlReader, "sqlite": SqliteReader,
}  # fmt: skip
ANYTHING = st.text(st.sampled_from("ab;'\"`\\/*-#$[]\n \t.é("), max_size=12)


class Trickle:
    """A source that hands out so many bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data = data
        self._size = size

    def read(self, size: int = -1, /) -> bytes:
        piece, self._data = self._data[: self._size], self._data[self._size :]
        return piece


def split(engine: str, text: bytes, size: int = 1 << 20) -> list[tuple[str, bytes, int]]:
    pieces = READERS[engine](Trickle(text, size))
    return [(piece.kind.value, piece.text, piece.line) for piece in pieces]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def pieces_of(engine: str) -> st.SearchStrategy[str]:
    """Parts of a statement in which no semicolon ends it, each whole in itself."""
    escape = ANYTHING.map(lambda text: quoted(text.replace("\\", "\\\\")))
    shared = [
        st.sampled_from(["a", " ", "1 - 2", "(", ")", "x/y", "--1" if engine == "mysql" else "-", ",\n"]),
        ANYTHING.map(lambda text: '"' + text.replace("\\", "").replace('"', '""') + '"'),
        ANYTHING.map(lambda text: f"/*{text.replace('*', '').replace('/', '')} */"),
        ANYTHING.map(lambda text: "-- " + text.replace("\n", " ") + "\n"),
    ]
    own = {
        "mysql": [
            escape,
            ANYTHING.map(lambda text: "`" + text.replace("`", "") + "`"),
            ANYTHING.map(lambda text: "#" + text.replace("\n", " ") + "\n"),
            st.sampled_from([r"'\''", r"'\\'", "/*!50000 SELECT */", "/*M!100000 ';' */"]),
        ],
        "postgresql": [
            ANYTHING.map(quoted),
            ANYTHING.map(lambda text: " e" + quoted(text.replace("\\", "\\\\"))),
            ANYTHING.map(lambda text: "$q$" + text.replace("$", "") + "$q$ "),
            st.sampled_from([r"E'\''", "$$;$$ ", "/* /* ; */ ; */", "a$b$c ", "$a$ $b$ ; $a$ "]),
        ],
        "sqlite": [
            ANYTHING.map(quoted),
            ANYTHING.map(lambda text: "`" + text.replace("`", "``") + "`"),
            ANYTHING.map(lambda text: "[" + text.replace("]", "") + "]"),
        ],
    }[engine]
    return st.one_of(*shared, *own)


def statements(engine: str) -> st.SearchStrategy[list[str]]:
    one = st.lists(pieces_of(engine), max_size=6).map(lambda parts: "SELECT " + " ".join(parts) + " x")
    return st.lists(one, min_size=1, max_size=5)


@pytest.mark.parametrize("engine", READERS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_semicolon_within_quotes_or_comments_ends_a_statement(engine: str, data: st.DataObject) -> None:
    wanted = data.draw(statements(engine))
    others = [one for one in ("//", "$$", ";;", "go!") if not any(one in text for text in wanted)]
    delimiter = data.draw(st.sampled_from([";", *others])) if engine == "mysql" else ";"
    text = f"{delimiter}\n".join((*wanted, ""))
    if delimiter != ";":
        text = f"DELIMITER {delimiter}\n{text}"
    found = [text for kind, text, _ in split(engine, text.encode()) if kind == "statement"]
    assert found == [one.encode() for one in wanted]


@pytest.mark.parametrize("engine", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_however_the_text_arrives_its_pieces_are_the_same(engine: str, data: st.DataObject) -> None:
    text = ";\n".join((*data.draw(statements(engine)), "")).encode()
    whole = split(engine, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dump_text, "_CHUNK_BYTES", 1)
        assert split(engine, text, data.draw(st.integers(1, 9))) == whole


@pytest.mark.parametrize("engine", READERS)
@settings(max_examples=100, deadline=None)
@given(text=st.text(st.sampled_from("ab;'\"`\\/*-#$[]\n .!M")))
def test_any_text_is_split_or_refused(engine: str, text: str) -> None:
    pieces: list[tuple[str, bytes, int]] = []
    with contextlib.suppress(Refused):
        pieces = split(engine, text.encode() + b";")
    lines = [line for _, _, line in pieces]
    assert lines == sorted(lines)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)


@pytest.mark.parametrize(
    ("engine", "text", "wanted"),
    [
        ("mysql", "a--1; b -- ;\n+ 2; c # ;\n;", ["a--1", "b -- ;\n+ 2", "c # ;"]),
        ("mysql", "CREATE PROCEDURE p() BEGIN /* ; */ SELECT 1", None),
        ("mysql", "delimiter $$\nBEGIN; a; END$$\ndelimiter ;\nb;", ["BEGIN; a; END", "b"]),
        ("mysql", "use x\nSELECT 1\n, 2;", ["SELECT 1\n, 2"]),
        ("postgresql", "CREATE RULE r AS ON INSERT TO t DO (a; b);", ["CREATE RULE r AS ON INSERT TO t DO (a; b)"]),
        (
            "postgresql",
            "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END; d;",
            ["CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END", "d"],
        ),
        ("sqlite", "CREATE TRIGGER t BEGIN a; END; b;", ["CREATE TRIGGER t BEGIN a; END", "b"]),
        ("sqlite", "create temp trigger t\na; -- END;\n b; end ;", ["create temp trigger t\na; -- END;\n b; end"]),
    ],
)  # fmt: skip
def test_what_holds_semicolons_by_its_grammar_stays_whole(engine: str, text: str, wanted: list[str] | None) -> None:
    if wanted is None:
        with pytest.raises(Refused):
            split(engine, text.encode())
        return
    found = [piece for kind, piece, _ in split(engine, text.encode()) if kind == PieceKind.STATEMENT]
    assert found == [one.encode() for one in wanted]


def test_rows_of_a_copy_are_no_statements() -> None:
    text = b"COPY t FROM stdin;\n1\t; \\. '\n\\\\.\n\\.\nCOPY e (a) FROM STDIN WITH (FORMAT text);\n\\.\nSELECT 1;\n"
    assert split("postgresql", text) == [
        ("statement", b"COPY t FROM stdin", 1),
        ("rows", b"1\t; \\. '\n\\\\.\n", 2),
        ("statement", b"COPY e (a) FROM STDIN WITH (FORMAT text)", 5),
        ("rows", b"", 6),
        ("statement", b"SELECT 1", 7),
    ]
    with pytest.raises(Refused, match="line"):
        split("postgresql", text[:30])


def test_a_statement_beyond_all_bounds_is_refused_and_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump_text, "MAX_STATEMENT_BYTES", 1024 * 1024)
    with pytest.raises(Refused) as caught:
        split("mysql", b"INSERT INTO t VALUES ('" + b"x" * 4 * 1024 * 1024, 65536)
    assert caught.value.code == "statement_too_large"


@pytest.mark.parametrize(
    ("text", "maria", "oracle"),
    [
        (b"/*!50000 DROP TABLE x */", b"DROP TABLE x", b"DROP TABLE x"),
        (b"/*!80016 NOT */ a", b"a", b"NOT   a"),
        (b"/*M!100100 x */ '/*!1*/' `/*!*/`", b"x   '/*!1*/' `/*!*/`", b"'/*!1*/' `/*!*/`"),
        (b"/*!99999 a /*! b */ c */ d", b"d", b"d"),
        (b"/*! a /* ; */ b */", b"a /* ; */ b", b"a /* ; */ b"),
        (b"'it\\'s /*!' /*!50000 x */", b"'it\\'s /*!'  x", b"'it\\'s /*!'  x"),
    ],
)
def test_executable_comments_are_read_as_the_server_reads_them(text: bytes, maria: bytes, oracle: bytes) -> None:
    assert resolved(text, 101114, is_mariadb=True).split() == maria.split()
    assert resolved(text, 80036, is_mariadb=False).split() == oracle.split()
