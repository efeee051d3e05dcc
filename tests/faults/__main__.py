"""`python -m tests.faults --kills 200 --races 200`: break things on purpose, more often than the tests do."""

from __future__ import annotations

import sys

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["tests/faults", "-q", "-n", "2", "--timeout", "3600", "--alone", *sys.argv[1:]]))
