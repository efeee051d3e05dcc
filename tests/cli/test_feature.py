"""`feature`: every verb with its JSON and its exit code; what is done already is 0."""

from __future__ import annotations

from tests.cli.calling import Desk

FEATURE = {"name", "title", "state", "revision", "head", "tables", "requires", "disabled_by"}


def states(desk: Desk, tenant: str) -> dict[str, str]:
    return {one["name"]: one["state"] for one in desk.json("feature", "list", tenant)["features"]}


def test_a_feature_is_disabled_enabled_and_uninstalled(desk: Desk) -> None:
    tenant, database = desk.provisioned()
    desk.json("feature", "install", tenant, "blog")

    off = desk.json("feature", "disable", tenant, "blog")
    assert off["ok"] is True
    assert off["operation"]
    assert off["feature"].keys() >= FEATURE
    assert (off["feature"]["state"], off["feature"]["disabled_by"]) == ("disabled", "user")
    assert desk.json("feature", "disable", tenant, "blog")["operation"] is None
    on = desk.json("feature", "enable", tenant, "blog")
    assert (on["feature"]["state"], on["feature"]["disabled_by"]) == ("installed", None)

    planned = desk.json("feature", "uninstall", tenant, "blog", "--dry-run")
    assert planned["tables"][-1] == "blog_categories"
    assert [step["name"] for step in planned["steps"]] == ["backup", "verify", "compare", "drop", "forget"]
    assert desk.refused("feature", "uninstall", tenant, "blog", code=3) == "confirmation_mismatch"
    assert desk.refused("feature", "uninstall", tenant, "blog", "--confirm", "BLOG", code=3) == "confirmation_mismatch"
    assert states(desk, tenant)["blog"] == "installed"
    gone = desk.json("feature", "uninstall", tenant, "blog", "--confirm", "blog")
    assert (gone["feature"]["state"], bool(gone["operation"])) == ("available", True)
    assert desk.json("feature", "uninstall", tenant, "blog", "--confirm", "blog")["operation"] is None
    assert desk.write("SELECT feature_type FROM installed_features", database=database) == []


def test_an_outdated_feature_is_upgraded(desk: Desk) -> None:
    tenant, database = desk.provisioned()
    desk.json("feature", "install", tenant, "blog")
    for statement in (
        "DROP TABLE blog_comments",
        "UPDATE console_features SET version_num = 'blog_0004'",
    ):
        desk.write(statement, database=database)
    assert states(desk, tenant)["blog"] == "outdated"
    planned = desk.json("feature", "upgrade", tenant, "--dry-run")
    assert [one["revision"] for one in planned["revisions"]] == ["blog_0005"]
    done = desk.json("feature", "upgrade", tenant)
    assert (done["upgraded"], done["feature"]["state"]) == (["blog"], "installed")
    again = desk.json("feature", "upgrade", tenant, "blog")
    assert (again["operation"], again["upgraded"], again["already"]) == (None, [], ["blog"])
    assert again["feature"]["state"] == "installed"
    assert desk.refused("feature", "upgrade", tenant, "shop", code=3) == "not_installed"


def test_core_is_upgraded_like_a_feature(sqlite_desk: Desk) -> None:
    tenant, database = sqlite_desk.provisioned()
    sqlite_desk.write("DROP TABLE feature_settings", database=database)
    sqlite_desk.write("UPDATE console_features SET version_num = 'core_0001'", database=database)
    assert sqlite_desk.json("fleet", "status")["outdated"] == [tenant]
    planned = sqlite_desk.json("feature", "upgrade", tenant, "--dry-run")
    assert planned["upgrade"] == ["core"]
    assert [(one["feature"], one["revision"]) for one in planned["revisions"]] == [("core", "core_0002")]

    done = sqlite_desk.json("feature", "upgrade", tenant, "core")

    assert (done["upgraded"], done["feature"]) == (["core"], None)
    assert sqlite_desk.json("fleet", "status")["outdated"] == []


