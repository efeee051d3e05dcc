"""A Laravel `.env` file: read as its own library reads it, executed never. No message repeats a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pagevoo_console.domain.errors import Failed, Unsupported, WrongUsage
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.server import Connection, Environment, Server
from pagevoo_console.services.platforms.limits import with_env
from pagevoo_console.services.private_files import read_small
from pagevoo_console.services.secrets import Secret
from pagevoo_console.services.server_url import MASTER, parse_master_url
from pagevoo_console.services.strict_toml import nearest

_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*")
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_.]*)\}")
_BLANK = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_REST = re.compile(r"[ \t]*(?:#[^\n]*)?(?=\n|\Z)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", '"': '"', "\\": "\\", "$": "$"}
_ENGINES = {"mysql": "mysql", "mariadb": "mysql", "pgsql": "postgresql", "sqlite": "sqlite"}
_PORTS = {"mysql": 3306, "postgresql": 5432}
_URL_SCHEMES = {"pgsql": "postgresql", "postgres": "postgresql"}
_ENVIRONMENTS = {
    "local": Environment.LOCAL,
    "dev": Environment.LOCAL,
    "development": Environment.LOCAL,
    "testing": Environment.LOCAL,
    "staging": Environment.STAGING,
}


@dataclass(frozen=True, slots=True)
class EnvFile:
    """The variables of a file, the last word of each, and what a reader should know. `values` may hold secrets."""

    values: dict[str, str] = field(repr=False)
    warnings: tuple[str, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, "") or default


def read_env(path: Path) -> EnvFile:
    """Read a file. Raises NotFound or Failed (`env_file`), naming the line and never its content."""
    return parse_env(read_small(path), file=str(path))


def parse_env(text: str, *, file: str) -> EnvFile:
    """Quotes, comments, `export`, `${VAR}` of earlier lines, values over several lines, any line ending.

    A reference to what the file does not define stays as it is written, as in Laravel; our own environment is not
    looked at. Raises Failed (`env_file`).
    """
    values: dict[str, str] = {}
    warnings: list[str] = []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise _bad(file, text, text.index("\0"), "a NUL character")
    for place, name, value in _assignments(text, file, values):
        if name in values and values[name] != value:
            warnings.append(f"{file}, line {_line(text, place)}: {name} is set a second time; the last one counts")
        values[name] = value
    return EnvFile(values, tuple(warnings))


def import_env(path: Path, platform: Platform, name: str = "") -> tuple[Connection, Secret | None, tuple[str, ...]]:
    """The connection that a platform's own `.env` describes, its password if it has one, and warnings for people.

    `name` is what to call it, the folder's name where empty. `DB_URL` wins over the single variables, as in Laravel.
    Raises NotFound, Failed (`env_file`), WrongUsage for values that cannot be, Unsupported for other databases.
    """
    file = read_env(path)
    warnings = list(file.warnings)
    url = file.get("DB_URL") or file.get("DATABASE_URL")
    if url:
        server, database, password = _from_url(url)
    else:
        server, database, password = _from_variables(file, path, platform)
    if server.engine not in platform.engines:
        raise Unsupported(
            f"{platform.title} does not run on {server.engine}", hint="Is this the right platform's file?"
        )
    if file.get("MYSQL_ATTR_SSL_CA"):
        server = replace(server, tls_ca=file.get("MYSQL_ATTR_SSL_CA"))
    overrides = {variable: file.get(variable) for variable in platform.env if file.get(variable)}
    with_env(platform, overrides)
    for variable in sorted(file.values):
        if variable.startswith("MAX_") and variable not in platform.env:
            warnings.append(f"{variable} is no setting of {platform.title}{nearest(variable, platform.env)}")
    if not password and not server.directory:
        warnings.append(f"The file holds no password for {server.user}")
    connection = Connection(
        name=name or _slug(path) or platform.name,
        platform=platform.name,
        master=server,
        master_database=database,
        environment=_ENVIRONMENTS.get(file.get("APP_ENV").lower(), Environment.PRODUCTION),
        env_overrides=overrides,
    )
    return connection, Secret(password) if password else None, tuple(warnings)


def _from_url(url: str) -> tuple[Server, str, str | None]:
    scheme, separator, rest = url.partition("://")
    return parse_master_url(f"{_URL_SCHEMES.get(scheme, scheme)}{separator}{rest}")


def _from_variables(file: EnvFile, path: Path, platform: Platform) -> tuple[Server, str, str | None]:
    driver = file.get("DB_CONNECTION", "mysql").lower()
    engine = _ENGINES.get(driver)
    if engine is None:
        raise Unsupported(
            f"DB_CONNECTION is {driver[:40]!r}, which the console cannot work with",
            hint=f"It can work with {', '.join(_ENGINES)}.",
        )
    if engine == "sqlite":
        root = path.resolve().parent
        return parse_master_url(f"sqlite:///{root / file.get('DB_DATABASE', 'database/database.sqlite')}")
    port = file.get("DB_PORT", str(_PORTS[engine]))
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise WrongUsage(f"DB_PORT is {port[:20]!r}, which is no port", hint="Ports go from 1 to 65535.")
    user = file.get("DB_USERNAME")
    if not user:
        raise WrongUsage("The file has no DB_USERNAME", hint="Is this the .env of the platform itself?")
    server = Server(
        name=MASTER,
        engine=engine,
        host=file.get("DB_HOST", "127.0.0.1"),
        port=int(port),
        user=user,
        socket=file.get("DB_SOCKET"),
    )
    return server, file.get("DB_DATABASE", platform.master_database), file.get("DB_PASSWORD")


def _slug(path: Path) -> str:
    """A connection's name out of the folder that the file lies in."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.resolve().parent.name).strip("-._")[:64]


