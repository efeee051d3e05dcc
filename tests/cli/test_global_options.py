"""The options before the noun: the reader without a parser says what the parser says, or leaves it to it."""

import inspect
from typing import Any

import pytest

from pagevoo_console.cli.global_options import GLOBAL_OPTIONS, read_opening, start_options
from pagevoo_console.cli.main import hoisted, main
from pagevoo_console.cli.tree import COMMANDS, NOUNS, PROGRAM, begin, tree
from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.services.start import StartOptions

UNDERSTOOD: tuple[tuple[str, ...], ...] = (
    (),
    ("--yes",),
    ("--connection", "shop"),
    ("--connection=shop", "--platform", "pagevoo"),
    ("--master-url", "sqlite:///a=b.db", "--tls", "off", "--tls-ca", "ca//x.pem"),
    ("--connection", "one", "--connection", "two"),
)
LEFT: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("-h",),
    ("--bogus",),
    ("--connection",),
    ("--connection", "--tls", "off"),
    ("--connection=",),
    ("--connection", ""),
    ("--yes=3",),
    ("--",),
    ("-",),
    ("--connec", "shop"),
)


def as_typer_reads(arguments: tuple[str, ...]) -> dict[str, Any]:
    context = tree("sql").make_context(PROGRAM, list(arguments), resilient_parsing=True)
    return {name: str(value) for name, value in context.params.items() if value not in (None, False, True)}


def test_the_table_holds_the_options_that_the_commands_take() -> None:
    taken = [name for name in inspect.signature(begin).parameters if name != "context"]

    assert taken == list(GLOBAL_OPTIONS)


@pytest.mark.parametrize("arguments", UNDERSTOOD)
def test_what_is_understood_is_what_the_parser_reads(arguments: tuple[str, ...]) -> None:
    opening = read_opening(arguments)

    assert opening is not None
    read = {name: start(name, value) for name, value in opening.values.items()}
    assert read == as_typer_reads(arguments)


def start(name: str, value: str) -> str:
    """The value as the start options keep it."""
    options = start_options({name: value})
    kept = getattr(options, name)
    return str(kept.value if name == "tls" else kept)


@pytest.mark.parametrize("arguments", LEFT)
def test_what_is_not_plain_is_left_to_the_parser(arguments: tuple[str, ...]) -> None:
    assert read_opening(arguments) is None


def test_the_noun_is_what_stands_behind_the_options() -> None:
    opening = read_opening(hoisted(["--connection", "tenant", "sql", "--limit", "3", "--json"]))

    assert opening is not None
    assert (opening.noun, opening.rest) == ("sql", ("sql", "--limit", "3"))
    assert opening.switches == {"is_json"}


@pytest.mark.parametrize("noun", [*NOUNS, *COMMANDS])
def test_a_noun_by_itself_has_the_commands_it_has_among_all(noun: str) -> None:
    alone, among = tree(noun), tree()

    assert list(alone.commands) == [noun]
    assert verbs(alone.commands[noun]) == verbs(among.commands[noun])


def verbs(command: Any) -> dict[str, list[str]] | list[str]:
    below = getattr(command, "commands", None)
    if below is None:
        return [parameter.name for parameter in command.params]
    return {name: [parameter.name for parameter in one.params] for name, one in below.items()}


def test_a_word_that_is_no_noun_is_looked_for_among_all() -> None:
    assert set(tree("bogus").commands) == {*NOUNS, *COMMANDS}


def test_a_level_of_tls_that_is_none_is_told_before_there_is_a_window(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["--tls", "bogus"]) == 2
    assert "--tls is 'bogus'" in capsys.readouterr().err
    monkeypatch.setenv("PAGEVOO_TLS", "perhaps")
    for arguments in ([], ["demo"]):
        assert main(arguments) == 2
        assert "PAGEVOO_TLS is 'perhaps'" in capsys.readouterr().err


def test_the_environment_fills_in_what_the_options_leave_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEVOO_CONNECTION", "shop")
    monkeypatch.setenv("PAGEVOO_PLATFORM", "storefront")

    assert start_options({}) == StartOptions(connection="shop", platform="storefront")
    assert start_options({"connection": "other"}).connection == "other"
    with pytest.raises(WrongUsage):
        start_options({"tls": "bogus"})
