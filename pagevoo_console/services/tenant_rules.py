"""What a tenant may do and why not: the platform's rules about databases and websites, said in one place."""

from __future__ import annotations

from collections.abc import Iterable

from pagevoo_console.domain.errors import NotFound, Refused, WrongUsage
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.tenant import Website
from pagevoo_console.domain.website import Lock
from pagevoo_console.services.databases import owned_website
from pagevoo_console.services.master import Master
from pagevoo_console.services.registry import Registry, RegistryRow
from pagevoo_console.services.strict_toml import one_of

NEW_TEMPLATE = "new_template"
CREATE_DATABASE = "create_database"
INSTALL_FEATURE = "install_feature"
EDIT_WEBSITE = "edit_website"
PUBLISH_WEBSITE = "publish_website"
DELETE_WEBSITE = "delete_website"

OF_A_TENANT = (NEW_TEMPLATE, CREATE_DATABASE, INSTALL_FEATURE)
OF_A_WEBSITE = (EDIT_WEBSITE, PUBLISH_WEBSITE, DELETE_WEBSITE)
_DONE_TO = {EDIT_WEBSITE: "edited", PUBLISH_WEBSITE: "published"}


class Rules:
    """Answers from one look at the master. Reads only. Safe to call from any thread."""

    def __init__(self, master: Master, registry: Registry) -> None:
        self._master = master
        self._registry = registry

    def of(self, tenant: str) -> tuple[Lock, ...]:
        """Everything that a rule speaks of, for this tenant and for each of its websites. Raises NotFound."""
        with self._master.reading() as session:
            self._registry.tenant(session, tenant)
            rows = self._registry.active_rows(session, tenant)
            websites = tuple(self._registry.websites(session, tenant))
        return locks(self._master.platform, tenant, rows, websites)

    def may(self, tenant: str, action: str, website: str | None = None) -> Lock:
        """One answer. `action` may name its website itself: `edit_website:7`.

        Raises NotFound for an unknown tenant or website, Refused (`not_the_owner`) for another tenant's website, and
        WrongUsage for an action that there is not, or that lacks its website.
        """
        action, _, named = action.partition(":")
        known = (*OF_A_TENANT, *OF_A_WEBSITE)
        if action not in known:
            raise WrongUsage(
                f"No rule speaks of {action!r}{one_of(action, known)}", hint=f"There are: {', '.join(known)}."
            )
        with self._master.reading() as session:
            self._registry.tenant(session, tenant)
            rows = self._registry.active_rows(session, tenant)
            chosen = None
            if action in OF_A_WEBSITE:
                wanted = website if website is not None else named
                if not wanted:
                    word = self._master.platform.words.website
                    raise WrongUsage(f"{action} is about one {word}", hint="Add --website WID.")
                chosen = owned_website(self._registry, session, tenant, wanted)
        found = locks(self._master.platform, tenant, rows, () if chosen is None else (chosen,))
        name = action if chosen is None else f"{action}:{chosen.id}"
        for lock in found:
            if lock.action == name:
                return lock
        raise NotFound(f"No rule speaks of {name}")


def locks(
    platform: Platform, tenant: str, rows: tuple[RegistryRow, ...], websites: Iterable[Website]
) -> tuple[Lock, ...]:
    """The rules applied to what the master says. `rows` are the tenant's live ones, at most one as a rule."""
    return (
        _new_template(platform, tenant, rows),
        _create_database(platform, tenant, rows),
        _install_feature(platform, tenant, rows),
        *(
            lock
            for website in websites
            for lock in (
                website_lock(platform, tenant, rows, website, EDIT_WEBSITE),
                website_lock(platform, tenant, rows, website, PUBLISH_WEBSITE),
                deletion_lock(platform, tenant, rows, website),
            )
        ),
    )


def ensure(lock: Lock) -> None:
    """Raise Refused, in the rule's own words, where it is not allowed."""
    if not lock.allowed:
        raise Refused(lock.why, code=lock.code, hint=lock.way_out)


def website_lock(platform: Platform, tenant: str, rows: tuple[RegistryRow, ...], website: Website, action: str) -> Lock:
    """Rule 3: while a database is active, only the website that it is bound to is edited or published."""
    name = f"{action}:{website.id}"
    if not platform.lifecycle.locks_website or not rows or any(row.website == website.id for row in rows):
        return Lock(name)
    word = platform.words.website
    bound = rows[0].website
    bound_to = f"bound to {word} {bound}" if bound is not None else f"bound to no {word} any more"
    return Lock(
        name,
        "locked_to_website",
        f"{word.capitalize()} {website.id} cannot be {_DONE_TO[action]}: {platform.words.tenant} {tenant} has the"
        f" active database {rows[0].database}, which is {bound_to}",
        f"`database switch {tenant} --website {website.id} --confirm {rows[0].database}` backs that database up,"
        f" deletes it and creates one for this {word}; `database delete {tenant}` only deletes it.",
    )


def deletion_lock(platform: Platform, tenant: str, rows: tuple[RegistryRow, ...], website: Website) -> Lock:
    """Edge case 1: a website is not deleted while it has a database, except together with it."""
    name = f"{DELETE_WEBSITE}:{website.id}"
    bound = [row for row in rows if row.website == website.id]
    if not bound:
        return Lock(name)
    word = platform.words.website
    database = bound[0].database
    return Lock(
        name,
        "website_has_database",
        f"{word.capitalize()} {website.id} has the active database {database}, which would be left without it",
        f"`website delete {website.id} --with-database {database}` deletes both, the database with a proved backup;"
        f" `database delete {tenant}` deletes the database first.",
    )


def _new_template(platform: Platform, tenant: str, rows: tuple[RegistryRow, ...]) -> Lock:
    if not platform.lifecycle.locks_website or not rows:
        return Lock(NEW_TEMPLATE)
    bound = f" for {platform.words.website} {rows[0].website}" if rows[0].website is not None else ""
    return Lock(
        NEW_TEMPLATE,
        "database_active",
        f"You have an active database{bound}: no new template while it is there ({rows[0].database})",
        f"Delete the database first: `database delete {tenant} --confirm {rows[0].database}` backs it up and"
        f" unpublishes its {platform.words.website}.",
    )


def _create_database(platform: Platform, tenant: str, rows: tuple[RegistryRow, ...]) -> Lock:
    if not platform.lifecycle.one_database_per_tenant or not rows:
        return Lock(CREATE_DATABASE)
    return Lock(
        CREATE_DATABASE,
        "database_exists",
        f"{platform.words.tenant.capitalize()} {tenant} already has an active database: {rows[0].database}",
        f"There is one at a time. `database switch {tenant} --website WID --confirm {rows[0].database}` moves to"
        f" another {platform.words.website}; `database delete {tenant}` makes room.",
    )


def _install_feature(platform: Platform, tenant: str, rows: tuple[RegistryRow, ...]) -> Lock:
    if rows:
        return Lock(INSTALL_FEATURE)
    words = platform.words
    return Lock(
        INSTALL_FEATURE,
        "database_required",
        f"{words.tenant.capitalize()} {tenant} has no active database.",
        f"Database required. Please publish {words.website} or create database first: `website publish WID`, or"
        f" `database create {tenant} --website WID`.",
    )
