"""Our types as the contract's JSON, one whole value against another."""

from datetime import UTC, datetime
from pathlib import Path

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.main import hoisted
from pagevoo_console.domain.backup import Backup, TableVerdict, Verdict
from pagevoo_console.domain.database import DatabaseState, TenantDatabase
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.quota import QuotaUsage
from pagevoo_console.domain.tenant import Tenant

MOMENT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_tenant_and_its_database() -> None:
    database = TenantDatabase("pagevoo_website_7", "sqlite", "master", "3", DatabaseState.ACTIVE, created_at=MOMENT)
    assert words.tenant(Tenant("7", "Ada", "ada@example.org", "pro", "active", "9", database)) == {
        "id": "7", "name": "Ada", "email": "ada@example.org", "tier": "pro", "status": "active",
        "locked_to_website": "9", "created_at": None,
        "database": {
            "name": "pagevoo_website_7", "engine": "sqlite", "server": "master", "exclusive": True,
            "size_bytes": None, "created_at": "2026-03-29T01:30:00Z", "state": "active", "website": None,
            "deleted_at": None, "note": "",
        },
    }  # fmt: skip


def test_a_quota_near_its_limit() -> None:
    usage = QuotaUsage("database", 45, 50, "bytes", "Database size", MOMENT)
    assert words.quota(usage) == {
        "quota": "database", "used": 45, "limit": 50, "unit": "bytes", "level": "near", "runs_out_at": None,
        "runs_out_in_days": None,
        "title": "Database size", "measured_at": "2026-03-29T01:30:00Z", "exact": True,
    }  # fmt: skip
    assert words.quota(QuotaUsage("database", 45, None, "bytes"))["level"] == "unlimited"
    assert words.quota(QuotaUsage("database", 50, 50, "bytes"))["level"] == "over"


def test_a_backup() -> None:
    backup = Backup("b1", "7", "d", "3", Path("/b/d.sql.zst"), 10, MOMENT, "ab", False, None, {"t": 2}, "sqlite")
    assert words.backup(backup) == {
        "id": "b1", "tenant": "7", "database": "d", "generation": "3", "path": "/b/d.sql.zst", "place": None,
            "size_bytes": 10,
        "created_at": "2026-03-29T01:30:00Z", "sha256": "ab", "encrypted": False, "verified_at": None,
        "tables": {"t": 2}, "engine": "sqlite",
    }  # fmt: skip


def test_a_verdict_that_says_no() -> None:
    verdict = Verdict(False, False, (TableVerdict("t", 1, False, "the rows differ"),), ("t: the rows differ",))
    assert words.verdict(verdict) == {
        "ok": False, "quick": False, "verified_at": None, "problems": ["t: the rows differ"],
        "tables": [{"name": "t", "rows": 1, "matches": False, "problem": "the rows differ"}],
    }  # fmt: skip


def test_an_error_and_a_page() -> None:
    assert words.error(Refused("No", code="rule", hint="Ask")) == {
        "error": {"code": "rule", "message": "No", "hint": "Ask"}
    }
    assert words.listing("things", [{"a": 1}], 7) == {"total": 7, "things": [{"a": 1}]}


def test_options_of_every_command_are_moved_to_the_front_up_to_the_dashes() -> None:
    assert hoisted(["tenant", "list", "--json", "--search", "x"]) == ["--json", "tenant", "list", "--search", "x"]
    assert hoisted(["sql", "7", "--", "--json"]) == ["sql", "7", "--", "--json"]
    assert hoisted([]) == []


def test_figures_are_told_as_people_read_them() -> None:
    sizes = {
        None: "-",
        0: "0 B",
        999: "999 B",
        1000: "1.0 kB",
        999_949: "999.9 kB",
        999_950: "1.0 MB",
        52_900_000: "52.9 MB",
    }
    assert {size: formats.size(size) for size in sizes} == sizes
    now = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    ages = {
        MOMENT: "10 h", datetime(2026, 3, 29, 11, 59, 48, tzinfo=UTC): "12 s",
        datetime(2026, 3, 1, 12, 0, tzinfo=UTC): "28 d", datetime(2025, 9, 29, 12, 0, tzinfo=UTC): "5 mo",
        datetime(2020, 1, 1, tzinfo=UTC): "6 y", datetime(2027, 1, 1, tzinfo=UTC): "0 s",
    }  # fmt: skip
    assert {moment: formats.age(moment, now) for moment in ages} == ages
    assert [formats.duration(seconds) for seconds in (5, 65, 3700)] == ["5 s", "1 min 05 s", "1 h 01 min"]
