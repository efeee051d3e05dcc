"""The private Secret Service keeps a secret between processes, and nothing of it reaches the machine's own keyring."""

import os
import sys

from tests.secret_service import SecretService

SET = "import keyring; keyring.set_password('pagevoo', 'prod', 'gehéim')"
GET = "import keyring; print(type(keyring.get_keyring()).__module__, keyring.get_password('pagevoo', 'prod'))"


def test_a_secret_set_by_one_process_is_read_by_the_next(secret_service: SecretService) -> None:
    written = secret_service.run([sys.executable, "-c", SET])
    read = secret_service.run([sys.executable, "-c", GET])

    assert written.returncode == 0, written.stderr
    assert read.stdout.strip() == "keyring.backends.SecretService gehéim", read.stderr


def test_every_service_starts_empty(secret_service: SecretService) -> None:
    assert secret_service.run([sys.executable, "-c", GET]).stdout.split()[1] == "None"


def test_a_test_sees_no_keyring_of_the_machine() -> None:
    assert "DBUS_SESSION_BUS_ADDRESS" not in os.environ
