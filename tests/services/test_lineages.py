"""The runner of lineages: goes on after a kill, keeps threads apart, adopts, and tells drift. On real servers."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed, NotFound, Refused
from pagevoo_console.domain.feature import Difference
from pagevoo_console.services.lineages import Lineages
from tests.feature_schemas.databases import definitions, opened
from tests.masters import EngineServer, ServerMasters
from tests.servers import MariadbServer

FEATURE = "contact_form"
STRIDE = 3
"""Every third statement, for the sake of time: revisions differ in length, so each place in one is met by some."""


class Killed(BaseException):
    """Stands for the end of the process: SQLAlchemy closes the session at once, as a kill would."""


@pytest.fixture(scope="module")
def lineages() -> Lineages:
    return Lineages()


@contextmanager
def killed_at(connection: sa.Connection, statement: int) -> Iterator[list[str]]:
    """Let so many statements through and end the run before the next one; what was sent is in the list."""
    sent: list[str] = []

    def count(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if len(sent) == statement:
            raise Killed
        sent.append(text)

    sa.event.listen(connection.engine, "before_cursor_execute", count)
    try:
        yield sent
    finally:
        sa.event.remove(connection.engine, "before_cursor_execute", count)


# --- what there is ----------------------------------------------------------------------------------------------------


def test_a_name_that_is_nearly_right_is_told_the_right_one(lineages: Lineages) -> None:
    with pytest.raises(NotFound) as refusal:
        lineages.get("contact_from")
    assert refusal.value.hint == "Did you mean contact_form?"


def test_a_description_with_a_key_nobody_knows_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    folder.mkdir()
    (folder / "feature.toml").write_text('title = "Wiki"\ncolour = "red"\n', encoding="utf-8")
    with pytest.raises(Failed, match="colour"):
        Lineages(tmp_path).all()


def test_a_folder_without_schemas_says_so(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="no schemas"):
        Lineages(tmp_path).all()


# --- installing -------------------------------------------------------------------------------------------------------


def test_a_feature_brings_what_it_requires_and_is_installed_once(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    told: list[tuple[int, int, str]] = []
    with opened(engine_server.make_master()) as connection:
        assert lineages.installed(connection) == {}
        pending = [step.name for step in lineages.pending(connection, "blog")]
        applied = lineages.upgrade(connection, "blog", progress=lambda *seen: told.append(seen))
        assert list(applied) == pending
        assert applied[:3] == ("core_0001", "core_0002", "blog_0001")
        assert told[0] == (0, 7, "Create installed_features.")
        assert told[-1] == (7, 7, "Create blog_comments.")
        assert lineages.installed(connection) == {"core": "core_0002", "blog": "blog_0005"}
        assert lineages.upgrade(connection, "blog") == ()
        assert lineages.upgrade(connection, "core") == ()
        assert lineages.pending(connection, "blog") == ()


def test_core_counts_as_installed_with_every_feature_and_stays_until_the_last_has_gone(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    with opened(engine_server.make_master()) as connection:
        lineages.upgrade(connection, "blog")
        lineages.upgrade(connection, FEATURE)
        with pytest.raises(Refused, match="blog, contact_form"):
            lineages.downgrade(connection, "core")
        lineages.downgrade(connection, "blog")
        assert lineages.installed(connection) == {"core": "core_0002", FEATURE: "contact_form_0004"}
        lineages.downgrade(connection, FEATURE)
        assert lineages.installed(connection) == {"core": "core_0002"}
        assert lineages.downgrade(connection, "core") == ("core_0002", "core_0001")
        assert lineages.downgrade(connection, "core") == ()


def test_a_revision_of_a_newer_console_is_told_not_trampled(engine_server: EngineServer, lineages: Lineages) -> None:
    with opened(engine_server.make_master()) as connection:
        lineages.upgrade(connection, "core")
        connection.exec_driver_sql("UPDATE console_features SET version_num = 'core_0999'")
        for act in (lineages.installed, lambda session: lineages.upgrade(session, "blog")):
            with pytest.raises(Failed, match="core_0999") as failure:
                act(connection)
            assert failure.value.code == "unknown_revision"


def test_two_consoles_at_once_are_told_apart(engine_server: EngineServer, lineages: Lineages) -> None:
    """The ledger is changed by somebody else between our reading it and our writing it."""
    master = engine_server.make_master()
    with opened(master) as connection:
        lineages.upgrade(connection, "core")

        def interfere(done: int, _total: int, _title: str) -> None:
            if done == 1:
                elsewhere("DELETE FROM console_features")

        # SQLite's one writer is ourselves: nobody else gets in between.
        elsewhere = connection.exec_driver_sql if master.engine == "sqlite" else master.execute
        with pytest.raises(Failed) as failure:
            lineages.upgrade(connection, "blog", progress=interfere)
        assert failure.value.code == "concurrent_upgrade"


def test_somebody_elses_table_stops_the_run_and_is_left_alone(engine_server: EngineServer, lineages: Lineages) -> None:
    master = engine_server.make_master()
    master.execute("CREATE TABLE contact_forms (id INTEGER PRIMARY KEY, recipe VARCHAR(20))")
    with opened(master) as connection:
        with pytest.raises(Refused, match="recipe") as refusal:
            lineages.upgrade(connection, FEATURE)
        assert refusal.value.code == "table_exists"
        is_kept = engine_server.engine == "mysql"
        assert lineages.installed(connection) == ({"core": "core_0002"} if is_kept else {})
        columns = [column["name"] for column in sa.inspect(connection).get_columns("contact_forms")]
        assert columns == ["id", "recipe"]


def test_a_caller_who_holds_a_transaction_decides_about_it(tmp_path: Path, lineages: Lineages) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'tenant.db'}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        lineages.upgrade(connection, FEATURE)
    with engine.connect() as connection:
        assert FEATURE in lineages.installed(connection)
    engine.dispose()


# --- a kill at any statement ------------------------------------------------------------------------------------------


def test_a_run_that_is_ended_before_any_of_its_statements_goes_on(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    whole, broken = engine_server.make_master(), engine_server.make_master("pagevoo_broken")
    with opened(whole) as connection:
        lineages.upgrade(connection, FEATURE)
    for statement in range(1, 200, STRIDE):
        with opened(broken) as connection, killed_at(connection, statement) as sent:
            try:
                lineages.upgrade(connection, FEATURE)
                break
            except Killed:
                assert len(sent) == statement
        with opened(broken) as connection:
            lineages.upgrade(connection, FEATURE)
            assert lineages.installed(connection) == {"core": "core_0002", FEATURE: "contact_form_0004"}
            assert lineages.missing_tables(connection, FEATURE) == ()
            if statement % 4 == 0:
                assert lineages.drift(connection, FEATURE) == ()
            lineages.downgrade(connection, FEATURE)
            lineages.downgrade(connection, "core")
    assert 8 < statement < 199
    assert definitions(broken) == definitions(whole)


def test_a_removal_that_is_ended_before_any_of_its_statements_goes_on(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    master = engine_server.make_master()
    for statement in range(1, 200, STRIDE):
        with opened(master) as connection:
            lineages.upgrade(connection, FEATURE)
        with opened(master) as connection, killed_at(connection, statement):
            try:
                lineages.downgrade(connection, FEATURE)
                break
            except Killed:
                pass
        with opened(master) as connection:
            lineages.downgrade(connection, FEATURE)
            assert lineages.installed(connection) == {"core": "core_0002"}
            assert len(lineages.missing_tables(connection, FEATURE)) == 4
    assert 10 < statement < 199


KILLED_CHILD = """
import os, signal, sys
import sqlalchemy as sa
from pagevoo_console.services.lineages import Lineages
url, name, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
seen = []
def count(*arguments):
    seen.append(arguments)
    if len(seen) > left:
        os.kill(os.getpid(), signal.SIGKILL)