# --- the file's grammar ---------------------------------------------------------------------------------------------


def _assignments(text: str, file: str, known: dict[str, str]) -> Iterator[tuple[int, str, str]]:
    """Each assignment with its place. `known` is what was read before, for references."""
    place = 0
    while place < len(text):
        blank = _BLANK.match(text, place)
        if blank is not None and blank.end() > place:
            place = blank.end()
            continue
        head = _ASSIGNMENT.match(text, place)
        if head is None:
            raise _bad(file, text, place, "no assignment, which looks like NAME=value")
        value, end = _value(text, head.end(), file, known)
        rest = _REST.match(text, end)
        if rest is None:
            raise _bad(file, text, end, "something behind the value; put quotes around values with spaces")
        yield place, head[1], value
        place = rest.end() + 1


def _value(text: str, place: int, file: str, known: dict[str, str]) -> tuple[str, int]:
    """The value that begins here, and where it ends."""
    quote = text[place : place + 1]
    if quote == "'":
        end = text.find("'", place + 1)
        if end < 0:
            raise _bad(file, text, place, "a quote that is never closed")
        return text[place + 1 : end], end + 1
    if quote == '"':
        return _double_quoted(text, place + 1, file, known)
    end = place
    while end < len(text) and text[end] not in " \t\n#":
        end += 1
    return _REFERENCE.sub(lambda found: known.get(found[1], found[0]), text[place:end]), end


def _double_quoted(text: str, begin: int, file: str, known: dict[str, str]) -> tuple[str, int]:
    pieces: list[str] = []
    place = begin
    while place < len(text):
        character = text[place]
        if character == '"':
            return "".join(pieces), place + 1
        if character == "\\":
            escaped = _ESCAPES.get(text[place + 1 : place + 2])
            if escaped is None:
                raise _bad(file, text, place, "a backslash before a character that needs none")
            pieces.append(escaped)
            place += 2
            continue
        reference = _REFERENCE.match(text, place)
        if reference is not None:
            pieces.append(known.get(reference[1], reference[0]))
            place = reference.end()
            continue
        pieces.append(character)
        place += 1
    raise _bad(file, text, begin, "a quote that is never closed")


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _bad(file: str, text: str, place: int, what: str) -> Failed:
    return Failed(
        f"{file}, line {_line(text, place)}: {what}",
        code="env_file",
        hint="Correct the line and try again. Nothing of the file was used.",
    )
