"""Bad input, missing servers and refused rules: a clear error, the right exit code, and nothing changed."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calling import Answer, Desk, call, database_of, spawn
from tests.servers import MariadbServer, PostgresqlServer, free_port

HOSTILE = (
    "'; DROP TABLE users; --",
    '"quoted" `ticked`',
    "two\nlines\r\tand a tab",
    "emoji 👩‍👩‍👧 and ümläut",
    "<b>bold</b><img src=x onerror=alert(1)>",
    "right \u202eto left\u2066 and \u200bzero",
    "\x1b[2J\x1b]0;title\x07\x9b31m",
    "[red]markup[/red] :smile: %s {0} %(a)s",
    "=cmd|' /C calc'!A0",
    "long " * 40,
)


UNSEEN = {"\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u200b", "\r"}
UNKNOWN = ("999999999", "nobody", "42abc", "-1", "1 OR 1=1", "½", "../../etc", "")


def test_an_unknown_tenant_is_an_error_of_its_own(desk: Desk) -> None:
    for tenant in UNKNOWN:
        assert desk.refused("tenant", "show", "--", tenant, code=1) == "not_found"
    for noun, verb, *options in (
        ("database", "status"), ("database", "check"), ("database", "delete", "--confirm", "x"),
        ("feature", "list"), ("quota", "show"), ("backup", "create"),
    ):  # fmt: skip
        assert desk.refused(noun, verb, *options, "--", "999999999", code=1) == "not_found"


@pytest.mark.parametrize(
    "arguments",
    [
        ("bogus",), ("tenant",), ("tenant", "bogus"), ("tenant", "show"), ("tenant", "list", "--sort", "bogus"),
        ("tenant", "list", "--limit", "-1"), ("tenant", "list", "--limit", "many"), ("tenant", "list", "--bogus"),
        ("tenant", "list", "--tier", "bogus"), ("tenant", "list", "--state", "bogus"), ("database", "create", "1"),
        ("quota", "list", "--level", "x"), ("tenant", "export", "1", "--to", "x", "--format", "bogus"),
        ("database", "delete", "1", "--no-backup", "--backup-to", "x"),
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_2_with_a_document(sqlite_desk: Desk, arguments: tuple[str, ...]) -> None:
    assert sqlite_desk.refused(*arguments, code=2) == "usage"


@pytest.mark.parametrize(
    "options",
    [
        ("--platform", "bogus"), ("--tls", "bogus"), ("--master-url", "bogus"), ("--master-url", "oracle://a@b/c"),
        ("--master-url", "sqlite:///x.db", "--connection", "y"), ("--master-url", "mysql+pymysql://u@h:0/db"),
    ],
)  # fmt: skip
def test_global_options_that_cannot_be_are_exit_2(options: tuple[str, ...]) -> None:
    answer = call("--json", *options, "tenant", "list")
    assert answer.code == 2
    assert answer.document["error"]["message"]


def test_a_password_in_a_url_is_refused_and_never_repeated() -> None:
    url = "mysql+pymysql://root:canary-4711@127.0.0.1/pagevoo_core"
    for answer in (
        call("--json", "--master-url", url, "tenant", "list"),
        call("--json", "tenant", "list", environment={"PAGEVOO_MASTER_URL": url}),
        call("--json", "connection", "add", "x", "--url", url),
        call("--json", "--master-url", f"{url}?bogus=1", "tenant", "list"),
    ):
        assert answer.code == 2
        assert "canary" not in answer.out + answer.err
    assert call("--json", "--master-url", url, "tenant", "list").error_code == "password_in_url"


def test_without_a_master_there_is_a_hint_what_to_do() -> None:
    answer = call("--json", "tenant", "list")
    assert (answer.code, answer.error_code) == (1, "no_connection")
    assert "demo" in answer.document["error"]["hint"]


@pytest.mark.parametrize("scheme", ["mysql+pymysql", "postgresql+psycopg"])
def test_a_server_that_is_not_there_is_exit_5(scheme: str) -> None:
    for host in (f"127.0.0.1:{free_port()}", "no-such-host.invalid"):
        answer = call("--json", "--tls", "off", "--master-url", f"{scheme}://u@{host}/pagevoo_core", "tenant", "list")
        assert (answer.code, answer.error_code) == (5, "unreachable"), answer


def test_a_folder_that_is_not_there_is_exit_5(tmp_path: Path) -> None:
    answer = call("--json", "--master-url", f"sqlite:///{tmp_path}/nowhere/pagevoo_core.db", "tenant", "list")
    assert (answer.code, answer.error_code) == (5, "unreachable")


def test_a_wrong_password_is_exit_5_on_mariadb(mariadb_server: MariadbServer) -> None:
    assert _with_wrong_password(mariadb_server.url("mysql")).error_code == "access_denied"


def test_a_wrong_password_is_exit_5_on_postgresql(postgresql_server: PostgresqlServer) -> None:
    assert _with_wrong_password(postgresql_server.url("postgres")).error_code == "access_denied"


def _with_wrong_password(url: str) -> Answer:
    answer = call("--json", "--master-url", url, "tenant", "list", environment={"PAGEVOO_MASTER_PASSWORD": "canary-77"})
    assert answer.code == 5
    assert "canary" not in answer.out + answer.err
    return answer


def test_fault_64_a_master_of_another_platform_is_told_from_ours(empty_desk: Desk) -> None:
    assert empty_desk.refused("tenant", "list", code=1) == "not_a_master"
    empty_desk.write("CREATE TABLE users (uid INTEGER PRIMARY KEY, login VARCHAR(20))")
    assert empty_desk.refused("tenant", "list", code=1) == "not_a_master"
    answer = empty_desk.call("--json", "master", "init", code=3)
    assert answer.error_code == "master_misfit"
    assert "users" in answer.document["error"]["message"]
    assert empty_desk.write("SELECT count(*) FROM users") == [(0,)]


def test_fault_59_60_seed_s6_a_row_that_names_what_is_not_the_tenants_is_never_followed(desk: Desk) -> None:
    victim, victims_database = desk.provisioned()
    system = {"sqlite": desk.master.name, "mysql": "mysql", "postgresql": "postgres"}[desk.engine]
    for named in (victims_database, system, desk.master.name, "../../etc/passwd", "x`; DROP DATABASE y", ""):
        tenant, website = desk.add_tenant()
        desk.register(tenant, named, website)
        delete = ("database", "delete", tenant, "--confirm", named)
        assert desk.refused(*delete, code=3) == "wrong_database_name", named
    for noun, verb, *options in (
        ("backup", "create"), ("feature", "install", "shop"), ("database", "check"), ("quota", "show"),
    ):  # fmt: skip
        assert desk.refused(noun, verb, tenant, *options, code=3) == "wrong_database_name"
    assert desk.json("tenant", "show", tenant)["database"]["state"] == "missing"
    assert victims_database in desk.master.databases()
    assert desk.json("database", "status", victim)["state"] == "active"


def test_fault_55_a_row_of_a_database_that_is_not_there_is_missing_and_can_be_cleared(desk: Desk) -> None:
    tenant, website = desk.add_tenant()
    desk.register(tenant, database_of(tenant), website)

    assert desk.json("database", "status", tenant)["state"] == "missing"
    desk.refused("backup", "create", tenant, code=1)
    check = desk.json("database", "check", tenant, code=1)
    assert (check["reachable"], bool(check["problem"])) == (False, True)

    deleted = desk.json("database", "delete", tenant, "--confirm", database_of(tenant))
    assert (deleted["ok"], deleted["backup"]) == (True, None)
    assert desk.json("database", "status", tenant)["state"] == "deleted"


def test_the_platforms_rules_are_exit_3(desk: Desk) -> None:
    tenant, website = desk.add_tenant()
    stranger, strangers_website = desk.add_tenant()
    create = ("database", "create", tenant, "--website")

    assert desk.refused("feature", "list", tenant, code=3) == "database_required"
    assert desk.refused(*create, strangers_website, code=3) == "not_the_owner"
    assert desk.refused(*create, "123456789", code=1) == "not_found"
    desk.json(*create, website)
    assert desk.refused(*create, website, code=3) == "database_exists"
    delete = ("database", "delete", tenant, "--confirm", database_of(tenant))
    assert desk.refused(*delete, "--grace", "-1", code=2) == "usage"
    assert desk.refused("database", "undelete", "1", code=3) == "not_in_trash"
    assert desk.refused("database", "purge", "one", code=1) == "not_found"
    assert desk.refused(*delete, "--no-backup", code=3) == "reason_required"
    assert desk.refused("database", "delete", tenant, code=3) == "confirmation_mismatch"
    assert desk.refused("--yes", "database", "delete", tenant, code=3) == "confirmation_mismatch"
    assert desk.refused("feature", "install", tenant, "bogus", code=1) == "not_found"
    assert desk.refused("backup", "verify", "bogus", code=1) == "not_found"
    assert desk.refused("operation", "resume", "999999", code=1) == "not_found"
    assert database_of(tenant) in desk.master.databases()
    assert stranger != tenant


def test_a_feature_that_the_tier_has_not_is_refused(desk: Desk) -> None:
    tenant, _ = desk.provisioned(tier="brochure")
    assert desk.refused("feature", "install", tenant, "shop", code=3) == "not_in_tier"


def test_fault_91_hostile_names_are_told_exactly_in_json_and_harmlessly_to_people(desk: Desk) -> None:
    tenants = {desk.add_tenant(name)[0]: name for name in HOSTILE}

    listed = {one["id"]: one["name"] for one in desk.json("tenant", "list")["tenants"]}
    assert listed == tenants
    shown = desk.call("tenant", "list").out
    assert not UNSEEN & set(shown)
    for word in ("⟦U+000A⟧", "⟦U+001B⟧", "⟦U+202E⟧", "⟦U+009B⟧", "[red]markup[/red]"):
        assert word in shown
    raw = desk.call("--json", "tenant", "list").out
    assert not UNSEEN & set(raw.removesuffix("\n"))


@pytest.mark.parametrize("name", HOSTILE)
def test_fault_78_91_a_tenant_with_a_hostile_name_is_served_like_any_other(sqlite_desk: Desk, name: str) -> None:
    tenant, website = sqlite_desk.add_tenant(name)
    sqlite_desk.json("database", "create", tenant, "--website", website)
    assert sqlite_desk.json("tenant", "show", tenant)["name"] == name
    for arguments in (("tenant", "show", tenant), ("database", "delete", tenant, "--dry-run")):
        assert not UNSEEN & set(sqlite_desk.call(*arguments).out)
    assert sqlite_desk.json("database", "delete", tenant, "--confirm", database_of(tenant))["ok"]


def test_a_second_console_at_work_is_busy(desk: Desk) -> None:
    tenant, website = desk.add_tenant()
    killed = desk.spawn("database", "create", tenant, "--website", website,
                        PAGEVOO_FAIL="database.create.after.create=kill")  # fmt: skip
    assert killed.code == -9
    desk.register(tenant, database_of(tenant), website)
    assert desk.refused("backup", "create", tenant, code=3) == "busy"


def test_fault_12_a_full_disk_is_told_and_leaves_nothing(sqlite_desk: Desk, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: it is reached in the middle of a table."""
    tenant, name = sqlite_desk.provisioned()
    sqlite_desk.write("CREATE TABLE big (a TEXT)", database=name)
    sqlite_desk.write("INSERT INTO big VALUES ({0})", secrets.token_hex(2_000_000), database=name)
    target = tmp_path / "target"
    for arguments in (
        ("backup", "create", tenant, "--to", str(target)),
        ("tenant", "export", tenant, "--to", str(target), "--format", "csv"),
        ("database", "delete", tenant, "--confirm", name, "--backup-to", str(target)),
    ):
        command = ["sh", "-c", 'ulimit -f 1000; exec "$@"', "sh", sys.executable, "-m", "pagevoo_console", "--json"]
        done = subprocess.run(
            [*command, *arguments], env={**os.environ, **sqlite_desk.master.environment}, capture_output=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 1, done
        assert json.loads(done.stdout)["error"]["code"] == "disk_full"
        assert b"Traceback" not in done.stderr
        assert not target.exists() or not list(target.iterdir())
    assert sqlite_desk.json("operation", "list")["total"] == 0
    assert sqlite_desk.json("database", "status", tenant)["state"] == "active"


def test_a_damaged_master_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "pagevoo_core.db"
    path.write_bytes(b"no database at all" * 100)
    answer = call("--json", "--master-url", f"sqlite:///{path}", "tenant", "list")
    assert (answer.code, answer.error_code) == (1, "corrupt")


def test_a_fault_of_our_own_is_a_report_and_not_a_traceback(pagevoo_home: Path) -> None:
    script = (
        "from pagevoo_console.services import doctor; doctor.examine = lambda: 1 / 0\n"
        "from pagevoo_console.cli.main import main; raise SystemExit(main(['--json', 'doctor']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stdout + done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "bug"
    (report,) = (pagevoo_home / "state" / "bug-reports").iterdir()
    assert "ZeroDivisionError" in report.read_text()
    assert report.stat().st_mode & 0o077 == 0


def test_the_window_has_no_json_answer() -> None:
    assert spawn("--json").code == 2
