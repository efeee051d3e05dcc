"""What SQLAlchemy asks a server when it meets it, asked once: version, casing, isolation level and the like.

Each of our sessions has an engine of its own, and each engine would ask anew: six round trips on MariaDB before the
first statement. What is learned is the server's, but for the schema that a session works in, which is never shared.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.server import Server

_OF_THE_SESSION = "default_schema_name"


class Introductions:
    """What was learned, by server (its address and account among it) and the version it greets with.

    A server that was upgraded greets with another version and is asked anew. Safe to call from any thread; two that
    meet a server at the same moment both ask.
    """

    def __init__(self) -> None:
        self._learned: dict[tuple[Server, str], dict[str, Any]] = {}
        self._guard = threading.Lock()

    def spare(
        self,
        engine: sa.Engine,
        server: Server,
        version_of: Callable[[sa.Connection], str],
        schema_of: Callable[[sa.Connection], str | None],
    ) -> None:
        """Have this engine's dialect take what was learned of the server already, at its first connection.

        `version_of` asks the driver, not the server; `schema_of` says what unqualified names mean in the session.
        """
        facts = vars(engine.dialect)
        ask = engine.dialect.initialize

        def initialize(session: sa.Connection) -> None:
            key = (server, version_of(session))
            with self._guard:
                known = self._learned.get(key)
            if known is not None:
                facts.update(known)
                facts[_OF_THE_SESSION] = schema_of(session)
                return
            before = dict(facts)
            ask(session)
            learned = {
                name: value
                for name, value in facts.items()
                if name != _OF_THE_SESSION and (name not in before or before[name] is not value)
            }
            with self._guard:
                self._learned[key] = learned

        facts["initialize"] = initialize
