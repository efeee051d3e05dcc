"""What an engine knows beyond databases and their content: accounts, grants, limits and known problems.

A side of `DatabaseEngine` that few need: `engine.administration` is it. The same rules hold: stateless, identifiers
quoted, values bound, no driver's exception comes out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa

from pagevoo_console.domain.errors import Unsupported
from pagevoo_console.domain.health import KnownProblem, ServerLimits
from pagevoo_console.services.engines.base import OpenDatabase, Source
from pagevoo_console.services.jobs import JobContext


@dataclass(frozen=True, slots=True)
class DatabaseMark:
    """One database in a survey. `marker` is None where there is none or where it takes a look inside to know."""

    name: str
    marker: str | None
    charset: str
    collation: str


@dataclass(frozen=True, slots=True)
class DatabaseGrant:
    """What an account may do in the databases that `pattern` means, as the server keeps it."""

    account: str
    host: str
    pattern: str
    privileges: tuple[str, ...]
    is_grantable: bool

    @property
    def literal(self) -> str:
        """The name that the pattern was meant to be."""
        return self.pattern

    @property
    def has_wildcard(self) -> bool:
        """Whether it means more than one name."""
        return False

    def meant(self, databases: Iterable[str]) -> list[str]:
        """Those of the databases that the pattern covers, sorted."""
        return sorted(name for name in databases if name == self.pattern)


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account beside what it should be. `lacks` are grants it should have, `reaches` databases it should not."""

    exists: bool
    lacks: tuple[str, ...] = ()
    reaches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guest:
    """A throw-away account and the databases that it may touch."""

    name: str
    databases: tuple[str, ...]