sa.event.listen(engine, "after_cursor_execute", count)
with engine.connect() as connection:
    Lineages().upgrade(connection, name)
"""


def test_a_killed_process_leaves_what_the_next_one_finishes(engine_server: EngineServer, lineages: Lineages) -> None:
    whole = engine_server.make_master()
    with opened(whole) as connection:
        lineages.upgrade(connection, FEATURE)
    random = Random(f"kill {engine_server.engine}")
    for _ in range(2):
        master = engine_server.make_master("pagevoo_killed")
        url = sa.make_url(master.url).set(password=master.password or None).render_as_string(hide_password=False)
        command = [sys.executable, "-c", KILLED_CHILD, url, FEATURE, str(random.randrange(3, 9))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
        with opened(master) as connection:
            lineages.upgrade(connection, FEATURE)
        assert definitions(master) == definitions(whole)


def test_a_table_whose_keys_were_not_made_yet_gets_them(engine_server: EngineServer, lineages: Lineages) -> None:
    master = engine_server.make_master()
    with opened(master) as connection:
        lineages.upgrade(connection, "core")
        metadata = sa.MetaData()
        forms = lineages.metadata(FEATURE).tables["contact_forms"].to_metadata(metadata)
        submissions = lineages.metadata(FEATURE).tables["form_submissions"].to_metadata(metadata)
        for table in (forms, submissions):
            table.indexes.clear()
            table.create(connection)
        lineages.upgrade(connection, FEATURE)
        assert lineages.drift(connection, FEATURE) == ()


# --- threads ----------------------------------------------------------------------------------------------------------

MARKING_REVISION = """
import sqlalchemy as sa

