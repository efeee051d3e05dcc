"""Contradictions in words: what each kind is called, how grave it is, and what sort of repair it has."""

from __future__ import annotations

from enum import IntEnum

from pagevoo_console.domain.finding import Finding, FindingKind, Remedy, RepairAction
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.tokens import Tone


class Risk(IntEnum):
    """How grave a contradiction is, the gravest first: somebody else's data, a broken website, untidiness."""

    HIGH = 0
    MEDIUM = 1
    LOW = 2


_RISKS = {
    Risk.HIGH: ("High", Tone.DANGER, "octagon-alert"),
    Risk.MEDIUM: ("Medium", Tone.WARNING, "triangle-alert"),
    Risk.LOW: ("Low", Tone.NEUTRAL, "info"),
}
_KINDS = {
    FindingKind.ORPHAN: ("Database without an owner", "ghost", Risk.MEDIUM),
    FindingKind.GHOST: ("Registered, but not there", "square-dashed", Risk.MEDIUM),
    FindingKind.UNDEAD: ("Deleted, but still there", "history", Risk.HIGH),
    FindingKind.SHARED: ("Two rows, one database", "link", Risk.HIGH),
    FindingKind.WRONG_OWNER: ("Names another's database", "users", Risk.HIGH),
    FindingKind.FOREIGN_NAME: ("Names no tenant's database", "unlink", Risk.HIGH),
    FindingKind.TWO_ACTIVE: ("Two live rows of one tenant", "layers", Risk.HIGH),
    FindingKind.NO_SUCH_TENANT: ("Its tenant is gone", "user", Risk.HIGH),
    FindingKind.WEBSITE_OF_ANOTHER: ("Bound to another's website", "globe", Risk.HIGH),
    FindingKind.PUBLISHED_WITHOUT_DATABASE: ("Published without a database", "globe", Risk.MEDIUM),
    FindingKind.WILDCARD_GRANT: ("Grant that reaches too far", "key-round", Risk.HIGH),
    FindingKind.STALE_GRANT: ("Grant that outlived its database", "key-round", Risk.HIGH),
    FindingKind.LEFTOVER: ("Left behind", "trash-2", Risk.LOW),
    FindingKind.TRASH_MISSING: ("In the trash, but not there", "trash-2", Risk.LOW),
    FindingKind.WRONG_INDEX: ("Registry with a wrong key", "table-2", Risk.MEDIUM),
    FindingKind.WRONG_CHARSET: ("Wrong character set", "file-text", Risk.LOW),
}


def kind_word(kind: FindingKind) -> str:
    """The kind as people say it."""
    return translate("fleet", _KINDS[kind][0])


def kind_icon(kind: FindingKind) -> str:
    return _KINDS[kind][1]


def risk_of(finding: Finding) -> Risk:
    return _KINDS[finding.kind][2]


def risk_badge(finding: Finding) -> Badge:
    """How grave it is, as a pill."""
    word, tone, icon = _RISKS[risk_of(finding)]
    return Badge(translate("fleet", word), tone, icon)


def repair_badge(repair: Remedy) -> Badge:
    """What sort of repair it is: whether it may be done with the others, has to be chosen, or drops something."""
    if repair.action is RepairAction.BY_HAND:
        return Badge(translate("fleet", "By hand"), Tone.NEUTRAL, "terminal")
    if repair.is_destructive:
        return Badge(translate("fleet", "Removes data"), Tone.DANGER, "trash-2")
    if repair.is_choice:
        return Badge(translate("fleet", "Your choice"), Tone.WARNING, "circle-question-mark")
    return Badge(translate("fleet", "Safe"), Tone.GOOD, "shield-check")


def what_it_means(repair: Remedy) -> str:
    """What to know before the repair, in a sentence."""
    if repair.action is RepairAction.BY_HAND:
        return translate("fleet", "The console never does this by itself: it is told, with its statements.")
    if repair.is_destructive:
        return translate("fleet", "A customer's data goes into the trash, after a backup that has been proved.")
    if repair.is_choice:
        return translate("fleet", "The facts do not say which repair is right, so somebody has to decide.")
    if repair.is_reversible:
        return translate("fleet", "Nothing of a customer's is dropped, and it can be taken back.")
    return translate("fleet", "Nothing of a customer's is dropped. It cannot be taken back.")


def can_be_taken_back(repair: Remedy) -> bool:
    """Whether undoing it restores what it changed; what was dropped comes back out of its backup instead."""
    return repair.is_reversible and repair.action in (
        RepairAction.CHANGE_REGISTRY, RepairAction.ADOPT, RepairAction.CHANGE_GRANT, RepairAction.CHANGE_CHARSET,
    )  # fmt: skip
