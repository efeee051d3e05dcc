"""The words of features: what state one is in, what can be done about it, and what a difference is about."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from pagevoo_console.domain.feature import Difference, DisabledBy, Feature, FeatureState
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.quota import TableUsage
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.icons import ICONS
from pagevoo_console.ui.kit.pills import Badge, feature_badge

USUAL_ICON = "puzzle"


class Gesture(StrEnum):
    """What can be done to one feature, by the id of its action."""

    INSTALL = "feature.add"
    UPGRADE = "feature.upgrade"
    ENABLE = "feature.enable"
    DISABLE = "feature.disable"
    REPAIR = "feature.repair"
    ADOPT = "feature.adopt"
    UNINSTALL = "feature.uninstall"


_KINDS = {
    "missing_table": "Missing table",
    "extra_table": "Extra table",
    "missing_column": "Missing column",
    "extra_column": "Extra column",
    "type": "Column type",
    "nullable": "NULL or not",
    "default": "Default",
    "generated": "Generated column",
    "primary_key": "Primary key",
    "missing_key": "Missing unique key",
    "changed_key": "Changed unique key",
    "extra_key": "Extra unique key",
    "missing_index": "Missing index",
    "changed_index": "Changed index",
    "extra_index": "Extra index",
    "missing_foreign_key": "Missing foreign key",
    "changed_foreign_key": "Changed foreign key",
    "extra_foreign_key": "Extra foreign key",
    "missing_row": "Not recorded",
    "row_without_tables": "No tables",
    "missing_revision": "No revision",
    "tables_without_row": "Not recorded",
}


def kind_word(difference: Difference) -> str:
    """What a difference is about; a kind that we have no words for as the services call it."""
    kind = difference.kind
    return translate("features", _KINDS[kind]) if kind in _KINDS else kind.replace("_", " ")


def icon_of(feature: Feature) -> str:
    """The feature's own icon where there is one of that name."""
    return feature.icon if feature.icon and (ICONS / f"{feature.icon}.svg").is_file() else USUAL_ICON


def badge_of(feature: Feature, differences: int = 0) -> Badge:
    """Its state; what is as it should be is said quietly, and one that differs is not called healthy."""
    if feature.state is FeatureState.INSTALLED and differences:
        return feature_badge(FeatureState.DRIFTED)
    if feature.state is FeatureState.AVAILABLE and not feature.allowed:
        return Badge(translate("features", "Not in this tier"), icon="lock", is_quiet=True)
    badge = feature_badge(feature.state)
    if feature.state in (FeatureState.AVAILABLE, FeatureState.INSTALLED):
        return badge.quietly
    if feature.disabled_by is DisabledBy.USER:
        return replace(badge, text=translate("features", "Disabled by hand"))
    if feature.disabled_by is DisabledBy.TIER:
        return replace(badge, text=translate("features", "Disabled by the tier"))
    return badge


def next_gesture(feature: Feature, differences: int = 0, *, is_frozen: bool = False) -> Gesture | None:
    """What a card offers first; None where the feature is as it should be, or where nothing can be done."""
    match feature.state:
        case FeatureState.AVAILABLE:
            return Gesture.INSTALL if feature.allowed and not is_frozen else None
        case FeatureState.DISABLED:
            return Gesture.ENABLE if feature.allowed else None
        case FeatureState.OUTDATED:
            return None if is_frozen or not feature.allowed else Gesture.UPGRADE
        case FeatureState.DRIFTED:
            return Gesture.REPAIR if feature.revision is not None else Gesture.ADOPT
        case FeatureState.INSTALLED:
            return Gesture.REPAIR if differences else None


def gesture_word(gesture: Gesture) -> str:
    """The verb, with dots where a wizard follows."""
    return {
        Gesture.INSTALL: translate("features", "Install…"),
        Gesture.UPGRADE: translate("features", "Upgrade…"),
        Gesture.ENABLE: translate("features", "Enable"),
        Gesture.DISABLE: translate("features", "Disable"),
        Gesture.REPAIR: translate("features", "Repair…"),
        Gesture.ADOPT: translate("features", "Adopt…"),
        Gesture.UNINSTALL: translate("features", "Uninstall…"),
    }[gesture]


def revision_text(feature: Feature) -> str:
    """Where its schema stands: at a revision, and on the way to a newer one where it is behind."""
    if feature.revision is None:
        return translate("features", "Newest: {head}").format(head=feature.head)
    return feature.revision if feature.revision == feature.head else f"{feature.revision} → {feature.head}"


def tables_text(feature: Feature, standing: tuple[TableUsage, ...], *, is_measured: bool = True) -> str:
    """How many tables it has, and what they hold where there are any."""
    if not standing:
        return format.tables(len(feature.tables))
    rows = format.rows(sum(table.rows_estimated for table in standing))
    parts = [format.tables(len(standing)), rows]
    if is_measured:
        parts.append(format.size(sum(table.used for table in standing)))
    return " · ".join(parts)


def tiers_text(platform: Platform, feature: Feature) -> str:
    """Which tiers have it, where this one has not; empty where it has."""
    if feature.allowed:
        return ""
    titles = {tier.name: tier.title for tier in platform.tiers}
    names = ", ".join(titles.get(name, name) for name in feature.tiers)
    return translate("features", "From: {tiers}").format(tiers=names) if names else ""


def differences_text(number: int) -> str:
    """So many differences."""
    return translate("features", "1 difference" if number == 1 else "{count} differences").format(
        count=format.count(number)
    )
