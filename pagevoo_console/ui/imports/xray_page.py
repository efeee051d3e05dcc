"""What a dump of another tool would do: told before anything is done, the gravest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.dump_xray import DumpXray, Treatment, XrayFinding
from pagevoo_console.domain.text import noun
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.controls import IconView
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import KeyValues, clear, column, row, section_title
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.imports import ImportPlan

SHOWN = 60
_LOOKS = {
    Treatment.REFUSED: ("octagon-alert", Tone.DANGER, "refuses the file"),
    Treatment.REPLACED: ("trash-2", Tone.WARNING, "replaced"),
    Treatment.LEFT_OUT: ("ban", Tone.WARNING, "left out"),
    Treatment.REWRITTEN: ("pencil", Tone.ACCENT, "rewritten"),
    Treatment.KEPT: ("info", Tone.NEUTRAL, "kept"),
}
_PLURALS = {"index": "indexes", "policy": "policies", "procedure": "procedures"}


class XrayPage(LoadedPage["ImportPlan"]):
    """Looks the file through when it comes up, and again when another one was chosen."""

    def __init__(self, console: Console, runner: Runner, tenant: str, file: Callable[[], Path | None]) -> None:
        super().__init__(
            translate("import", "What is in it"),
            translate("import", "The whole file was looked through, and nothing of it was carried out."),
            runner,
            console.connection.master.name,
        )
        self._console = console
        self._tenant = tenant
        self._file = file
        self._looked: Path | None = None

    @property
    def is_ready(self) -> bool:
        return self.content is not None and not self.content.xray.refusals

    def enter(self) -> None:
        """A file may have been written anew while somebody thought about it, under the same name."""
        self._looked = self._file()
        self.load()

    def fetch(self) -> ImportPlan:
        from pagevoo_console.services.jobs import JobContext

        return self._console.imports.plan(self._looked or Path(), self._tenant, JobContext())

    def present(self, content: ImportPlan) -> Emptiness | None:
        clear(self.parts)
        xray = content.xray
        if xray.refusals:
            text = translate("import", "Nothing of this file is imported: something in it speaks against that.")
            self.parts.addWidget(banner(Message(MessageKind.ERROR, text)))
        self.parts.addWidget(facts_of(xray))
        if xray.findings:
            self.parts.addWidget(section_title(translate("import", "Not simply loaded")))
        for finding in xray.findings[:SHOWN]:
            self.parts.addWidget(finding_line(finding))
        if len(xray.findings) > SHOWN:
            more = translate("import", "And {count} more: the command line lists all with --dry-run.")
            text = more.format(count=format.count(len(xray.findings) - SHOWN))
            self.parts.addWidget(plain_label(text, muted=True, wrap=True))
        self.parts.addStretch(1)
        return None


def facts_of(xray: DumpXray) -> KeyValues:
    """What the file is and what it makes."""
    facts = KeyValues()
    tool = f"{xray.tool} {xray.tool_version}".strip() or translate("import", "It does not say")
    facts.add(translate("import", "Made by"), tool)
    server = f"{format.engine(xray.engine)} {xray.server_version}".strip()
    facts.add(translate("import", "For"), server)
    size = format.size(xray.file.text_bytes)
    if xray.file.compression:
        packed = translate("import", "{size}, {packed} as {kind}")
        size = packed.format(size=size, packed=format.size(xray.file.size_bytes), kind=xray.file.compression)
    facts.add(translate("import", "Size"), size)
    facts.add(translate("import", "Makes"), made_words(xray))
    if xray.databases:
        facts.add(translate("import", "Was called"), ", ".join(xray.databases))
    return facts


def made_words(xray: DumpXray) -> str:
    """How many of which, and about how many rows."""
    counts = Counter(one.kind for one in xray.objects)
    kinds = sorted(counts, key=lambda kind: (kind != "table", kind))
    words = [f"{format.count(counts[kind])} {noun(counts[kind], kind, _PLURALS.get(kind, ''))}" for kind in kinds]
    rows = translate("import", "about {rows}").format(rows=format.rows(xray.rows))
    return ", ".join((*words, rows))


def finding_line(finding: XrayFinding) -> QWidget:
    """One finding: its words, and below them where it stands and what becomes of it."""
    icon, tone, becomes = _LOOKS[finding.treatment]
    details = [translate("import", becomes)]
    if finding.line:
        details.append(translate("import", "line {number}").format(number=format.count(finding.line)))
    if finding.count > 1:
        details.append(translate("import", "{count} times").format(count=format.count(finding.count)))
    caption = " · ".join(details)
    words = column(
        plain_label(finding.text, wrap=True), plain_label(caption, Text.CAPTION, muted=True, wrap=True), spacing=0
    )
    sign = column(IconView(icon, 16, tone), None, margins=(0, Space.HAIR, 0, 0))
    line = row(sign, (words, 1), spacing=Space.M)
    line.setObjectName(f"finding.{finding.topic}")
    line.setAccessibleName(f"{finding.text}. {caption}")
    return line
