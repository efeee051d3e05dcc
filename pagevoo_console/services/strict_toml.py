"""Strict reading of TOML: every mistake names the file, the key and the nearest right key."""

from __future__ import annotations

import dataclasses
import difflib
import enum
import re
import tomllib
import types
import typing
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypeVar

import msgspec

from pagevoo_console.domain.errors import Failed

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    name: str
    shape: Any
    is_required: bool


def read_toml(text: str, shape: type[T], *, file: str, code: str = "bad_file") -> T:
    """A TOML text as a dataclass or a msgspec struct. Raises Failed with `code`, one line for each mistake.

    `file` is how messages call it.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _failed(file, [_syntax(str(error))], code) from error
    except RecursionError as error:
        raise _failed(file, ["nested too deeply"], code) from error
    return convert(data, shape, file=file, code=code)


def convert(data: Any, shape: type[T], *, file: str, code: str = "bad_file") -> T:
    """What `read_toml` does with data that was read already."""
    found = list(_mistakes(data, shape, ""))
    if found:
        raise _failed(file, found, code)
    return msgspec.convert(data, shape)


def bad_file(file: str, mistakes: Iterable[str], code: str) -> Failed:
    """The error for a file whose keys are right and whose meaning is not."""
    return _failed(file, list(mistakes), code)


def nearest(word: str, options: Iterable[str]) -> str:
    """The end of a sentence about a word that is none of the options: `; did you mean 'credential'?`, or nothing."""
    found = difflib.get_close_matches(word, list(options), n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


def one_of(word: str, options: Iterable[str]) -> str:
    """The end of a sentence about a word that is none of the options: the nearest one, or all of them."""
    known = list(options)
    return nearest(word, known) or f"; known are {', '.join(known) or 'none'}"


def _failed(file: str, mistakes: list[str], code: str) -> Failed:
    return Failed(
        "\n".join(f"{file}: {mistake}" for mistake in mistakes),
        code=code,
        hint="Correct the file and try again. Nothing of it was used.",
    )


def _syntax(message: str) -> str:
    place = re.search(r"\(at (line \d+, column \d+)\)\Z", message)
    if place is None:
        return f"not TOML: {message}"
    return f"not TOML at {place[1]}: {message[: place.start()].strip()}"


def _mistakes(data: Any, shape: Any, path: str) -> Iterator[str]:
    shape = _without_none(shape)
    fields = _fields(shape)
    if fields is not None:
        yield from _mistakes_of_table(data, fields, path)
        return
    origin, arguments = typing.get_origin(shape), typing.get_args(shape)
    if origin is dict:
        if not isinstance(data, dict):
            yield _wrong(path, "a table", data)
            return
        for key, value in data.items():
            yield from _mistakes(value, arguments[1], _join(path, key))
    elif origin is tuple:
        if not isinstance(data, list):
            yield _wrong(path, "a list", data)
            return
        for number, value in enumerate(data, start=1):
            yield from _mistakes(value, arguments[0], f"{path}[{number}]")
    else:
        yield from _mistakes_of_value(data, shape, path)


def _mistakes_of_table(data: Any, fields: tuple[_Field, ...], path: str) -> Iterator[str]:
    if not isinstance(data, dict):
        yield _wrong(path, "a table", data)
        return
    names = [field.name for field in fields]
    for key in data:
        if key not in names:
            unused = [name for name in names if name not in data]
            yield f"unknown key {_join(path, key)!r}{nearest(key, unused) or nearest(key, names)}"
    for field in fields:
        if field.name in data:
            yield from _mistakes(data[field.name], field.shape, _join(path, field.name))
        elif field.is_required:
            yield f"missing key {_join(path, field.name)!r}"


def _mistakes_of_value(data: Any, shape: Any, path: str) -> Iterator[str]:
    if isinstance(shape, type) and issubclass(shape, enum.Enum):
        options = [str(member.value) for member in shape]
        if not isinstance(data, str):
            yield _wrong(path, f"one of {', '.join(options)}", data)
        elif data not in options:
            yield f"{path!r} cannot be {data!r}{one_of(data, options)}"
        return
    try:
        msgspec.convert(data, shape)
    except msgspec.ValidationError:
        yield _wrong(path, _NAMES.get(shape, str(shape)), data)


@cache
def _fields(shape: Any) -> tuple[_Field, ...] | None:
    """The keys of a table's shape; None for what is no table. Evaluating annotations costs most of reading a file."""
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return tuple(_Field(field.encode_name, field.type, field.required) for field in msgspec.structs.fields(shape))
    if isinstance(shape, type) and dataclasses.is_dataclass(shape):
        hints = typing.get_type_hints(shape)
        missing = dataclasses.MISSING
        return tuple(
            _Field(field.name, hints[field.name], field.default is missing and field.default_factory is missing)
            for field in dataclasses.fields(shape)
        )
    return None


def _without_none(shape: Any) -> Any:
    """TOML has no null: an optional key is one that may be left out."""
    if typing.get_origin(shape) in (typing.Union, types.UnionType):
        rest = [option for option in typing.get_args(shape) if option is not types.NoneType]
        if len(rest) == 1:
            return rest[0]
    return shape


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _wrong(path: str, wanted: str, data: Any) -> str:
    return f"{path!r} must be {wanted}, not {_NAMES.get(type(data), 'a date or a time')}"


_NAMES: dict[Any, str] = {
    bool: "true or false",
    str: "a text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    int | str: "a whole number or a text",
}
