"""Calling the command line, in this process for speed or in one of its own, on a master that the test also looks at."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pagevoo_console.cli.main import main
from tests.masters import MasterHandle
from tests.servers import fresh_id


@dataclass(frozen=True)
class Answer:
    """What a call said: its exit code, and what stood on stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout, on a single line."""
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document

    @property
    def error_code(self) -> str:
        return str(self.document["error"]["code"])


@dataclass
class Desk:
    """A command line before one master. `call` runs in this process, `spawn` in one of its own."""

    master: MasterHandle

    @property
    def engine(self) -> str:
        return self.master.engine

    def call(self, *arguments: str, code: int | None = 0) -> Answer:
        """Call and expect this exit code, None for any."""
        answer = call(*arguments, environment=self.master.environment)
        assert code is None or answer.code == code, f"{arguments}: {answer}"
        return answer

    def json(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        return self.call("--json", *arguments, code=code).document

    def refused(self, *arguments: str, code: int) -> str:
        """Call, expect this exit code and an error document; returns the error's code. Never a traceback."""
        answer = self.call("--json", *arguments, code=code)
        assert "Traceback" not in answer.out + answer.err
        assert answer.document["error"]["message"]
        return answer.error_code

    def spawn(self, *arguments: str, **environment: str) -> Answer:
        return spawn(*arguments, environment={**self.master.environment, **environment})

    def write(self, statement: str, *values: Any, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run a statement with bound values, `{0}`, `{1}`, … standing for them, through a raw driver."""
        mark = "?" if self.engine == "sqlite" else "%s"
        connection = self.master.raw(database)
        try:
            cursor = connection.cursor()
            cursor.execute(statement.format(*[mark] * len(values)), values)
            return list(cursor.fetchall()) if cursor.description is not None else []
        finally:
            connection.close()

    def add_tenant(self, name: str = "Ada Lovelace", tier: str = "pro") -> tuple[str, str]:
        """A tenant with one published website; returns both ids."""
        tenant, website = fresh_id(), fresh_id()
        self.write(
            "INSERT INTO users (id, name, email, tier) VALUES ({0}, {1}, {2}, {3})",
            tenant, name, f"user{tenant}@example.org", tier,
        )  # fmt: skip
        self.write(
            "INSERT INTO user_websites (id, user_id, name, domain, is_published) VALUES ({0}, {1}, {2}, {3}, {4})",
            website, tenant, "Shop", f"site{website}.example", True,
        )  # fmt: skip
        return str(tenant), str(website)

    def provisioned(self, **options: str) -> tuple[str, str]:
        """A tenant with a database; returns its id and the database's name."""
        tenant, website = self.add_tenant(**options)
        self.json("database", "create", tenant, "--website", website)
        return tenant, database_of(tenant)

    def register(self, tenant: str, database: str, website: str | None = None, status: str = "active") -> None:
        """Write a row into the platform's registry, as the platform's own code would."""
        self.write(
            "INSERT INTO user_databases (user_id, website_id, database_name, status) VALUES ({0}, {1}, {2}, {3})",
            int(tenant), None if website is None else int(website), database, status,
        )  # fmt: skip


def database_of(tenant: str) -> str:
    return f"pagevoo_website_{tenant}"


def call(*arguments: str, environment: Mapping[str, str] | None = None) -> Answer:
    """One call in this process."""
    with _streams() as (out, err), _environment(environment or {}):
        code = main(list(arguments))
        return Answer(code, out.getvalue().decode(), err.getvalue().decode())


def spawn(*arguments: str, environment: Mapping[str, str] | None = None, **options: Any) -> Answer:
    """One call in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "pagevoo_console", *arguments],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
        **options,
    )
    return Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


@contextmanager
def _streams() -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    before = sys.stdout, sys.stderr, sys.stdin
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdout = io.TextIOWrapper(out, "utf-8", write_through=True)
    sys.stderr = io.TextIOWrapper(err, "utf-8", write_through=True)
    sys.stdin = io.StringIO()
    try:
        yield out, err
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.detach()
        sys.stdout, sys.stderr, sys.stdin = before


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
