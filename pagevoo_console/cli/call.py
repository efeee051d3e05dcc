"""One call of the command line: what was asked for, the console it works on, and its way to the outside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from pagevoo_console.cli.output import Output, is_terminal
from pagevoo_console.domain.text import visible

if TYPE_CHECKING:
    import typer

    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.operation import Step
    from pagevoo_console.domain.server import Server
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobContext
    from pagevoo_console.services.secrets import Secret
    from pagevoo_console.services.start import StartOptions

T = TypeVar("T")


class Call:
    """The options before the noun. The console is opened by the first command that needs it.

    Until the command's context ends it talks to the master in one conversation a thread.
    """

    def __init__(self, context: typer.Context, options: StartOptions, *, is_json: bool, says_yes: bool) -> None:
        self._context = context
        self.options = options
        self.says_yes = says_yes
        self.output = Output(is_json)
        self._console: Console | None = None

    @property
    def console(self) -> Console:
        """The services of the connection that was asked for. Raises WrongUsage, NotFound, or Refused."""
        if self._console is None:
            from pagevoo_console.services.start import open_console

            self._console = open_console(self.options, ask=self._ask_password if self.is_attended else None)
            self._context.with_resource(self._console.master.conversation())
        return self._console

    @property
    def is_attended(self) -> bool:
        """Whether a person can be asked something."""
        return not self.output.is_json and is_terminal(sys.stdin) and is_terminal(sys.stderr)

    def work(self, act: Callable[[JobContext], T]) -> T:
        """Do something that takes time, with progress and a way to stop it."""
        from pagevoo_console.cli.working import work

        def talk(job: JobContext) -> T:
            with nullcontext() if self._console is None else self._console.master.conversation():
                return act(job)

        return work(self.output, talk)

    def answer(self, document: dict[str, Any], show: Callable[[Paper], None]) -> None:
        self.output.answer(document, show)

    def agrees(self, question: str) -> bool:
        """A plain question: yes without a terminal or with --yes, else what somebody answers."""
        if self.says_yes or not self.is_attended:
            return True
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def confirmation(self, name: str, given: str | None) -> str:
        """What was typed to confirm something irreversible: the option's value, or an answer at the terminal.

        Empty where nobody can be asked, which no name equals.
        """
        if given is not None or not self.is_attended:
            return given or ""
        sys.stderr.write(f"Type {visible(name)} to go on: ")
        sys.stderr.flush()
        return sys.stdin.readline().removesuffix("\n")

    def _ask_password(self, server: Server) -> Secret | None:
        import getpass

        from pagevoo_console.services.secrets import Secret

        text = getpass.getpass(f"Password of {visible(server.user)} at {visible(server.address)}: ", sys.stderr)
        return Secret(text) if text else None


def call_of(context: typer.Context) -> Call:
    """The call that a command belongs to."""
    call = context.find_root().obj
    if not isinstance(call, Call):
        raise TypeError("a command was run without its call")
    return call


def show_steps(paper: Paper, steps: Sequence[Step]) -> None:
    """A plan's steps, numbered."""
    for number, step in enumerate(steps, 1):
        paper.line(f"  {number}. {step.title}{' (cannot be undone)' if step.is_destructive else ''}")
