"""Every picture there is, group by group: its name, and the scene that it shows."""

from __future__ import annotations

from pagevoo_console.ui import screenshot_scenes as to
from pagevoo_console.ui.screenshot_scenes import Picture, Scene
from pagevoo_console.ui.screenshot_worlds import (
    ADOPTABLE,
    DAMAGED_BACKUP,
    DRIFTED,
    EMPTIED,
    GARBLED,
    HEALTHY,
    INTERRUPTED,
    MISSING,
    NEAR,
    NO_WEBSITE,
    NOT_A_DATABASE,
    OUTDATED,
    OVER,
    OWN_ACCOUNT,
    PARTLY,
    SYSTEM_DATABASE,
    WITHOUT,
)

_JOINED = """SELECT o.order_number, o.status, o.grand_total, c.email
  FROM shop_orders AS o
  JOIN shop_customers AS c ON c.id = o.customer_id
 ORDER BY o.id DESC"""

FULL = (
    Picture("activity-empty", to.at_activity),
    Picture("overview-filled", lambda scene: scene.workspace.show_overview()),
    Picture("tenants-filled", to.at_tenants),
    Picture("tenants-empty", to.without_tenants),
    Picture("tenant-filled", to.at_tenant(HEALTHY)),
    Picture("tenant-empty", to.at_tenant(WITHOUT)),
    Picture("tenant-failed", to.at_tenant(MISSING)),
    Picture("tenant-interrupted", to.at_tenant(INTERRUPTED)),
    Picture("operations-filled", lambda scene: scene.trigger("operations.show")),
    Picture("trash-filled", to.act("trash.show")),
    Picture("trash-undelete", to.in_trash("undeleteButton")),
    Picture("trash-purge", to.in_trash("purgeButton")),
    Picture("audit-filled", lambda scene: scene.trigger("audit.show")),
    Picture("findings-filled", lambda scene: scene.trigger("fleet.check")),
    Picture("findings-repair", to.at_repair),
    Picture("findings-all", to.in_registry_check(to.pressing("repairAllButton"))),
    Picture("servers-filled", lambda scene: scene.trigger("servers.show")),
    Picture("rows-filled", to.look_at_rows(HEALTHY, _JOINED)),
    Picture("rows-empty", to.look_at_rows(PARTLY)),
    Picture("rows-failed", to.look_at_rows(GARBLED, "DELETE FROM shop_orders")),
    Picture("create-filled", to.in_wizard("create_database", WITHOUT)),
    Picture("create-review", to.in_wizard("create_database", WITHOUT, to.NEXT, to.pressing("lockConsentBox"), to.NEXT)),
    Picture("create-empty", to.in_wizard("create_database", NO_WEBSITE)),
    Picture("create-failed", to.in_wizard("create_database", HEALTHY)),
    Picture("install-filled", to.in_wizard("install_features", PARTLY, extra=((),))),
    Picture("install-review", to.in_wizard("install_features", PARTLY, to.NEXT, extra=(("blog",),))),
    Picture("install-empty", to.in_wizard("install_features", WITHOUT, extra=((),))),
    Picture("install-failed", to.in_wizard("install_features", MISSING, extra=((),))),
    Picture("features-filled", to.at_features(HEALTHY)),
    Picture("features-outdated", to.at_features(OUTDATED)),
    Picture("features-drifted", to.at_features(DRIFTED)),
    Picture("features-empty", to.at_features(WITHOUT)),
    Picture("features-failed", to.at_features(MISSING)),
    Picture("install-database", to.in_wizard("install_features", WITHOUT, to.NEXT, *to.WAY, extra=(("shop",),))),
    Picture("install-first", to.in_wizard("install_features", WITHOUT, to.NEXT, *to.WAY, to.NEXT, extra=(("shop",),))),
    Picture("upgrade-review", to.at_feature("upgrade", OUTDATED, ("shop",))),
    Picture("upgrade-empty", to.at_feature("upgrade", HEALTHY, ())),
    Picture("disable-filled", to.at_feature("switch", HEALTHY, "shop", False)),
    Picture("uninstall-review", to.at_feature("uninstall", HEALTHY, "shop")),
    Picture("uninstall-failed", to.at_feature("uninstall", ADOPTABLE, "blog")),
    Picture("repair-filled", to.at_feature("repair", DRIFTED, ())),
    Picture("repair-review", to.at_feature("repair", DRIFTED, (), then=(to.NEXT,))),
    Picture("repair-empty", to.at_feature("repair", HEALTHY, ())),
    Picture("repair-failed", to.at_feature("repair", MISSING, ())),
    Picture("adopt-filled", to.at_feature("adopt", ADOPTABLE, "blog")),
    Picture("adopt-review", to.at_feature("adopt", ADOPTABLE, "blog", then=(to.NEXT,))),
    Picture("adopt-empty", to.at_feature("adopt", PARTLY, "blog")),
    Picture("drift-filled", to.at_feature("drift", DRIFTED)),
    Picture("drift-empty", to.at_feature("drift", HEALTHY)),
    Picture("drift-failed", to.at_feature("drift", MISSING)),
    Picture("backup-filled", to.in_wizard("back_up", HEALTHY)),
    Picture("backup-encryption", to.in_wizard("back_up", HEALTHY, to.NEXT, to.pressing("sealPassphrase"))),
    Picture("backup-review", to.in_wizard("back_up", HEALTHY, to.NEXT, to.NEXT)),
    Picture("backup-failed", to.in_wizard("back_up", MISSING, to.NEXT, to.NEXT)),
    Picture("restore-filled", to.in_wizard("restore", HEALTHY, extra=(None,))),
    Picture("restore-review", to.in_wizard("restore", HEALTHY, to.NEXT, to.NEXT, extra=(None,))),
    Picture("restore-empty", to.in_wizard("restore", PARTLY, extra=(None,))),
    Picture("restore-failed", to.restoring_lost),
    Picture("export-filled", to.in_wizard("export", HEALTHY)),
    Picture("export-review", to.in_wizard("export", HEALTHY, to.NEXT, to.NEXT, to.NEXT)),
    Picture("export-empty", to.in_wizard("export", EMPTIED, to.NEXT)),
    Picture("export-failed", to.in_wizard("export", MISSING, to.NEXT)),
    Picture("delete-filled", to.in_wizard("delete_database", HEALTHY)),
    Picture("delete-review", to.in_wizard("delete_database", HEALTHY, to.NEXT, to.NEXT)),
    Picture("delete-empty", to.in_wizard("delete_database", MISSING)),
    Picture("delete-failed", to.in_wizard("delete_database", INTERRUPTED)),
    Picture("several-filled", to.choosing(HEALTHY, DAMAGED_BACKUP, PARTLY)),
    Picture("several-failed", to.choosing(HEALTHY, WITHOUT)),
    Picture("delete-several-filled", to.deleting_several(HEALTHY, DAMAGED_BACKUP, PARTLY)),
    Picture("delete-several-keep", to.deleting_several(HEALTHY, PARTLY, then=(to.NEXT,))),
    Picture("delete-several-review", to.deleting_several(HEALTHY, DAMAGED_BACKUP, PARTLY, then=(to.NEXT, to.NEXT))),
    Picture("delete-several-failed", to.deleting_several(HEALTHY, WITHOUT)),
    Picture("frozen-filled", to.at_tenant(OVER)),
    Picture("frozen-quotas", to.look_at_quotas(OVER)),
    Picture("quotas-filled", to.look_at_quotas(NEAR)),
    Picture("quotas-empty", to.look_at_quotas(PARTLY)),
    Picture("quotas-failed", to.look_at_quotas(MISSING)),
    Picture("freeze-filled", to.in_wizard("freeze", NEAR)),
    Picture("freeze-review", to.in_wizard("freeze", NEAR, to.NEXT)),
    Picture("freeze-failed", to.in_wizard("freeze", MISSING)),
    Picture("release-filled", to.in_wizard("release", OVER, extra=(True,))),
    Picture("release-review", to.in_wizard("release", OVER, to.NEXT, extra=(True,))),
    Picture("release-failed", to.in_wizard("release", MISSING, extra=(False,))),
    Picture("websites-filled", to.at_tenant(PARTLY)),
    Picture("publish-filled", to.in_wizard("publish_website", WITHOUT, to.NEXT, extra=(None,))),
    Picture(
        "publish-review",
        to.in_wizard("publish_website", WITHOUT, to.NEXT, to.pressing("lockConsentBox"), to.NEXT, extra=(None,)),
    ),
    Picture("publish-empty", to.in_wizard("publish_website", NO_WEBSITE, extra=(None,))),
    Picture("publish-failed", to.in_wizard("publish_website", PARTLY, extra=(None,))),
    Picture("unpublish-filled", to.act("website.unpublish")),
    Picture("website-delete-filled", to.deleting_website(HEALTHY, 1)),
    Picture("website-delete-review", to.deleting_website(HEALTHY, 1, to.NEXT)),
    Picture("website-delete-failed", to.deleting_website(HEALTHY, 0)),
    Picture("website-delete-both", to.deleting_website(HEALTHY, 0, to.pressing_verb)),
    Picture("website-delete-plan", to.deleting_website(HEALTHY, 0, to.pressing_verb, to.NEXT)),
    Picture("switch-filled", to.in_wizard("switch_database", PARTLY, extra=(None,))),
    Picture("switch-loss", to.in_wizard("switch_database", HEALTHY, to.NEXT, extra=(None,))),
    Picture("switch-review", to.in_wizard("switch_database", HEALTHY, to.NEXT, to.NEXT, extra=(None,))),
    Picture("switch-empty", to.in_wizard("switch_database", DAMAGED_BACKUP, extra=(None,))),
    Picture("switch-failed", to.in_wizard("switch_database", SYSTEM_DATABASE, extra=(None,))),
    Picture("tier-filled", to.in_wizard("change_tier", HEALTHY, extra=("brochure",))),
    Picture("tier-changes", to.in_wizard("change_tier", HEALTHY, to.NEXT, extra=("brochure",))),
    Picture("tier-review", to.in_wizard("change_tier", HEALTHY, to.NEXT, to.NEXT, extra=("brochure",))),
    Picture("tier-empty", to.in_wizard("change_tier", PARTLY, to.NEXT, extra=("trial",))),
    Picture("tier-failed", to.in_wizard("change_tier", NOT_A_DATABASE, to.NEXT, extra=("pro",))),
    Picture("overview-fleet", to.at_end_of_overview),
    Picture("daily-filled", to.act("fleet.tick")),
    Picture("daily-review", to.act("fleet.tick", to.NEXT)),
    Picture("account-create-empty", to.in_wizard("create_account", HEALTHY)),
    Picture("account-remove-failed", to.in_wizard("remove_account", HEALTHY)),
    Picture("connections-filled", to.act("connection.manage")),
    Picture("connections-failed", to.testing_unreachable),
    Picture("preferences-filled", to.act("settings.show")),
    Picture("preferences-failed", to.with_damaged_preferences),
    Picture("palette-filled", to.in_palette("")),
    Picture("palette-empty", to.in_palette("nobody is called this")),
    Picture("keyboard-filled", to.act("help.keyboard")),
    Picture("activity-filled", to.after_verifying(HEALTHY)),
    Picture("activity-failed", to.after_verifying(DAMAGED_BACKUP)),
)
"""On the demo, in this order: the activity fills as pictures are taken."""