def test_an_installation_is_rehearsed_where_that_is_asked_for(sqlite_desk: Desk) -> None:
    tenant, _ = sqlite_desk.provisioned()
    planned = sqlite_desk.json("feature", "install", tenant, "blog", "--rehearse", "--dry-run")
    steps = [step["name"] for step in planned["steps"]]
    assert steps == ["backup", "verify", "rehearse", "tables", "record"]
    done = sqlite_desk.json("feature", "install", tenant, "blog", "--rehearse")
    assert done["feature"]["state"] == "installed"
    assert sqlite_desk.json("backup", "list", "--tenant", tenant)["total"] == 1


def test_drift_says_what_can_be_mended_and_repair_mends_it(desk: Desk) -> None:
    tenant, database = desk.provisioned()
    desk.json("feature", "install", tenant, "blog")
    desk.write("DROP TABLE blog_comments", database=database)
    (difference,) = desk.json("feature", "drift", tenant)["differences"]
    assert (difference["table"], difference["kind"], difference["repairable"]) == (
        "blog_comments", "missing_table", True,
    )  # fmt: skip
    planned = desk.json("feature", "repair", tenant, "--dry-run")
    (repair,) = planned["repairs"]
    assert repair["statements"][0].startswith("CREATE TABLE")
    assert planned["backup"] is False
    assert desk.json("feature", "drift", tenant)["differences"]
    done = desk.json("feature", "repair", tenant, "blog")
    assert (done["left"], bool(done["operation"])) == ([], True)
    assert desk.json("feature", "repair", tenant)["operation"] is None


def test_what_laravel_made_is_listed_and_adopted(desk: Desk) -> None:
    tenant, database = desk.provisioned()
    desk.json("feature", "install", tenant, "blog")
    for statement in (
        "UPDATE console_features SET version_num = 'core_0002'",
        "DELETE FROM installed_features",
        "CREATE TABLE migrations (id INTEGER PRIMARY KEY, migration VARCHAR(255), batch INTEGER)",
        "INSERT INTO migrations VALUES (1, '2025_11_22_400001_create_blog_posts_table', 1)",
    ):
        desk.write(statement, database=database)
    listed = desk.json("feature", "list", tenant)
    assert listed["laravel"] == ["2025_11_22_400001_create_blog_posts_table"]
    assert states(desk, tenant)["blog"] == "drifted"
    planned = desk.json("feature", "adopt", tenant, "blog", "--dry-run")
    assert (planned["repairs"], [step["name"] for step in planned["steps"]]) == ([], ["stamp", "record"])
    done = desk.json("feature", "adopt", tenant, "blog")
    assert (done["feature"]["state"], bool(done["operation"])) == ("installed", True)
    assert desk.json("feature", "adopt", tenant, "blog")["operation"] is None
    assert desk.refused("feature", "adopt", tenant, "shop", code=3) == "nothing_to_adopt"


def test_without_a_database_every_change_says_what_the_document_says(desk: Desk) -> None:
    tenant, _ = desk.add_tenant()
    for verb in (("install", "blog"), ("upgrade",), ("disable", "blog"), ("enable", "blog"), ("repair",),
                 ("adopt", "blog"), ("uninstall", "blog", "--confirm", "blog")):  # fmt: skip
        answer = desk.call("--json", "feature", verb[0], tenant, *verb[1:], code=3)
        assert answer.document["error"]["code"] == "database_required"
        assert answer.document["error"]["message"] == (
            "Database required. Please publish website or create database first."
        )


def test_the_way_people_read_it(desk: Desk) -> None:
    tenant, database = desk.provisioned()
    desk.json("feature", "install", tenant, "blog")
    desk.write("DROP TABLE blog_comments", database=database)
    assert "yes" in desk.call("feature", "drift", tenant).out
    assert "CREATE TABLE blog_comments" in desk.call("feature", "repair", tenant, "--dry-run").out
    assert "No difference" in desk.call("feature", "repair", tenant).out
    assert "Blog is disabled" in desk.call("feature", "disable", tenant, "blog").out
