"""Secrets: shown to nobody, kept by a real keyring alone, and never a reason to hang."""

import json
import logging
import pickle
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import Failed, NotFound, Refused
from pagevoo_console.domain.server import Server
from pagevoo_console.services.keyring_access import KeyringAccess
from pagevoo_console.services.secrets import KeyringState, Secret, Secrets, identity
from tests.secret_service import SecretService

SERVER = Server("master", "mysql", "db.example", 3306, "root", credential="prod")

PRELUDE = """
import json, sys
from dataclasses import replace
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.server import Server
from pagevoo_console.services.keyring_access import KeyringAccess
from pagevoo_console.services.secrets import Secret, Secrets
server = Server("master", "mysql", "db.example", 3306, "root", credential="prod")
secrets = Secrets(keyring=KeyringAccess(timeout_seconds=10))
def told(work):
    try:
        answer = work()
    except ConsoleError as error:
        return [error.code, error.message]
    return answer.reveal() if isinstance(answer, Secret) else answer
"""


def run(service: SecretService, program: str, **environment: str) -> object:
    """What a program of ours prints as JSON, run in a process of its own beside that keyring."""
    answer = service.run([sys.executable, "-c", PRELUDE + program], extra_environment=environment)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    return json.loads(answer.stdout)


# --- a secret -------------------------------------------------------------------------------------------------------


def test_a_secret_is_in_no_text_about_it() -> None:
    secret = Secret("hunter2")

    assert "hunter2" not in f"{secret} {secret!r} {[secret]} {vars(Secret)}"
    assert secret.reveal() == "hunter2"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_secrets_are_equal_by_what_they_hold() -> None:
    assert Secret("ä") == Secret("ä")
    assert Secret("ä") != Secret("a")
    assert Secret("ä") != "ä"
    assert not Secret("")


def test_a_server_is_known_by_engine_user_and_address() -> None:
    assert identity(SERVER) == "mysql://root@db.example:3306"
    assert identity(Server("m", "postgresql", user="a@b", socket="/run/pg")) == "postgresql://a%40b@/run/pg"


# --- a real keyring -------------------------------------------------------------------------------------------------


def test_a_password_is_kept_by_the_secret_service_from_one_process_to_the_next(secret_service: SecretService) -> None:
    run(secret_service, "secrets.store(server, Secret('gehéim ☂')); print('null')")

    assert run(secret_service, "print(json.dumps(told(lambda: secrets.get(server))))") == "gehéim ☂"


def test_a_connection_pointed_at_another_host_or_user_does_not_find_the_old_password(
    secret_service: SecretService,
) -> None:
    run(secret_service, "secrets.store(server, Secret('x')); print('null')")
    program = """
others = [replace(server, host="evil.example"), replace(server, user="app"), replace(server, port=3307),
          replace(server, engine="postgresql"), replace(server, credential="test")]
print(json.dumps([told(lambda: secrets.get(other)) for other in others]))
"""
    assert run(secret_service, program) == [None] * 5


def test_a_password_that_was_deleted_is_gone(secret_service: SecretService) -> None:
    program = """
secrets.store(server, Secret("x")); secrets.delete(server); secrets.delete(server)
print(json.dumps(told(lambda: Secrets().get(server))))
"""
    assert run(secret_service, program) is None


def test_the_keyring_is_named_for_people(secret_service: SecretService) -> None:
    program = "state = secrets.state(); print(json.dumps([state.name, state.usable, state.why]))"

    assert run(secret_service, program) == ["Secret Service", True, "passwords are kept there"]


def test_fault_173_a_locked_keyring_is_no_place_and_says_so(secret_service: SecretService) -> None:
    program = """
secrets.store(server, Secret("x"))
import secretstorage
from contextlib import closing
with closing(secretstorage.dbus_init()) as bus:
    secretstorage.get_default_collection(bus).lock()
print(json.dumps([told(lambda: Secrets().store(server, Secret("y"))), told(lambda: Secrets().get(server))]))
"""
    assert run(secret_service, program) == [["no_secret_store", "Secret Service is locked"], None]


def test_fault_172_a_back_end_that_keeps_nothing_is_refused(secret_service: SecretService) -> None:
    answer = run(
        secret_service,
        "print(json.dumps(told(lambda: secrets.store(server, Secret('x')))))",
        PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
    )

    assert answer == [
        "no_secret_store",
        "keyring.backends.null.Keyring is installed as a keyring, and may keep passwords in the open",
    ]


PLAIN_TEXT = """
from pathlib import Path
from keyring.backend import KeyringBackend
class PlaintextKeyring(KeyringBackend):
    priority = 20
    def get_password(self, service, name): return None
    def set_password(self, service, name, text): Path(__file__).with_name("kept").write_text(text)
"""


def plain_text_back_end(folder: Path) -> Path:
    """A package that keeps passwords in a file, in the place where such packages live."""
    package = folder / "keyrings" / "alt"
    package.mkdir(parents=True)
    (package / "file.py").write_text(PLAIN_TEXT)
    return package


def test_fault_171_a_back_end_of_plain_text_never_sees_the_password(
    secret_service: SecretService, tmp_path: Path
) -> None:
    package = plain_text_back_end(tmp_path)

    answer = run(
        secret_service,
        "print(json.dumps(told(lambda: secrets.store(server, Secret('x')))))",
        PYTHON_KEYRING_BACKEND="keyrings.alt.file.PlaintextKeyring",
        PYTHONPATH=str(tmp_path),
    )

    assert isinstance(answer, list)
    assert answer[0] == "no_secret_store"
    assert "keyrings.alt.file.PlaintextKeyring" in answer[1]
    assert not (package / "kept").exists()


