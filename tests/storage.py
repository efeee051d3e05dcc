"""Storage that speaks S3: a server of moto's in a process of its own, one for all tests of a run."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.servers import free_port

BUCKET = "backups"


@pytest.fixture(scope="session")
def storage() -> Iterator[str]:
    """The address of the server, which has one bucket: `backups`."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                request = urllib.request.Request(f"{address}/{BUCKET}", method="PUT")
                with urllib.request.urlopen(request, timeout=10):
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield address
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def storage_credentials(storage: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address, with credentials to it in the environment, as where there is no keyring."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", storage)
    return storage
