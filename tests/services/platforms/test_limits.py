"""What the platform's own environment says about its limits."""

import pytest

from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.platform import Platform
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.platforms.limits import with_env
from pagevoo_console.services.platforms.reader import Platforms


@pytest.fixture
def pagevoo() -> Platform:
    return Platforms(Engines()).get("pagevoo")


def test_the_environment_sets_limits_in_decimal_megabytes(pagevoo: Platform) -> None:
    changed = with_env(pagevoo, {"MAX_DATABASE_SIZE_MB_PRO": "20000", "MAX_USER_DATABASES_PER_SERVER": "5"})

    assert [tier.limits["database_size"] for tier in changed.tiers] == [
        50_000_000,
        500_000_000,
        2_000_000_000,
        20_000_000_000,
    ]
    assert [tier.rank for tier in changed.tiers] == [0, 1, 2, 3]
    assert changed.lifecycle.max_databases_per_server == 5
    assert pagevoo.lifecycle.max_databases_per_server == 1000


def test_unknown_and_empty_variables_change_nothing(pagevoo: Platform) -> None:
    assert with_env(pagevoo, {"MAX_UPLOAD": "9", "MAX_DATABASE_SIZE_MB_TRIAL": " "}) == pagevoo


@pytest.mark.parametrize("text", ["-1", "1.5", "5 MB", "١", "1e3", "9" * 16])
def test_what_is_no_whole_number_is_refused_by_the_variables_name(pagevoo: Platform, text: str) -> None:
    with pytest.raises(WrongUsage, match="MAX_DATABASE_SIZE_MB_TRIAL"):
        with_env(pagevoo, {"MAX_DATABASE_SIZE_MB_TRIAL": text})
