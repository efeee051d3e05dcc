"""`python -m tests.faults --kills 200 --races 200`: break things on purpose, more often than the tests do.

Afterwards the fault matrix is shown, each row with the tests that bear its number; `--coverage` shows that alone.
"""

from __future__ import annotations

import sys

import pytest

from tests.faults.coverage import report

MORE = ["tests/faults", "-q", "-n", "2", "--timeout", "3600", "--alone", "--fleet", "1000"]

if __name__ == "__main__":
    code = 0 if sys.argv[1:] == ["--coverage"] else int(pytest.main([*MORE, *sys.argv[1:]]))
    sys.stdout.write(report())
    sys.exit(code)
