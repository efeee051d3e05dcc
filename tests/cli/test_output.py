"""What a call says, in every terminal and locale: one document, quiet pipes, and no character that harms."""

import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.calling import Desk, call, spawn

COMMAND = [sys.executable, "-m", "pagevoo_console"]


def environment_of(desk: Desk, **more: str) -> dict[str, str]:
    return {**os.environ, **desk.master.environment, **more}


@pytest.mark.parametrize("locale", [{"LANG": "C"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}])
@pytest.mark.parametrize("arguments", [("tenant", "list"), ("--json", "tenant", "list")])
def test_fault_19_any_locale_can_be_written_in(
    sqlite_desk: Desk, locale: dict[str, str], arguments: tuple[str, ...]
) -> None:
    sqlite_desk.add_tenant("Zoë 日本 👩‍👧")
    answer = sqlite_desk.spawn(*arguments, **locale)
    assert answer.code == 0, answer
    assert "Traceback" not in answer.err
    if "--json" in arguments:
        assert answer.document["tenants"][0]["name"] == "Zoë 日本 👩‍👧"


def test_fault_19_a_reader_who_goes_away_is_no_fault(sqlite_desk: Desk) -> None:
    for number in range(30):
        sqlite_desk.add_tenant(f"Somebody {number} " + "x" * 5000)
    with subprocess.Popen(
        [*COMMAND, "tenant", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment_of(sqlite_desk)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        error = process.stderr.read().decode()
    assert process.returncode == 0
    assert "Broken" not in error
    assert "Exception" not in error


def test_a_full_disk_behind_stdout_is_told(sqlite_desk: Desk) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, "--json", "tenant", "list"], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False,
            env=environment_of(sqlite_desk),
        )  # fmt: skip
    assert done.returncode == 1
    assert b"could not be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_fault_19_closed_streams_are_borne(sqlite_desk: Desk) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&- 2>&-', "sh", *COMMAND, "tenant", "list"],
        timeout=60, check=False, env=environment_of(sqlite_desk),
    )  # fmt: skip
    assert done.returncode == 0


def test_json_and_yes_may_stand_behind_the_noun(sqlite_desk: Desk) -> None:
    before = sqlite_desk.call("--json", "--yes", "operation", "list").document
    assert sqlite_desk.call("operation", "list", "--json", "--yes").document == before
    assert sqlite_desk.call("operation", "--json", "list").document == before


def test_progress_and_warnings_go_to_stderr(sqlite_desk: Desk) -> None:
    answer = sqlite_desk.call("--json", "tenant", "list")
    assert answer.document["total"] == 0
    assert "Reading the registry" in answer.err


def test_a_pipe_gets_neither_colours_nor_cut_lines(sqlite_desk: Desk) -> None:
    sqlite_desk.add_tenant("A name that is much longer than a line of a terminal " * 4)
    shown = sqlite_desk.spawn("tenant", "list", FORCE_COLOR="1", TERM="xterm-256color").out
    assert "\x1b" not in shown
    assert "A name that is much longer than a line of a terminal " * 4 in shown


def test_a_terminal_gets_colours_and_lines_of_its_width(sqlite_desk: Desk) -> None:
    sqlite_desk.provisioned(name="Somebody \x1b[31m" + "with a long name " * 20)
    shown = on_terminal(sqlite_desk, "tenant", "list", columns=100)
    plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", shown)
    assert "\x1b[1m" in shown
    assert "\x1b[31mwith" not in shown
    assert "⟦U+001B⟧" in plain
    assert max(len(line) for line in plain.splitlines()) <= 100


def test_a_person_is_asked_for_the_name_of_what_is_deleted(sqlite_desk: Desk) -> None:
    tenant, name = sqlite_desk.provisioned()

    shown = on_terminal(sqlite_desk, "database", "delete", tenant, typed="wrong\n", code=3)
    assert f"Type {name} to go on" in shown
    assert "into the trash" in shown
    assert name in sqlite_desk.master.databases()

    on_terminal(sqlite_desk, "database", "delete", tenant, typed=f"{name}\n")
    assert name not in sqlite_desk.master.databases()


