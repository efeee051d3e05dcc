"""A row's 64-bit hash as an expression that the server computes, exact in every value and cheap for every row.

Each column's hash is the seed of the next column's, so that neither order nor NULL is lost. PostgreSQL keeps these
hashes the same in every version, because partitions rest on them. An operator class may call different values equal
(0 and -0, 1.0 and 1.00, two bigints in 2^32): only those functions stand here that tell all values of their type apart,
and everything else is hashed as its text.
"""

from __future__ import annotations

from dataclasses import dataclass

from pagevoo_console.services.engines.postgresql_names import quote

_CHAINED_COLUMNS = 60
"""How many calls are put into one another; the server's parser takes no thousands."""

_WORDS = frozenset({"text", "varchar"})
_SMALL_INTEGERS = frozenset({"int2", "int4", "bool"})
_EXACT_TEXTS = frozenset({"numeric", "float4", "float8", "json", "jsonb", "date", "time", "timetz", "interval"})
"""Types without a cast function of their own to text: their cast is their output."""

_TIMES = frozenset({"timestamp", "timestamptz"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds values of its own. `type_name` is empty unless the type is PostgreSQL's own."""

    name: str
    type_name: str
    is_required: bool


def row_hash(columns: tuple[Column, ...], *, is_utf8: bool) -> str:
    """The hash of these columns' values as an SQL expression of type bigint, never NULL.

    `is_utf8` says whether the database holds text as the bytes to hash; if not, texts are hashed as UTF-8 all the same,
    so that the same rows have the same hash in any encoding.
    """
    chained = [column for column in columns if _is_chained(column)][:_CHAINED_COLUMNS]
    others = [quote(column.name) for column in columns if column not in chained]
    seed = "0::bigint"
    if others or not chained:
        # A record's text quotes values and leaves NULL empty.
        seed = _text_hash(f"ROW({', '.join(others)})::text", seed, is_utf8)
    for column in chained:
        seed = _chain(column, seed, is_utf8)
    return seed


def _is_chained(column: Column) -> bool:
    known = _WORDS | _SMALL_INTEGERS | _EXACT_TEXTS | _TIMES
    return column.type_name in known or column.type_name in ("int8", "uuid", "bytea")


def _chain(column: Column, seed: str, is_utf8: bool) -> str:
    value = quote(column.name)
    if not column.is_required:
        seed = f"({seed} # CASE WHEN {value} IS NULL THEN 1::bigint ELSE 0::bigint END)"
    match column.type_name:
        case name if name in _SMALL_INTEGERS:
            return f"hashint4extended({_or(column, f'{value}::int4', '0')}, {seed})"
        case "int8":
            # The hash of a bigint folds its halves into one: with the upper half known, the lower one is exact.
            upper = _or(column, f"({value} >> 32)::int4", "0")
            return f"hashint8extended({_or(column, value, '0')}, hashint4extended({upper}, {seed}))"
        case "uuid":
            nil = "'00000000-0000-0000-0000-000000000000'"
            return f"uuid_hash_extended({_or(column, value, nil)}, {seed})"
        case "bytea":
            return _bytes_hash(_or(column, value, "''"), seed)
        case name if name in _TIMES:
            return _bytes_hash(_or(column, f"{name}_send({value})", "''"), seed)
        case name if name in _WORDS:
            return _text_hash(_or(column, value, "''"), seed, is_utf8)
        case _:
            return _text_hash(_or(column, f"{value}::text", "''"), seed, is_utf8)


def _or(column: Column, value: str, instead: str) -> str:
    return value if column.is_required else f"coalesce({value}, {instead})"


def _text_hash(text: str, seed: str, is_utf8: bool) -> str:
    if is_utf8:
        return f'hashtextextended({text} COLLATE "C", {seed})'
    return _bytes_hash(f"convert_to({text}, 'UTF8')", seed)


def _bytes_hash(value: str, seed: str) -> str:
    """The same hash over the same bytes: of a record with one value it is that value's."""
    return f"hash_record_extended(ROW({value}), {seed})"
