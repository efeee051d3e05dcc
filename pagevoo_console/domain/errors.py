"""What can go wrong in the world, as types. Services raise these; faces turn them into sentences and exit codes.

Each error says what happened and to what (the message) and what to do next (the hint). Anything else that escapes a
service is our own fault and becomes a bug report.
"""

from __future__ import annotations


class ConsoleError(Exception):
    """A fault of the world, told in a sentence. `code` is a stable word for programs, `hint` says what to do next."""

    code = "failed"
    exit_code = 1

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return self.message


class Failed(ConsoleError):
    """Something was tried and did not work; nothing that existed before is lost."""


class NotFound(ConsoleError):
    """There is nothing of that id or name."""

    code = "not_found"


class WrongUsage(ConsoleError):
    """The call itself is wrong: an unknown option, a malformed value."""

    code = "usage"
    exit_code = 2


class Refused(ConsoleError):
    """A rule says no; nothing was changed."""

    code = "refused"
    exit_code = 3


class Busy(Refused):
    """Somebody else is working on this tenant, or won the race."""

    code = "busy"


DEADLOCK = "deadlock"
"""The code of a Busy whose transaction the server has undone, so that the whole of it may be tried again at once."""


class Unsupported(Refused):
    """The console cannot do this faithfully and says so by name rather than doing half of it."""

    code = "unsupported"


class Unreachable(ConsoleError):
    """The server does not answer: name resolution, network, TLS or a timeout."""

    code = "unreachable"
    exit_code = 5


class AccessDenied(ConsoleError):
    """The server answers, and does not let this account in."""

    code = "access_denied"
    exit_code = 5


class MissingPrivilege(Refused):
    """The account is logged in and may not do this; the message names the privilege."""

    code = "missing_privilege"


class Cancelled(ConsoleError):
    """Somebody pressed Cancel; what was begun is written down or taken back."""

    code = "cancelled"
    exit_code = 130


class Corrupt(Failed):
    """A file or a database is not what it claims to be."""

    code = "corrupt"
