"""The console's own services find the demo as it is meant: what is healthy, what is broken, what can be resumed."""

import pytest

from pagevoo_console.demo.faults import FAULTS, Fault
from pagevoo_console.demo.platform import PLATFORM, create_demo
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.quota import QuotaLevel
from pagevoo_console.domain.server import Connection, Environment
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.console import Console
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import shipped_lineages
from pagevoo_console.services.platforms.reader import Platforms
from pagevoo_console.services.secrets import Secrets
from pagevoo_console.services.server_url import parse_master_url
from pagevoo_console.services.settings import Folders
from tests.demo.conftest import TODAY
from tests.demo.looking import Demo


def one(fault: Fault) -> str:
    """The only customer with this fault."""
    (number,) = [number for number, found in FAULTS.items() if found is fault]
    return str(number)


def opened(demo: Demo) -> Console:
    """The console on the demo, as its address opens it."""
    server, database, _ = parse_master_url(create_demo(demo.folder).master_url)
    engines = Engines()
    connection = Connection("demo", PLATFORM, server, database, Environment.DEMO)
    platform = Platforms(engines).get(PLATFORM)
    return Console(
        connection, platform, Connections(engines, Secrets()), shipped_lineages(), Folders.of_this_user().make()
    )


@pytest.fixture
def console(demo: Demo) -> Console:
    """The console on the demo that nobody changes."""
    return opened(demo)


@pytest.mark.parametrize("tenant", ["1", "2", "3", "4"])
def test_the_first_customers_have_what_their_lineages_say(console: Console, tenant: str) -> None:
    assert console.features.drift(tenant) == ()
    states = {feature.state for feature in console.features.list(tenant)}
    assert states <= {FeatureState.INSTALLED, FeatureState.AVAILABLE}


def test_a_drifted_shop_is_told_in_three_differences(console: Console) -> None:
    drift = console.features.drift(one(Fault.DRIFTED_SCHEMA))

    assert sorted((difference.table, difference.kind) for difference in drift) == [
        ("shop_products", "extra_column"),
        ("shop_products", "missing_column"),
        ("shop_products", "type"),
    ]


@pytest.mark.parametrize(
    ("fault", "feature"), [(Fault.ROW_WITHOUT_TABLES, "blog"), (Fault.TABLES_WITHOUT_ROW, "contact_form")]
)
def test_rows_and_tables_that_disagree_are_drift(console: Console, fault: Fault, feature: str) -> None:
    states = {found.name: found.state for found in console.features.list(one(fault))}

    assert states[feature] is FeatureState.DRIFTED


@pytest.mark.parametrize(
    ("fault", "level"), [(Fault.NEAR_QUOTA, QuotaLevel.NEAR), (Fault.OVER_QUOTA, QuotaLevel.OVER)], ids=["near", "over"]
)
def test_quotas_are_near_and_over(console: Console, fault: Fault, level: QuotaLevel) -> None:
    (usage,) = console.quotas.show(one(fault))

    assert usage.level is level


@pytest.mark.parametrize("fault", [Fault.FOREIGN_DATABASE, Fault.SYSTEM_DATABASE])
def test_a_row_that_names_another_database_is_not_followed(console: Console, fault: Fault) -> None:
    with pytest.raises(Refused) as refused:
        console.tenants.locate(one(fault))

    assert refused.value.code == "wrong_database_name"


@pytest.mark.parametrize("fault", [Fault.CORRUPT_PAGES, Fault.NOT_A_DATABASE])
def test_a_damaged_file_does_not_pass_the_check(console: Console, fault: Fault) -> None:
    assert not console.databases.check(one(fault)).reachable


def test_the_trail_of_the_past_is_whole(console: Console) -> None:
    verdict = console.audit.verify()
    total, events = console.audit.events(action="database.create")

    assert verdict.ok, verdict.problem
    assert verdict.checked > total > 20
    assert {event.actor for event in events} == {"maria", "tunde", "åsa"}
    assert max(event.at for event in events) <= TODAY.isoformat() + "T00:00:00Z"


def test_the_operation_cut_off_can_be_resumed(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("resumed") / "demo"
    create_demo(folder, int(one(Fault.INTERRUPTED_OPERATION)), today=TODAY)
    demo = Demo(folder)
    console = opened(demo)
    (operation,) = console.operations.list(open_only=True)
    assert (operation.tenant, operation.state.value) == (one(Fault.INTERRUPTED_OPERATION), "interrupted")

    console.operations.resume(operation.id, JobContext())

    assert demo.registry(int(operation.tenant)) == [(f"pagevoo_website_{operation.tenant}", "active")]
    assert console.operations.list(open_only=True) == ()
