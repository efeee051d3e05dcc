"""Engines are found by entry point and loaded once."""

import subprocess
import sys

import pytest

from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.services.engines.catalogue import Engines


def test_the_three_engines_are_installed() -> None:
    assert Engines().names() == ("mysql", "postgresql", "sqlite")


def test_an_engine_is_made_once() -> None:
    engines = Engines()

    assert engines.get("sqlite").name == "sqlite"
    assert engines.get("sqlite") is engines.get("sqlite")


def test_naming_the_engines_loads_none_of_their_drivers() -> None:
    program = (
        "import sys; from pagevoo_console.services.engines.catalogue import Engines; print(Engines().names());"
        "print([name for name in ('pymysql', 'psycopg') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.splitlines()[1] == "[]"


def test_an_unknown_engine_is_wrong_usage_and_names_the_nearest() -> None:
    with pytest.raises(WrongUsage, match="did you mean 'postgresql'"):
        Engines().get("postgres")


@pytest.mark.parametrize(
    ("url", "engine"),
    [
        ("mysql+pymysql://u@h/db", "mysql"),
        ("mariadb+pymysql://u@h/db", "mysql"),
        ("mysql://u@h/db", "mysql"),
        ("postgresql+psycopg://u@h/db", "postgresql"),
        ("postgresql://u@h/db", "postgresql"),
        ("sqlite:////a/b.db", "sqlite"),
    ],
)
def test_a_url_leads_to_its_engine(url: str, engine: str) -> None:
    assert Engines().for_url(url) == engine


def test_a_url_of_another_kind_is_refused_without_its_secrets() -> None:
    with pytest.raises(WrongUsage) as caught:
        Engines().for_url("oracle://scott:tiger@h/db")
    assert "oracle://" in caught.value.message
    assert "tiger" not in caught.value.message + caught.value.hint
