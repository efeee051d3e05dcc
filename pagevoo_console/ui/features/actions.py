"""What can be done with features, as records: the tenant's as a whole, and the one in hand."""

from __future__ import annotations

from collections.abc import Callable

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.feature import Feature, FeatureState
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.features.words import Gesture
from pagevoo_console.ui.kit.actions import Action, Selection
from pagevoo_console.ui.kit.i18n import translate

MENU = (
    Gesture.INSTALL, Gesture.UPGRADE, Gesture.ENABLE, Gesture.DISABLE, "-", Gesture.REPAIR, Gesture.ADOPT,
    "feature.drift", "-", Gesture.UNINSTALL,
)  # fmt: skip
"""The menu of a card."""

LIVE = frozenset({DatabaseState.ACTIVE, DatabaseState.SUSPENDED})


def menu_title() -> str:
    return translate("features", "Feature")


def actions(context: Context) -> tuple[Action, ...]:
    """Everything that is done to features. What needs one in hand takes the card that was last chosen."""
    menu, core = menu_title(), context.console.platform.core_lineage

    def to_it(gesture: Gesture) -> Callable[[Selection], object]:
        def run(selection: Selection) -> object:
            if selection.tenant is None or selection.feature is None:
                return None
            return carry_out(context, gesture, selection.tenant.id, selection.feature.name)

        return run

    def on_tenant(does: Callable[[str], object]) -> Callable[[Selection], object]:
        return lambda selection: does(selection.tenant.id) if selection.tenant is not None else None

    def is_removable(selection: Selection) -> bool:
        return is_there(selection) and selection.feature is not None and selection.feature.name != core

    doors = context.doors.features
    return (
        Action(
            Gesture.INSTALL, translate("features", "Install…"), "package-plus", to_it(Gesture.INSTALL), menu,
            applies_to=can_install, keywords=("add", "feature"),
        ),
        Action(
            Gesture.UPGRADE, translate("features", "Upgrade…"), "arrow-up", to_it(Gesture.UPGRADE), menu,
            applies_to=_in(FeatureState.OUTDATED), keywords=("migrate", "feature"),
        ),
        Action(
            Gesture.ENABLE, translate("features", "Enable"), "circle-play", to_it(Gesture.ENABLE), menu,
            applies_to=_in(FeatureState.DISABLED), keywords=("switch on", "feature"),
        ),
        Action(
            Gesture.DISABLE, translate("features", "Disable"), "circle-pause", to_it(Gesture.DISABLE), menu,
            applies_to=lambda selection: can_disable(selection, core), keywords=("switch off", "feature"),
        ),
        Action(
            Gesture.REPAIR, translate("features", "Repair…"), "wrench", to_it(Gesture.REPAIR), menu,
            applies_to=is_there, begins_group=True, keywords=("mend", "drift", "feature"),
        ),
        Action(
            Gesture.ADOPT, translate("features", "Adopt…"), "link", to_it(Gesture.ADOPT), menu,
            applies_to=can_adopt, keywords=("laravel", "take over", "feature"),
        ),
        Action(
            Gesture.UNINSTALL, translate("features", "Uninstall…"), "trash-2", to_it(Gesture.UNINSTALL), menu,
            applies_to=is_removable, is_dangerous=True, keywords=("remove", "drop", "feature"),
        ),
        Action(
            "feature.upgrade_all", translate("features", "Upgrade all features…"), "arrow-up",
            on_tenant(lambda tenant: doors.upgrade(tenant, ())), menu, applies_to=has_live_database,
            begins_group=True, keywords=("migrate", "outdated"),
        ),
        Action(
            "feature.drift", translate("features", "Show drift"), "list-checks", on_tenant(doors.drift), menu,
            "Ctrl+D", has_live_database, keywords=("compare", "difference", "schema"),
        ),
    )  # fmt: skip


def carry_out(context: Context, gesture: Gesture, tenant: str, feature: str) -> object:
    """Begin a gesture on one feature of a tenant."""
    doors = context.doors.features
    match gesture:
        case Gesture.INSTALL:
            return context.doors.install_features(tenant, (feature,))
        case Gesture.UPGRADE:
            return doors.upgrade(tenant, (feature,))
        case Gesture.ENABLE | Gesture.DISABLE:
            return doors.switch(tenant, feature, gesture is Gesture.ENABLE)
        case Gesture.REPAIR:
            return doors.repair(tenant, (feature,))
        case Gesture.ADOPT:
            return doors.adopt(tenant, feature)
        case Gesture.UNINSTALL:
            return doors.uninstall(tenant, feature)


def has_live_database(selection: Selection) -> bool:
    """A database that answers, frozen or not, as far as we know."""
    tenant = selection.tenant
    if tenant is None or tenant.database is None or not selection.is_connected:
        return False
    return tenant.database.state in LIVE


def can_install(selection: Selection) -> bool:
    """The feature in hand is offered, and its rows would be taken; without a database the wizard asks for one."""
    tenant, feature = selection.tenant, selection.feature
    if tenant is None or feature is None or not selection.is_connected:
        return False
    database = tenant.database
    takes_rows = database is None or database.state in (DatabaseState.ACTIVE, DatabaseState.DELETED)
    return takes_rows and feature.allowed and feature.state is FeatureState.AVAILABLE


def is_there(selection: Selection) -> bool:
    """Something of the feature in hand is in the database."""
    feature = selection.feature
    return has_live_database(selection) and feature is not None and feature.state is not FeatureState.AVAILABLE


def can_disable(selection: Selection, core: str) -> bool:
    feature = selection.feature
    if feature is None or feature.name == core or not is_there(selection):
        return False
    return feature.state is not FeatureState.DISABLED and not _is_unrecorded(feature)


def can_adopt(selection: Selection) -> bool:
    feature = selection.feature
    return feature is not None and is_there(selection) and _is_unrecorded(feature)


def _is_unrecorded(feature: Feature) -> bool:
    """There is something of it that no revision of ours made."""
    return feature.state is FeatureState.DRIFTED and feature.revision is None


def _in(state: FeatureState) -> Callable[[Selection], bool]:
    return lambda selection: (
        has_live_database(selection) and selection.feature is not None and selection.feature.state is state
    )
