"""A conversation with the master: one login for many questions, and never an answer from a session that has ended."""

import pytest
import sqlalchemy as sa

from pagevoo_console.domain.errors import ConsoleError
from tests.services.platform_world import World

SESSION = {
    "sqlite": "SELECT 1",
    "mysql": "SELECT CONNECTION_ID()",
    "postgresql": "SELECT pg_catalog.pg_backend_pid()",
}
END = {"mysql": "KILL {}", "postgresql": "SELECT pg_catalog.pg_terminate_backend({}, 5000)"}


def session_of(world: World, *, writable: bool = False) -> int:
    """The number that the server gave the session of one call."""
    master = world.console.master
    with master.writing() if writable else master.reading() as session:
        return int(session.execute(sa.text(SESSION[world.master.engine])).scalar_one())


@pytest.mark.parametrize("engine_server", ["mysql", "postgresql"], indirect=True)
def test_what_is_asked_in_one_conversation_is_asked_in_one_session(world: World) -> None:
    with world.console.master.conversation():
        first = session_of(world)
        with world.console.master.conversation():
            assert session_of(world) == first
        writer = session_of(world, writable=True)
        assert session_of(world) == first
        assert session_of(world, writable=True) == writer != first
    assert session_of(world) != first


@pytest.mark.parametrize("engine_server", ["mysql", "postgresql"], indirect=True)
def test_a_question_within_another_has_a_session_of_its_own(world: World) -> None:
    with world.console.master.conversation(), world.console.master.reading() as outer:
        number = int(outer.execute(sa.text(SESSION[world.master.engine])).scalar_one())
        assert session_of(world) != number


@pytest.mark.parametrize("engine_server", ["mysql", "postgresql"], indirect=True)
def test_fault_28_a_session_that_was_ended_is_not_taken_up_again(world: World) -> None:
    with world.console.master.conversation():
        first = session_of(world)
        world.write(END[world.master.engine].format(first))
        assert session_of(world) != first


@pytest.mark.parametrize("engine_server", ["mysql", "postgresql"], indirect=True)
def test_a_session_that_saw_an_error_is_not_taken_up_again(world: World) -> None:
    with world.console.master.conversation():
        first = session_of(world, writable=True)
        with pytest.raises(ConsoleError), world.console.master.writing() as session:
            session.execute(sa.text("SELECT nothing FROM nowhere"))
        assert session_of(world, writable=True) != first


def test_nothing_is_left_open_behind_a_conversation(world: World) -> None:
    with world.console.master.conversation():
        session_of(world)
        session_of(world, writable=True)
        world.console.master.hang_up()
        session_of(world)
    assert session_of(world)
