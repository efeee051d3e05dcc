"""Progress on stderr: a bar for people at a terminal, a line a step for logs, silence when it is quick."""

from __future__ import annotations

import sys
import threading
import time

from pagevoo_console.cli import formats
from pagevoo_console.cli.output import Output, is_terminal
from pagevoo_console.domain.job import Progress
from pagevoo_console.domain.text import visible

_BAR_WIDTH = 24
_REDRAW_SECONDS = 0.1
_PATIENCE_SECONDS = 0.4


class Reporter:
    """Told how far work is, from any thread. Use it in a `with`, which clears the bar at the end."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._is_shown = is_terminal(sys.stderr)
        self._guard = threading.Lock()
        self._began = self._drawn = time.monotonic()
        self._has_bar = False
        self._title = ""

    def __enter__(self) -> Reporter:
        return self

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._clear()

    def progress(self, progress: Progress) -> None:
        with self._guard:
            if not self._is_shown:
                if progress.title != self._title:
                    self._title = progress.title
                    self._output.note(progress.title)
                return
            now = time.monotonic()
            if now - self._began < _PATIENCE_SECONDS or now - self._drawn < _REDRAW_SECONDS:
                return
            self._drawn = now
            self._draw(progress)

    def line(self, text: str) -> None:
        with self._guard:
            if self._is_shown:
                self._clear()
            if text != self._title:
                self._output.note(text)
            self._title = text

    def _draw(self, progress: Progress) -> None:
        parts = [visible(progress.title)[:60]]
        if progress.fraction is not None:
            done = round(progress.fraction * _BAR_WIDTH)
            parts.append(f"[{'#' * done}{'.' * (_BAR_WIDTH - done)}] {progress.fraction:4.0%}")
        elif progress.done:
            amount = formats.size(progress.done) if progress.unit == "bytes" else formats.count(progress.done)
            parts.append(f"{amount} {progress.unit}".removesuffix(" bytes"))
        if progress.remaining_seconds is not None:
            parts.append(f"{formats.duration(progress.remaining_seconds)} left")
        self._clear()
        sys.stderr.write("  ".join(parts))
        sys.stderr.flush()
        self._has_bar = True

    def _clear(self) -> None:
        if self._has_bar:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._has_bar = False
