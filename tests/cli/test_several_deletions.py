"""`database delete` of several, as programs see it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from tests.cli.calling import Desk, database_of


def test_several_are_deleted_by_their_count(desk: Desk) -> None:
    (one, name), (two, _) = desk.provisioned(), desk.provisioned()
    planned = desk.json("database", "delete", one, two, "--dry-run")
    assert (planned["count"], planned["confirmation"], planned["skipped"]) == (2, "2", [])
    assert [each["tenant"] for each in planned["deletions"]] == [one, two]
    assert planned["tables"] == sum(each["tables"] for each in planned["deletions"])

    assert desk.refused("database", "delete", one, two, code=3) == "confirmation_mismatch"
    assert desk.refused("--yes", "database", "delete", one, two, "--confirm-count", "1", code=3)
    assert desk.refused("database", "delete", one, two, "--confirm", name, code=2) == "usage"
    assert desk.refused("database", "delete", one, two, "--confirm-count", "2", "--grace", "0", code=3)
    assert desk.refused("database", "delete", one, two, "--no-backup", "--reason", "no", code=2) == "usage"
    assert name in desk.master.databases()

    done = desk.json("database", "delete", one, two, "--confirm-count", "2", "--pause", "0", "--reason", "moved away")
    assert (done["ok"], done["failed"], done["left"], done["operation"]) == (True, [], [], None)
    assert [each["tenant"] for each in done["done"]] == [one, two]
    assert desk.json("database", "trash")["total"] == 2
    assert {each["reason"] for each in desk.json("database", "trash")["trash"]} == {"moved away"}
    assert desk.refused("database", "delete", one, two, "--confirm-count", "2", code=3) == "nothing_left"


def test_a_surprise_on_the_way_is_exit_code_4_and_says_who_is_left(desk: Desk) -> None:
    (one, _), (two, name), (three, _) = (desk.provisioned() for _ in range(3))

    def slip_in() -> None:
        while database_of(one) in desk.master.databases():
            time.sleep(0.02)
        desk.write("CREATE TABLE slipped_in (id INT PRIMARY KEY)", database=name)

    with ThreadPoolExecutor(1) as pool:
        slipped = pool.submit(slip_in)
        document = desk.json("database", "delete", one, two, three, "--confirm-count", "3", "--pause", "1", code=4)
        slipped.result()

    assert document["ok"] is False
    assert [each["tenant"] for each in document["done"]] == [one]
    assert document["failed"][0]["tenant"] == two
    assert document["left"] == [three]
    assert name in desk.master.databases()