SERVED = (
    Picture("account-shared", to.at_tenant(HEALTHY)),
    Picture("account-own", to.at_tenant(OWN_ACCOUNT)),
    Picture("account-create-filled", to.in_wizard("create_account", HEALTHY)),
    Picture("account-create-review", to.in_wizard("create_account", HEALTHY, to.NEXT)),
    Picture("account-password", to.password_of_account),
    Picture("account-remove-review", to.in_wizard("remove_account", OWN_ACCOUNT)),
)
"""On the demo, with accounts as a server has them."""

EMPTY = (
    Picture("overview-empty", lambda scene: scene.workspace.show_overview()),
    Picture("findings-empty", lambda scene: scene.trigger("fleet.check")),
    Picture("servers-empty", lambda scene: scene.trigger("servers.show")),
    Picture("operations-empty", lambda scene: scene.trigger("operations.show")),
    Picture("trash-empty", to.act("trash.show")),
    Picture("audit-empty", lambda scene: scene.trigger("audit.show")),
    Picture("connections-empty", lambda scene: scene.trigger("connection.manage")),
)
"""On a master that was set up a moment ago."""


def _offline(scene: Scene) -> None:
    scene.workspace.show_tenant(HEALTHY)
    scene.window.refresh()


AWAY = (
    Picture("window-offline", _offline),
    Picture("findings-failed", lambda scene: scene.trigger("fleet.check")),
    Picture("servers-failed", to.testing_server),
    Picture("operations-failed", lambda scene: scene.trigger("operations.show")),
    Picture("trash-failed", to.act("trash.show")),
    Picture("audit-failed", lambda scene: scene.trigger("audit.show")),
)
"""In a window whose master goes away once it is open."""

ABSENT = (Picture("window-failed", lambda _scene: None),)
"""In a window whose master was never there: list and overview both say so."""
