"""Publishing, unpublishing and deleting a website, with the database that belongs to it (Pagevoo rules 3 to 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.database import DatabaseState, TenantDatabase
from pagevoo_console.domain.deletion import DeletionPlan, DeletionRequest
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.tenant import Website
from pagevoo_console.domain.website import WebsiteDeletionPlan, WebsiteDeletionRequest, WebsiteResult
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.confirmations import mismatch
from pagevoo_console.services.databases import CREATE, CreationPlan, Databases, owned_website
from pagevoo_console.services.deletions import Deletions
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.tenant_rules import PUBLISH_WEBSITE, deletion_lock, ensure, website_lock
from pagevoo_console.services.tenants import Tenants
from pagevoo_console.services.website_rows import WebsiteRows

PUBLISH = "website.publish"
UNPUBLISH = "website.unpublish"
DELETE_WEBSITE = "website.delete"


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """What publishing would do. `creation` is the database that it creates, None where the website has one.

    `steps` is empty where nothing is left to do.
    """

    website: Website
    creation: CreationPlan | None
    steps: tuple[Step, ...]


class Websites:
    """Publishes, unpublishes and deletes websites. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        tenants: Tenants,
        databases: Databases,
        deletions: Deletions,
        operations: Operations,
        audit: AuditTrail,
        rows: WebsiteRows,
    ) -> None:
        self._master = master
        self._registry = registry
        self._tenants = tenants
        self._databases = databases
        self._deletions = deletions
        self._operations = operations
        self._audit = audit
        self._rows = rows

    # --- publishing -------------------------------------------------------------------------------------------------

    def plan_publish(self, website: str) -> PublishPlan:
        """What `publish` would do. Reads only. Raises NotFound, and Refused (`locked_to_website`) by rule 3."""
        platform = self._master.platform
        with self._master.reading() as session:
            found = self._registry.website(session, website)
            self._registry.tenant(session, found.tenant)
            rows = self._registry.active_rows(session, found.tenant)
            ensure(website_lock(platform, found.tenant, rows, found, PUBLISH_WEBSITE))
        published = Step("publish", f"Publish {platform.words.website} {website}")
        if rows or not platform.lifecycle.publish_creates_database:
            return PublishPlan(found, None, () if found.is_published else (published,))
        creation = self._databases.plan_creation(found.tenant, website, publish=True)
        live = replace(published, title=f"Make it live and publish {platform.words.website} {website}")
        return PublishPlan(found, creation, (*creation.steps, live))

    def publish(self, plan: PublishPlan, job: JobContext) -> WebsiteResult:
        """Carry the plan out; creates the database where there is none. Raises Refused for the loser of a race."""
        if plan.creation is not None:
            self._databases.create(plan.creation, job)
            return self._result(plan.website.id, plan.website.tenant, CREATE)
        if plan.steps:
            try:
                self._publish_bound(plan.website)
            except Refused as error:
                self.refused(PUBLISH, plan.website, error)
                raise
        return self._result(plan.website.id, plan.website.tenant)

    def unpublish(self, website: str) -> WebsiteResult:
        """Take a website off the air; its database stays. Needs the master alone, not the server of the database."""
        with self._master.writing() as master:
            found = self._registry.website(master, website)
            if self._registry.set_published(master, found, False):
                self._noted(master, UNPUBLISH, found, False)
        return self._result(website, found.tenant)

    def refused(self, action: str, website: Website, error: Refused) -> None:
        """Note that a rule kept somebody from doing this."""
        self._audit.note(
            action, Outcome.REFUSED, tenant=website.tenant, before={"website": website.id}, detail=str(error)
        )

    # --- deleting ---------------------------------------------------------------------------------------------------

    def plan_deletion(self, request: WebsiteDeletionRequest) -> WebsiteDeletionPlan:
        """What deleting would do. Reads only; it is the dry run.

        Raises NotFound, and Refused: `website_has_database` (edge case 1), `website_has_no_database`,
        `website_referenced`, and whatever forbids the deletion of its database.
        """
        platform = self._master.platform
        word = platform.words.website
        with self._master.reading() as session:
            website = self._registry.website(session, request.website)
            rows = self._registry.active_rows(session, website.tenant)
            lock = deletion_lock(platform, website.tenant, rows, website)
            if request.with_database and lock.allowed:
                raise Refused(
                    f"{word.capitalize()} {website.id} has no database that could be deleted with it",
                    code="website_has_no_database",
                    hint="Leave --with-database out.",
                )
            if not request.with_database:
                ensure(lock)
            self._rows.ensure_deletable(session, website)
            gone = self._rows.contents(session, website)
        last = Step("website", f"Delete {word} {website.id} ({website.name or 'without a name'})", is_destructive=True)
        if not request.with_database:
            return WebsiteDeletionPlan(request, website, None, gone, (last,))
        deletion = self._deletions.plan(
            DeletionRequest(
                website.tenant,
                request.backup_to,
                request.no_backup,
                request.reason,
                request.grace_days,
                delete_website=website.id,
            )
        )
        return WebsiteDeletionPlan(request, website, deletion, gone, (*deletion.steps, last))

    def delete(
        self,
        plan: WebsiteDeletionPlan,
        confirmation: str | None,
        job: JobContext,
        *,
        database_confirmation: str = "",
    ) -> WebsiteResult:
        """Carry the plan out, or take up what a crash left of it.

        `confirmation` must be the website's name, code point for code point; None is nobody's name. A website that has
        a database is deleted with it, as one operation, and `database_confirmation` must be that database's name.
        """
        website = plan.website
        if confirmation is None or confirmation != website.name:
            error = mismatch(website.name or '"" (the name is empty)')
            self.refused(DELETE_WEBSITE, website, error)
            raise error
        if plan.deletion is None:
            self._delete_alone(website)
            return WebsiteResult(website, self._live_database(website.tenant))
        return self._delete_both(website, plan.deletion, database_confirmation, job)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _publish_bound(self, website: Website) -> None:
        """Publish the website that the active database is bound to, while nobody deletes that database beside us."""
        if not self._has_database(website.tenant):
            with self._master.writing() as master:
                self._operations.ensure_idle(master, website.tenant)
                self._set_published(master, website)
            return
        located = self._tenants.locate(website.tenant)
        with self._operations.holding(website.tenant, located.server) as session:
            if not located.engine.exists(session, located.database.name):
                raise Refused(
                    f"{located.database.name} is not there, though the registry says so: the website would not work",
                    code="database_missing",
                    hint="Restore a backup of it, or delete it in the registry too: `database delete`.",
                )
            with self._master.writing() as master:
                self._registry.lock_tenant(master, website.tenant)
                self._set_published(master, website)

    def _set_published(self, master: sa.Connection, website: Website) -> None:
        rows = self._registry.active_rows(master, website.tenant)
        fresh = owned_website(self._registry, master, website.tenant, website.id)
        ensure(website_lock(self._master.platform, website.tenant, rows, fresh, PUBLISH_WEBSITE))
        if self._master.platform.lifecycle.publish_creates_database and not rows:
            raise Refused(
                f"The database of {self._master.platform.words.website} {website.id} was deleted meanwhile",
                code="database_required",
                hint="Publish it again.",
            )
        if self._registry.set_published(master, fresh, True):
            self._noted(master, PUBLISH, fresh, True)

    def _delete_alone(self, website: Website) -> None:
        try:
            with self._master.writing() as master:
                self._registry.lock_tenant(master, website.tenant)
                self._operations.ensure_idle(master, website.tenant)
                fresh = self._registry.website(master, website.id)
                rows = self._registry.active_rows(master, website.tenant)
                ensure(deletion_lock(self._master.platform, website.tenant, rows, fresh))
                if (fresh.tenant, fresh.name) != (website.tenant, website.name):
                    raise Refused(
                        "This is not the website that was planned for: its name or its owner has changed since",
                        code="website_changed",
                        hint="Look at the new plan first.",
                    )
                gone = self._rows.delete(master, fresh)
                self._audit.append(
                    master, DELETE_WEBSITE, Outcome.DONE, tenant=website.tenant, before=_facts(fresh),
                    after={"rows": gone},
                )  # fmt: skip
        except Refused as error:
            self.refused(DELETE_WEBSITE, website, error)
            raise

    def _delete_both(
        self, website: Website, deletion: DeletionPlan, confirmation: str, job: JobContext
    ) -> WebsiteResult:
        done = self._deletions.run(deletion, confirmation, job)
        return WebsiteResult(website, None, done.operation, done.backup, done.backup_path)

    def _noted(self, master: sa.Connection, action: str, website: Website, is_published: bool) -> None:
        self._audit.append(
            master, action, Outcome.DONE, tenant=website.tenant, before=_facts(website),
            after={"website": website.id, "published": is_published},
        )  # fmt: skip

    def _has_database(self, tenant: str) -> bool:
        with self._master.reading() as session:
            return bool(self._registry.active_rows(session, tenant))

    def _result(self, website: str, tenant: str, kind: str | None = None) -> WebsiteResult:
        """The website as it is now, and the operation of that kind that has just ended."""
        with self._master.reading() as session:
            found = self._registry.website(session, website)
            rows = self._registry.active_rows(session, tenant)
        found = replace(found, has_database=any(row.website == website for row in rows))
        operation = None
        if kind is not None:
            done = self._operations.list(tenant=tenant, limit=20)
            operation = next((one.id for one in done if one.kind == kind), None)
        return WebsiteResult(found, self._live_database(tenant) if rows else None, operation)

    def _live_database(self, tenant: str) -> TenantDatabase | None:
        with self._master.reading() as session:
            if not self._registry.active_rows(session, tenant):
                return None
        database = self._tenants.show(tenant).database
        return None if database is None or database.state is DatabaseState.DELETED else database


def _facts(website: Website) -> dict[str, Any]:
    return {
        "website": website.id, "name": website.name, "domain": website.domain, "published": website.is_published,
    }  # fmt: skip
