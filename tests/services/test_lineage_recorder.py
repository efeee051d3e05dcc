"""What revisions make, told without a database: equal to the metadata, and understood change by change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import mysql, postgresql, sqlite

from pagevoo_console.domain.errors import Failed
from pagevoo_console.services.lineage_recorder import Recorder
from pagevoo_console.services.lineages import Lineages

LINEAGES = [lineage.name for lineage in Lineages().all()]
DIALECTS: tuple[sa.Dialect, ...] = (sqlite.dialect(), mysql.dialect(), postgresql.dialect())


def described(metadata: sa.MetaData, dialect: sa.Dialect) -> dict[str, list[str]]:
    """Every table as the lines that would create it, its keys included, sorted."""
    found = {}
    for table in metadata.tables.values():
        text = str(sa.schema.CreateTable(table).compile(dialect=dialect))
        lines = [line.strip().rstrip(",") for line in text.splitlines() if line.strip()]
        lines += [str(sa.schema.CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]
        found[table.name] = sorted(lines)
    return found


@pytest.mark.parametrize("name", LINEAGES)
def test_the_tables_at_the_head_are_those_of_the_metadata(name: str) -> None:
    lineages = Lineages()
    expected = lineages.expected(name, lineages.get(name).head)
    for dialect in DIALECTS:
        assert described(expected, dialect) == described(lineages.metadata(name), dialect)


def test_an_earlier_revision_has_the_tables_that_were_made_until_then() -> None:
    expected = Lineages().expected("blog", "blog_0003")
    assert sorted(expected.tables) == ["blog_categories", "blog_posts", "blog_tags"]


def made(*changes: Callable[[Operations], object]) -> sa.MetaData:
    recorder = Recorder()
    recorder.create_table("authors", sa.Column("id", sa.Integer, primary_key=True))
    recorder.create_table(
        "books",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(50), nullable=False, server_default="untitled"),
        sa.Column("author_id", sa.Integer),
        sa.UniqueConstraint("title", name="books_title_key"),
        sa.Index("books_author_id_idx", "author_id"),
    )
    for change in changes:
        change(recorder)
    return recorder.metadata


def test_columns_come_and_go_with_the_keys_that_are_over_them() -> None:
    books = made(
        lambda op: op.add_column("books", sa.Column("isbn", sa.String(20), server_default="-")),
        lambda op: op.drop_column("books", "author_id"),
    ).tables["books"]
    assert books.columns.keys() == ["id", "title", "isbn"]
    assert books.indexes == set()
    assert {constraint.name for constraint in books.constraints} >= {"books_title_key"}


def test_a_column_changes_its_name_type_default_and_nullability() -> None:
    books = made(
        lambda op: op.alter_column(
            "books", "title", new_column_name="name", type_=sa.String(99), nullable=True, server_default=None
        )
    ).tables["books"]
    name = books.columns["name"]
    assert (str(name.type), name.nullable, name.server_default) == ("VARCHAR(99)", True, None)
    (key,) = [each for each in books.constraints if isinstance(each, sa.UniqueConstraint)]
    assert [column.name for column in key.columns] == ["name"]
    assert [column.name for column in books.primary_key.columns] == ["id"]


def test_keys_and_indexes_come_and_go() -> None:
    books = made(
        lambda op: op.create_foreign_key("books_author_id_fkey", "books", "authors", ["author_id"], ["id"]),
        lambda op: op.create_index("books_title_id_idx", "books", ["title", "id"], unique=True),
        lambda op: op.create_check_constraint("books_id_check", "books", sa.text("id > 0")),
        lambda op: op.drop_constraint("books_title_key", "books", type_="unique"),
        lambda op: op.drop_index("books_author_id_idx", "books"),
        lambda op: op.add_column("books", sa.Column("pages", sa.Integer)),
    ).tables["books"]
    assert {(index.name, index.unique) for index in books.indexes} == {("books_title_id_idx", True)}
    names = {str(each.name) for each in books.constraints if each.name}
    assert names == {"books_author_id_fkey", "books_id_check"}
    (key,) = books.foreign_key_constraints
    assert [element.target_fullname for element in key.elements] == ["authors.id"]


def test_tables_are_renamed_and_dropped_and_rows_are_nobodys_schema() -> None:
    metadata = made(
        lambda op: op.drop_table("authors"),
        lambda op: op.rename_table("books", "volumes"),
        lambda op: op.bulk_insert(sa.table("volumes", sa.column("title")), [{"title": "One"}]),
    )
    assert sorted(metadata.tables) == ["volumes"]


def test_what_sqlite_writes_as_a_batch_is_understood() -> None:
    def change(op: Operations) -> None:
        with op.batch_alter_table("books") as batch:
            batch.add_column(sa.Column("pages", sa.Integer))
            batch.drop_column("author_id")
            batch.create_unique_constraint("books_pages_key", ["pages"])

    books = made(change).tables["books"]
    assert books.columns.keys() == ["id", "title", "pages"]
    assert "books_pages_key" in {constraint.name for constraint in books.constraints}


@pytest.mark.parametrize(
    "change",
    [
        lambda op: op.execute("ALTER TABLE books ADD COLUMN pages INTEGER"),
        lambda op: op.drop_table("magazines"),
        lambda op: op.add_column("magazines", sa.Column("id", sa.Integer)),
    ],
)
def test_what_cannot_be_understood_is_told_clearly(change: Callable[[Operations], object]) -> None:
    with pytest.raises(Failed) as caught:
        made(change)
    assert caught.value.code == "unknown_operation"