revision = "marker_0001"
down_revision = None
branch_labels = ("marker",)
depends_on = None


def upgrade(op):
    owner = op.get_bind().info["owner"]
    for number in range(5):
        op.create_table(f"marker_{owner}_{number}", sa.Column("id", sa.Integer, primary_key=True))


def downgrade(op):
    raise NotImplementedError
"""


def test_eight_threads_never_write_into_each_others_databases(mariadb_server: MariadbServer, tmp_path: Path) -> None:
    versions = tmp_path / "marker" / "versions"
    versions.mkdir(parents=True)
    (versions / "marker_0001_tables.py").write_text(MARKING_REVISION, encoding="utf-8")
    (versions.parent / "schema.py").write_text(
        "import sqlalchemy\nmetadata = sqlalchemy.MetaData()\n", encoding="utf-8"
    )
    (versions.parent / "feature.toml").write_text(
        'title = ""\ndescription = ""\nicon = ""\nkind = "feature"\ntiers = []\nrequires = []\n', encoding="utf-8"
    )
    shared = Lineages(tmp_path)
    masters = ServerMasters(mariadb_server)
    tenants = [masters.make_master("pagevoo_website") for _ in range(16)]
    together = threading.Barrier(8)

    def install(number: int) -> None:
        with opened(tenants[number]) as connection:
            connection.info["owner"] = number
            if number < 8:
                together.wait(timeout=60)
            shared.upgrade(connection, "marker")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(install, range(16)))
    for number, tenant in enumerate(tenants):
        found = {name for (name,) in tenant.execute("SHOW TABLES")}
        assert found == {"console_features", *(f"marker_{number}_{table}" for table in range(5))}
    masters.clean_up()


# --- adopting ---------------------------------------------------------------------------------------------------------


def test_an_empty_master_gets_everything_and_a_second_time_nothing(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    with opened(engine_server.make_master()) as connection:
        created = lineages.create_missing(connection, "pagevoo_master")
        assert created == lineages.get("pagevoo_master").tables
        assert lineages.create_missing(connection, "pagevoo_master") == ()
        assert lineages.drift(connection, "pagevoo_master") == ()
        connection.exec_driver_sql("DROP TABLE settings")
        assert lineages.create_missing(connection, "pagevoo_master") == ("settings",)
        assert lineages.drift(connection, "pagevoo_master") == ()


LARAVELS = {
    "sqlite": ("id INTEGER PRIMARY KEY AUTOINCREMENT", "user_id INTEGER", "DATETIME", "tinyint(1)"),
    "mysql": ("id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT", "user_id BIGINT UNSIGNED", "TIMESTAMP NULL", "BOOLEAN"),
    "postgresql": ("id BIGSERIAL PRIMARY KEY", "user_id BIGINT", "TIMESTAMP(0)", "BOOLEAN"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Could not instantiate type:sqlalchemy.exc.SAWarning")
def test_fault_64_a_master_that_the_platform_made_is_adopted_as_it_is(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    key, user_id, moment, boolean = LARAVELS[engine_server.engine]
    master = engine_server.make_master()
    master.execute(
        f"CREATE TABLE users ({key}, name VARCHAR(255) NOT NULL, email VARCHAR(255) NOT NULL UNIQUE,"
        f" tier VARCHAR(20) NOT NULL, avatar TEXT, created_at {moment})",
        f"CREATE TABLE user_websites ({key}, {user_id} NOT NULL, name VARCHAR(255), domain VARCHAR(255),"
        f" is_published {boolean}, created_at {moment})",
        "INSERT INTO users(name, email, tier) VALUES ('Ada', 'ada@example.org', 'pro')",
    )
    before = {table: said for table, said in definitions(master).items() if table in {"users", "user_websites"}}
    with opened(master) as connection:
        assert lineages.misfits(connection, "pagevoo_master") == ()
        created = lineages.create_missing(connection, "pagevoo_master")
        assert set(created) == set(lineages.get("pagevoo_master").tables) - {"users", "user_websites"}
        assert lineages.installed(connection) == {"pagevoo_master": "pagevoo_master_0010"}
    after = definitions(master)
    assert {table: after[table] for table in before} == before
    master.execute("INSERT INTO user_databases(user_id, database_name) VALUES (1, 'pagevoo_website_1')")
    with pytest.raises(Exception, match="live_user"):
        master.execute("INSERT INTO user_databases(user_id, database_name) VALUES (1, 'pagevoo_website_1')")


def test_adopting_goes_on_after_an_end_before_any_statement(mariadb_server: MariadbServer, lineages: Lineages) -> None:
    masters = ServerMasters(mariadb_server)
    for statement in range(1, 60, 11):
        master = masters.make_master()
        master.execute(
            "CREATE TABLE users (id BIGINT PRIMARY KEY, name TEXT, email TEXT, tier TEXT, created_at DATETIME)"
        )
        with opened(master) as connection, killed_at(connection, statement), pytest.raises(Killed):
            lineages.create_missing(connection, "pagevoo_master")
        with opened(master) as connection:
            lineages.create_missing(connection, "pagevoo_master")
            assert lineages.missing_tables(connection, "pagevoo_master") == ()
            assert lineages.installed(connection) == {"pagevoo_master": "pagevoo_master_0010"}
    masters.clean_up()


def test_fault_64_a_master_that_lacks_a_column_or_keeps_another_kind_in_it_is_a_misfit(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    master = engine_server.make_master()
    master.execute("CREATE TABLE users (id VARCHAR(36) PRIMARY KEY, name TEXT, tier TEXT, created_at TIMESTAMP)")
    with opened(master) as connection:
        found = lineages.misfits(connection, "pagevoo_master")
    assert [(misfit.table, misfit.kind) for misfit in found] == [("users", "type"), ("users", "missing_column")]
    assert found[0].detail == "id is VARCHAR(36), which is no whole number"
    assert found[1].detail == "there is no column email"


def test_stamping_records_without_creating(engine_server: EngineServer, lineages: Lineages) -> None:
    with opened(engine_server.make_master()) as connection:
        lineages.stamp(connection, FEATURE)
        assert lineages.installed(connection) == {"core": "core_0002", FEATURE: "contact_form_0004"}
        assert sa.inspect(connection).get_table_names() == ["console_features"]
        lineages.stamp(connection, FEATURE)


# --- drift ------------------------------------------------------------------------------------------------------------

CHANGES = {
    "sqlite": (
        "DROP INDEX form_submissions_email_idx",
        "ALTER TABLE contact_forms ADD COLUMN colour VARCHAR(20)",
        "ALTER TABLE contact_forms DROP COLUMN redirect_url",
        "DROP TABLE contact_form_ticket_messages",
        "ALTER TABLE contact_forms DROP COLUMN is_active",
        "ALTER TABLE contact_forms ADD COLUMN is_active VARCHAR(5)",
    ),
    "mysql": (
        "DROP INDEX form_submissions_email_idx ON form_submissions",
        "ALTER TABLE contact_forms ADD COLUMN colour VARCHAR(20), DROP COLUMN redirect_url,"
        " MODIFY is_active VARCHAR(5)",
        "DROP TABLE contact_form_ticket_messages",
    ),
    "postgresql": (
        "DROP INDEX form_submissions_email_idx",
        "ALTER TABLE contact_forms ADD COLUMN colour VARCHAR(20), DROP COLUMN redirect_url,"
        " ALTER is_active DROP DEFAULT, ALTER is_active DROP NOT NULL, ALTER is_active TYPE VARCHAR(5)",
        "DROP TABLE contact_form_ticket_messages",
    ),
}


def test_drift_is_told_by_table_and_column(engine_server: EngineServer, lineages: Lineages) -> None:
    master = engine_server.make_master()
    with opened(master) as connection:
        lineages.upgrade(connection, FEATURE)
    master.execute(*CHANGES[engine_server.engine], "CREATE TABLE stranger (id INTEGER PRIMARY KEY)")
    with opened(master) as connection:
        found = lineages.drift(connection, FEATURE)
        assert lineages.drift(connection, "core") == ()
    assert [(difference.table, difference.kind) for difference in found] == [
        ("contact_form_ticket_messages", "missing_table"),
        ("contact_forms", "default"),
        ("contact_forms", "extra_column"),
        ("contact_forms", "missing_column"),
        ("contact_forms", "nullable"),
        ("contact_forms", "type"),
        ("form_submissions", "missing_index"),
    ]
    assert found[5] == Difference("contact_forms", "type", "is_active is VARCHAR(5), not BOOLEAN")


def test_a_generated_column_that_became_a_plain_one_has_drifted(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    master = engine_server.make_master()
    with opened(master) as connection:
        for table in lineages.metadata("console").sorted_tables:
            copy = table.to_metadata(sa.MetaData())
            if table.name == "console_operations":
                copy.columns["live_target"].server_default = None
                copy.columns["live_target"].computed = None
            copy.create(connection)
        found = lineages.drift(connection, "console")
    assert [(difference.table, difference.kind, difference.detail) for difference in found] == [
        ("console_operations", "generated", "live_target is not generated")
    ]
