"""The options before the noun: one table, and a reader of them that needs no library.

Whatever the reader does not understand is left to the whole command line, which knows how to say what is wrong.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pagevoo_console.services.start import StartOptions


class GlobalOption(NamedTuple):
    """One option. A switch has no `metavar` and takes no value."""

    flag: str
    help: str
    metavar: str | None = None


GLOBAL_OPTIONS = {
    "connection": GlobalOption("--connection", "A saved connection; or PAGEVOO_CONNECTION.", "NAME"),
    "master_url": GlobalOption(
        "--master-url",
        "The master database instead of a saved connection; or PAGEVOO_MASTER_URL. Its password comes from "
        "PAGEVOO_MASTER_PASSWORD.",
        "URL",
    ),
    "tls": GlobalOption("--tls", "How connections are protected; or PAGEVOO_TLS.", "off|required|verified"),
    "tls_ca": GlobalOption(
        "--tls-ca", "The authority that signed the server's certificate; or PAGEVOO_TLS_CA.", "FILE"
    ),
    "platform": GlobalOption("--platform", "A shipped platform or a platform file; or PAGEVOO_PLATFORM.", "NAME"),
    "is_json": GlobalOption("--json", "Exactly one JSON document on stdout."),
    "says_yes": GlobalOption("--yes", "Answer plain questions with yes."),
    "version": GlobalOption("--version", "Say which version this is."),
}
"""By the name of what they say."""

_NAMES = {option.flag: name for name, option in GLOBAL_OPTIONS.items()}


class Opening(NamedTuple):
    """A command line up to its noun: values and switches by name, and the noun with everything behind it."""

    values: dict[str, str]
    switches: frozenset[str]
    rest: tuple[str, ...]

    @property
    def noun(self) -> str | None:
        return self.rest[0] if self.rest else None


def read_opening(arguments: Sequence[str]) -> Opening | None:
    """The options before the noun, None where one of them is not plainly an option of ours with what belongs to it."""
    values: dict[str, str] = {}
    switches: set[str] = set()
    place = 0
    while place < len(arguments) and arguments[place].startswith("-"):
        flag, is_joined, value = arguments[place].partition("=")
        name = _NAMES.get(flag)
        if name is None:
            return None
        place += 1
        if GLOBAL_OPTIONS[name].metavar is None:
            if is_joined:
                return None
            switches.add(name)
            continue
        if not is_joined:
            if place == len(arguments) or arguments[place].startswith("-"):
                return None
            value = arguments[place]
            place += 1
        if not value:
            return None
        values[name] = value
    return Opening(values, frozenset(switches), tuple(arguments[place:]))


def start_options(values: Mapping[str, str]) -> StartOptions:
    """What the options and the environment ask for. Raises WrongUsage for a level of TLS that is none."""
    from pathlib import Path

    from pagevoo_console.services.start import StartOptions, read_tls

    tls, tls_ca = values.get("tls"), values.get("tls_ca")
    return StartOptions(
        connection=values.get("connection"),
        master_url=values.get("master_url"),
        platform=values.get("platform"),
        tls=None if tls is None else read_tls(tls, "--tls"),
        tls_ca=None if tls_ca is None else str(Path(tls_ca)),
    ).with_environment(os.environ)
