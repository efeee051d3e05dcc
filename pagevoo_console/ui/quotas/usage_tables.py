"""What takes the room, as tables that can be sorted and copied: by feature, and by table of the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from pagevoo_console.domain.quota import FeatureUsage, TableUsage
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.tokens import Tone

ROW = 34
MOST_ROWS = 12

Usage = TypeVar("Usage", bound=FeatureUsage | TableUsage)


class _Shares(QWidget, Generic[Usage]):
    """A table of usages, as tall as its rows until there are many of them. `sorts` are its own columns' sort values."""

    def __init__(
        self,
        name: str,
        columns: Sequence[Column[Usage]],
        sorts: dict[str, Callable[[Usage], Any]],
        row_height: int = ROW,
    ) -> None:
        super().__init__()
        self._row_height = row_height
        self._sorts: dict[str, Callable[[Usage], Any]] = {"used": lambda usage: usage.used, **sorts}
        self._total = 0
        self.records: RecordsModel[Usage] = RecordsModel([*columns, *self._amounts()], self._source(()), self)
        self.list = RecordView(self.records, name, row_height=row_height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)

    def show_usages(self, usages: Sequence[Usage]) -> None:
        self._total = sum(usage.used for usage in usages)
        self.records.set_source(self._source(usages))
        self.updateGeometry()

    def share(self, usage: Usage) -> float:
        """How much of all that is used this is."""
        return usage.used / self._total if self._total else 0.0

    def sizeHint(self) -> QSize:
        rows = max(1, min(self.records.rowCount(), MOST_ROWS))
        return QSize(300, self.list.horizontalHeader().sizeHint().height() + rows * self._row_height + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, self.sizeHint().height())

    def _amounts(self) -> tuple[Column[Usage], ...]:
        return (
            Column(
                "used", translate("quotas", "Used"), 148, _used, Kind.BAR, "used", fraction=self.share,
                tone=lambda _usage: Tone.ACCENT, hint=_hint, is_text_ours=True,
            ),
            Column(
                "share", translate("quotas", "Share"), 84, lambda usage: _percent(self.share(usage)),
                Kind.NUMBER, is_text_ours=True,
            ),
        )  # fmt: skip

    def _source(self, usages: Sequence[Usage]) -> ListSource[Usage]:
        return ListSource(usages, identity=_identity, sort_values=self._sorts)


def _percent(share: float) -> str:
    small = translate("quotas", "< 1 %")
    return small if 0 < share < 0.005 else format.percent(share)


def _identity(usage: FeatureUsage | TableUsage) -> str:
    return usage.feature if isinstance(usage, FeatureUsage) else usage.name


def _used(usage: FeatureUsage | TableUsage) -> str:
    return format.size(usage.used) if usage.exact else f"≈{format.FIXED}{format.size(usage.used)}"


def _hint(usage: FeatureUsage | TableUsage) -> str:
    exactly = format.size_exactly(usage.used)
    return exactly if usage.exact else translate("quotas", "{bytes}, an estimate").format(bytes=exactly)


class FeatureTable(_Shares[FeatureUsage]):
    """The features, the largest first as they come."""

    def __init__(self) -> None:
        feature = translate("quotas", "Feature")
        super().__init__(
            translate("quotas", "By feature"),
            (
                Column(
                    "feature",
                    feature,
                    120,
                    lambda usage: usage.title,
                    sort_key="feature",
                    stretch=True,
                    detail=lambda usage: f"{format.tables(usage.tables)}, {format.rows(usage.rows_estimated)}",
                ),
            ),
            {"feature": lambda usage: usage.title.casefold()},
            row_height=46,
        )
        self.list.setObjectName("usageByFeature")


class UsageTable(_Shares[TableUsage]):
    """The tables of the database, the largest first as they come."""

    def __init__(self) -> None:
        table, feature = translate("quotas", "Table"), translate("quotas", "Feature")
        rows = translate("quotas", "Rows, about")
        super().__init__(
            translate("quotas", "By table"),
            (
                Column("table", table, 200, lambda usage: usage.name, Kind.MONO, "table", stretch=True),
                Column("feature", feature, 130, lambda usage: usage.feature, Kind.MUTED, "feature"),
                Column("rows", rows, 140, lambda usage: format.count(usage.rows_estimated), Kind.NUMBER, "rows"),
            ),
            {
                "table": lambda usage: usage.name.casefold(),
                "feature": lambda usage: usage.feature,
                "rows": lambda usage: usage.rows_estimated,
            },
        )
        self.list.setObjectName("usageByTable")
