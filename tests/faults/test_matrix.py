"""The numbers in the names of tests are rows of the matrix, and every row is proved or says why not."""

from __future__ import annotations

import pytest

from tests.faults.coverage import SEED, groups, numbered, numbered_tests, report

TO_BE_PROVED = (*"ABCDEFGHIJ", SEED)


def test_every_number_in_a_tests_name_is_a_row_of_the_matrix() -> None:
    keys = {row.key for group in groups() for row in group.rows}

    assert [test for test in numbered_tests() if not set(test.keys) <= keys] == []


def test_rows_are_numbered_without_a_gap() -> None:
    keys = [row.key for group in groups() for row in group.rows]

    assert keys == [*map(str, range(1, 178)), *(f"s{number}" for number in range(1, 9))]


@pytest.mark.parametrize("letter", TO_BE_PROVED)
def test_every_row_has_a_test_or_a_reason_for_none(letter: str) -> None:
    borne = {key for test in numbered_tests() for key in test.keys}
    (group,) = (one for one in groups() if one.letter == letter)

    assert [row for row in group.rows if row.key not in borne and not row.why_not] == []


def test_no_row_has_both_a_test_and_a_reason_for_none() -> None:
    borne = {key for test in numbered_tests() for key in test.keys}

    assert [row for group in groups() for row in group.rows if row.why_not and row.key in borne] == []


def test_the_table_names_every_row_and_counts_each_group() -> None:
    table = report()

    assert all(f"{group.letter}  {group.title}: " in table for group in groups())
    assert all(row.words in table for group in groups() for row in group.rows)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("test_fault_57_a", ("57",)),
        ("test_fault_59_60_a_b", ("59", "60")),
        ("test_seed_s3_a", ("s3",)),
        ("test_fault_45_46_seed_s8_a", ("45", "46", "s8")),
        ("test_a", ()),
    ],
)
def test_a_name_says_its_rows(name: str, keys: tuple[str, ...]) -> None:
    found = numbered(name)

    assert (found.keys if found else ()) == keys


@pytest.mark.parametrize("name", ["test_fault_of_ours", "test_seed_fault_s2_a", "test_fault_57"])
def test_a_number_that_is_written_wrongly_is_noticed(name: str) -> None:
    with pytest.raises(ValueError, match="write test_fault_57"):
        numbered(name)
