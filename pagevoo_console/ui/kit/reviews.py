"""What a wizard's last page shows, as data: the plan's steps, what it means, and how it must be confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit.tokens import Tone


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A name that has to be typed. Compared by exact code points, so that no name passes for one that looks like it."""

    name: str
    prompt: str

    @property
    def shown(self) -> str:
        """The name as it is shown: with everything hidden in it written out."""
        return visible(self.name)

    @property
    def has_hidden_characters(self) -> bool:
        return self.shown != self.name

    def accepts(self, typed: str) -> bool:
        """Whether that is the name, to the code point, or its shown form where the name holds what nobody can type."""
        return typed == self.name or (self.has_hidden_characters and typed == self.shown)


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """One step of a plan, in words."""

    title: str
    detail: str = ""
    icon: str = "arrow-right"
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Review:
    """A plan, put into words. `result` is what the wizard hands back; `command` does the same on a command line.

    `confirmation` asks for a name that only the plan knows; it takes the place of the page's own.
    """

    result: object
    steps: tuple[ReviewStep, ...]
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    command: str = ""
    confirmation: Confirmation | None = None


@dataclass(slots=True)
class Flow:
    """Where a wizard stands among its pages, without any window. Pages are counted from 0."""

    pages: int
    current: int = 0
    furthest: int = 0

    @property
    def is_first(self) -> bool:
        return self.current == 0

    @property
    def is_last(self) -> bool:
        return self.current == self.pages - 1

    def may_go_to(self, page: int) -> bool:
        """Back to what was seen, never ahead of it."""
        return 0 <= page < self.pages and page <= self.furthest

    def go_to(self, page: int) -> None:
        if self.may_go_to(page):
            self.current = page

    def next(self) -> None:
        if not self.is_last:
            self.current += 1
            self.furthest = max(self.furthest, self.current)

    def changed(self) -> None:
        """Something on this page was changed: what comes after has to be seen again."""
        self.furthest = self.current