def test_help_is_there_for_every_noun() -> None:
    top = call("--help")
    assert (top.code, top.err) == (0, "")
    for noun in ("tenant", "database", "feature", "quota", "backup", "fleet", "operation", "audit", "master",
                 "connection", "demo", "sql", "doctor", "screenshots"):  # fmt: skip
        assert noun in top.out
        assert call(noun, "-h").code == 0


def test_the_version_is_told() -> None:
    assert call("--json", "--version").document["version"].count(".") == 2


def test_starting_up_loads_nothing_heavy() -> None:
    script = (
        "import sys, pagevoo_console.cli.main; heavy = {'sqlalchemy', 'alembic', 'sqlglot', 'PySide6', 'psycopg',"
        " 'pymysql', 'rich', 'keyring', 'zstandard'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_doctor_says_what_there_is() -> None:
    found = call("--json", "doctor").document
    assert {"console", "python", "drivers", "engines", "clients", "keyring", "folders", "display"} <= found.keys()
    assert {one["name"]: one["problem"] for one in found["engines"]} == {
        "sqlite": None,
        "mysql": None,
        "postgresql": None,
    }
    assert found["keyring"]["usable"] is False
    assert all(folder["writable"] for folder in found["folders"])
    assert "MariaDB 10.11" in call("doctor").out


def test_the_demo_is_made_and_can_be_worked_on(tmp_path: Path) -> None:
    made = call("--json", "demo", "create", "--dir", str(tmp_path / "demo"), "--tenants", "12").document
    assert made == {"master_url": f"sqlite:///{tmp_path}/demo/pagevoo_core.db", "platform": "pagevoo"}
    listed = call("--json", "--master-url", made["master_url"], "tenant", "list").document
    assert listed["total"] == 12
    answer = spawn("--json", "--master-url", made["master_url"], "fleet", "status")
    assert answer.document["tenants"] == 12


def on_terminal(desk: Desk, *arguments: str, typed: str = "", code: int = 0, columns: int = 80) -> str:
    """Run on a pseudo-terminal, type when asked, and return all that was shown."""
    environment = environment_of(desk, TERM="xterm", COLUMNS=str(columns), LINES="40", LC_ALL="C.UTF-8")
    environment.pop("NO_COLOR", None)
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdin=follower, stdout=follower, stderr=follower, env=environment, close_fds=True
    )
    os.close(follower)
    shown = b""
    deadline = time.monotonic() + 60
    has_typed = not typed
    while time.monotonic() < deadline:
        try:
            piece = os.read(leader, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if not has_typed and b"to go on" in shown:
            os.write(leader, typed.encode())
            has_typed = True
    os.close(leader)
    assert process.wait(60) == code, shown.decode(errors="replace")
    return shown.decode(errors="replace")


def test_one_row_of_one_table_is_no_plural(sqlite_desk: Desk, tmp_path: Path) -> None:
    tenant, name = sqlite_desk.provisioned()
    sqlite_desk.write("CREATE TABLE only (id INTEGER)", database=name)
    sqlite_desk.write("INSERT INTO only VALUES (1)", database=name)

    assert "\n1 row, " in sqlite_desk.call("sql", tenant, "SELECT id FROM only").out
    exported = sqlite_desk.call(
        "tenant", "export", tenant, "--to", str(tmp_path / "copy"), "--format", "csv", "--tables", "only"
    )
    assert exported.out.startswith("1 row of 1 table, ")


def test_a_size_that_nobody_could_measure_is_never_called_ok(sqlite_desk: Desk) -> None:
    tenant, website = sqlite_desk.add_tenant()
    sqlite_desk.register(tenant, f"pagevoo_website_{tenant}", website)

    document = sqlite_desk.json("tenant", "show", tenant)
    assert document["database"]["state"] == "missing"
    assert document["quotas"] == []
    assert [(one["quota"], one["limit"]) for one in document["quotas_not_measured"]] == [
        ("database_size", 10_000_000_000)
    ]
    assert "not measured yet" in sqlite_desk.call("tenant", "show", tenant).out

    bare, _ = sqlite_desk.add_tenant()
    document = sqlite_desk.json("tenant", "show", bare)
    assert [(one["used"], one["level"]) for one in document["quotas"]] == [(0, "ok")]
    assert document["quotas_not_measured"] == []