class Administration(ABC):
    """Accounts, grants, limits and known problems of one kind of server."""

    survey_tells_markers: ClassVar[bool] = True
    """Whether a database without a marker in the survey has none; else it takes `DatabaseEngine.marker` to know."""

    wanted_charset: ClassVar[tuple[str, str]]
    """Character set and collation of a tenant's database."""
    can_change_charset: ClassVar[bool] = False
    accounts_have_hosts: ClassVar[bool] = False
    """Whether an account is a name and where it comes from, rather than a name."""
    account_warnings: ClassVar[tuple[str, ...]] = ()
    """What to know before a tenant is given an account of its own."""
    has_guests: ClassVar[bool] = True
    """Whether there are accounts that can be kept out of everything but one database."""

    # --- looking ----------------------------------------------------------------------------------------------------

    @abstractmethod
    def survey(self, server: sa.Connection) -> dict[str, DatabaseMark]:
        """Every database but the system's by name, with marker and character set, in one query that opens none."""

    def made_at(self, server: sa.Connection, name: str) -> datetime | None:
        """When this database was made, or its oldest table; None where the server does not tell. Reads only."""
        return None

    @abstractmethod
    def right_charset(self, mark: DatabaseMark) -> bool:
        """Whether a tenant's tables will be what the platform's rules ask for."""

    @abstractmethod
    def drafts(self, wanted: Sequence[tuple[str, str]]) -> dict[str, tuple[str, str]]:
        """Under which names databases stand while they are made, for these (name, marker); empty where they do not."""

    @abstractmethod
    def grants(self, server: sa.Connection) -> tuple[DatabaseGrant, ...]:
        """Every grant on databases by name or pattern, in one query. Empty where the engine has none that outlive."""

    @abstractmethod
    def limits(self, server: sa.Connection) -> ServerLimits:
        """Connections, disk, character set and clock of the server; what cannot be known is None, with the reason."""

    @abstractmethod
    def missing_privileges(self, server: sa.Connection) -> tuple[str, ...]:
        """What our account would need for everything the console does, and lacks, in the server's words."""

    @abstractmethod
    def grant_statement(self, server: sa.Connection, missing: Sequence[str]) -> str:
        """What gives our account what `missing_privileges` named, for whoever may; empty where nothing is missing."""

    @abstractmethod
    def known_problems(self, version: str, product: str, today: date) -> tuple[KnownProblem, ...]:
        """What this version is known for; facts with an advice."""

    @abstractmethod
    def drop_key_statement(self, table: str, key: str) -> str:
        """The statement that drops a unique key, for whoever keeps the table."""

    @abstractmethod
    def guard_statement(self, table: str, key: str, column: str, tenant: str, status: str, deleted: str) -> str:
        """The statement that keeps a table to one row a tenant among those that are not deleted."""

    def pattern_of(self, name: str) -> str:
        """What a grant on this database alone is written as."""
        return name

    # --- changing ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def change_grant(
        self, server: sa.Connection, grant: DatabaseGrant, remove: Sequence[str], add: Sequence[str]
    ) -> None:
        """Give the same privileges on the patterns `add`, then take them from those in `remove`. Safe to repeat."""

    @abstractmethod
    def change_charset(self, server: sa.Connection, name: str, charset: str, collation: str) -> None:
        """Set what new tables of a database will have."""

    # --- accounts ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def account_problem(self) -> str | None:
        """Why a tenant cannot have an account of its own here, or None."""

    @abstractmethod
    def account_name(self, prefix: str, tenant: str) -> str:
        """The one name of a tenant's account, within the engine's limits."""

    @abstractmethod
    def account_exists(self, server: sa.Connection, account: str, host: str) -> bool: ...

    @abstractmethod
    def accounts(self, server: sa.Connection, prefix: str) -> tuple[tuple[str, str], ...]:
        """(name, host) of every account whose name begins with this; the host is empty where accounts have none."""

    @abstractmethod
    def account_statements(self, server: sa.Connection, account: str, host: str, database: str) -> tuple[str, ...]:
        """What creating it would send, without a password: for the plan."""

    @abstractmethod
    def account_state(
        self, server: sa.Connection, account: str, host: str, database: str, open_database: OpenDatabase
    ) -> AccountState:
        """The account beside what it should be, on this database and on all others."""

    @abstractmethod
    def create_account(self, server: sa.Connection, account: str, host: str) -> None:
        """Make it, unable to log in until it is given a password. One that is there already is left alone."""

    @abstractmethod
    def set_password(self, server: sa.Connection, account: str, host: str, password: str) -> None:
        """Set its password, sent in a form that a server's log does not give away where the engine knows one."""

    @abstractmethod
    def grant_account(
        self, server: sa.Connection, account: str, host: str, database: str, open_database: OpenDatabase
    ) -> None:
        """Exactly what a website needs on its own database, and nothing anywhere else."""

    @abstractmethod
    def drop_account(
        self, server: sa.Connection, account: str, host: str, database: str | None, open_database: OpenDatabase
    ) -> None:
        """Take its grants, and the account. `database` is where it had some, None where that is gone."""

    # --- guests -----------------------------------------------------------------------------------------------------

    @abstractmethod
    def create_guest(self, server: sa.Connection, name: str, password: str, database: str) -> None:
        """Make a throw-away account that may do what it likes in this database, and nothing anywhere else."""

    @abstractmethod
    def drop_guest(self, server: sa.Connection, name: str, open_database: OpenDatabase) -> None:
        """End its sessions and drop it. What it still owns is ours from then on. Nothing where it is gone already."""

    @abstractmethod
    def guests(self, server: sa.Connection, prefix: str) -> tuple[Guest, ...]:
        """Every account whose name begins with this."""

    @abstractmethod
    def attend_guest(self, guest: sa.Connection, patron: sa.Connection) -> None:
        """Have our own session make for the guest's what only its rights keep from being made in this database.

        For what cannot reach beyond it alone, and so that it can do nothing that the guest could not.
        """

    @abstractmethod
    def take_over(self, patron: sa.Connection, name: str, like: str | None) -> None:
        """Make everything that the guest made the account's that owns the database `like`, or else ours.

        `patron` is our own writable session on the guest's database.
        """

    def dangling(self, session: sa.Connection, job: JobContext) -> tuple[str, ...]:
        """Rows that point to rows that are not there, a sentence a key; nothing where a load checks every key."""
        return ()

    def is_for_superusers(self, losses: Sequence[str]) -> bool:
        """Whether a dump with these losses holds what only a superuser can make, and a load leaves out for others."""
        return False

    def load_for_superusers(self, patron: sa.Connection, source: Source, job: JobContext) -> None:
        """Make exactly that, on our own session, from a dump that has been loaded; nothing where we are none."""
        raise Unsupported("There is nothing here that only a superuser can make")