def test_a_chain_with_one_stranger_in_it_is_refused(secret_service: SecretService, tmp_path: Path) -> None:
    package = plain_text_back_end(tmp_path)

    answer = run(
        secret_service,
        "import keyrings.alt.file; print(json.dumps(told(lambda: secrets.store(server, Secret('x')))))",
        PYTHON_KEYRING_BACKEND="keyring.backends.chainer.ChainerBackend",
        PYTHONPATH=str(tmp_path),
    )

    assert isinstance(answer, list)
    assert answer[0] == "no_secret_store"
    assert not (package / "kept").exists()


def test_fault_173_a_bus_that_never_answers_is_given_up_in_time_and_not_asked_again(
    secret_service: SecretService, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "bus"))
        silent.listen(8)
        program = """
import time
secrets = Secrets(keyring=KeyringAccess(timeout_seconds=1))
answers = []
for _ in range(3):
    began = time.monotonic()
    answers.append([told(lambda: secrets.store(server, Secret("x"))), time.monotonic() - began])
print(json.dumps(answers))
"""
        began = time.monotonic()
        answers = run(secret_service, program, DBUS_SESSION_BUS_ADDRESS=f"unix:path={tmp_path}/bus")

    assert isinstance(answers, list)
    assert [answer[0][0] for answer in answers] == ["no_secret_store"] * 3
    assert answers[0][0][1] == "The keyring did not answer within 1 s"
    assert answers[1][1] < 0.5
    assert time.monotonic() - began < 15


# --- no keyring -----------------------------------------------------------------------------------------------------


def test_fault_170_without_a_keyring_we_say_so_and_what_to_do() -> None:
    secrets = Secrets(keyring=KeyringAccess(timeout_seconds=10))

    with pytest.raises(Refused) as caught:
        secrets.store(SERVER, Secret("x"))
    assert (caught.value.code, caught.value.message) == (
        "no_secret_store",
        "This machine has no keyring for passwords",
    )
    assert "PAGEVOO_PASSWORD_FILE" in caught.value.hint
    assert secrets.state() == KeyringState("none", False, "This machine has no keyring for passwords")
    assert secrets.get(SERVER) is None
    assert "This machine has no keyring" in secrets.advice(SERVER)
    secrets.delete(SERVER)


def test_a_password_file_serves_where_there_is_no_keyring(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(" päss wörd \r\n")
    path.chmod(0o600)
    secrets = Secrets()
    secrets.use_password_file(path, SERVER)

    assert secrets.get(SERVER) == Secret(" päss wörd ")
    other = Server("eu1", "mysql", "other.example", 3306, "root", credential="prod/eu1")
    assert secrets.get(other) is None


@pytest.mark.parametrize("content", ["", "\n", "one\ntwo\n", "a\0b"])
def test_a_password_file_that_is_not_one_line_fails_without_its_content(tmp_path: Path, content: str) -> None:
    path = tmp_path / "password"
    path.write_text(content)
    secrets = Secrets()
    secrets.use_password_file(path, SERVER)

    with pytest.raises(Failed, match="must be one line") as caught:
        secrets.get(SERVER)
    assert "two" not in caught.value.message


def test_a_password_file_that_is_missing_is_told(tmp_path: Path) -> None:
    secrets = Secrets()
    secrets.use_password_file(tmp_path / "nothing", SERVER)

    with pytest.raises(NotFound, match="nothing"):
        secrets.get(SERVER)


def test_a_password_file_that_others_may_read_is_warned_about(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "password"
    path.write_text("hunter2")
    path.chmod(0o644)
    secrets = Secrets()
    secrets.use_password_file(path, SERVER)

    with caplog.at_level(logging.WARNING):
        secrets.get(SERVER)

    assert "may be read by other users" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_person_is_asked_last_and_once() -> None:
    asked: list[Server] = []

    def ask(server: Server) -> Secret:
        asked.append(server)
        return Secret("typed")

    secrets = Secrets(ask=ask)

    assert secrets.get(SERVER) == Secret("typed")
    assert secrets.get(SERVER) == Secret("typed")
    assert asked == [SERVER]
    secrets.forget(SERVER)
    secrets.get(SERVER)
    assert len(asked) == 2


def test_who_answers_nothing_is_not_asked_again() -> None:
    asked: list[Server] = []
    secrets = Secrets(ask=lambda server: asked.append(server))

    assert secrets.get(SERVER) is None
    assert secrets.get(SERVER) is None
    assert len(asked) == 1


def test_a_given_password_wins_over_the_file(tmp_path: Path) -> None:
    secrets = Secrets()
    secrets.use_password_file(tmp_path / "nothing", SERVER)
    secrets.remember(SERVER, Secret("given"))

    assert secrets.get(SERVER) == Secret("given")


def test_while_a_person_thinks_other_servers_are_served() -> None:
    other = Server("eu1", "mysql", "other.example", 3306, "root")
    is_asked, may_answer = threading.Event(), threading.Event()

    def ask(server: Server) -> Secret:
        is_asked.set()
        assert may_answer.wait(10)
        return Secret("typed")

    secrets = Secrets(ask=ask)
    answers: list[Secret | None] = []
    waiting = [threading.Thread(target=lambda: answers.append(secrets.get(SERVER))) for _ in range(3)]
    for thread in waiting:
        thread.start()
    assert is_asked.wait(10)

    secrets.remember(other, Secret("given"))
    assert secrets.get(other) == Secret("given")
    may_answer.set()
    for thread in waiting:
        thread.join()
    assert answers == [Secret("typed")] * 3
