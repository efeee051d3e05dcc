"""What importing one floor brings along, seen in fresh processes, where no other test has imported anything."""

import pkgutil
import subprocess
import sys

import pagevoo_console.services


def modules_after(*imports: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after these imports."""
    return run_and_list("\n".join(f"import {name}" for name in imports))


def run_and_list(program: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after this program."""
    program += "\nimport sys\nprint('\\n', *sys.modules)"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return set(finished.stdout.splitlines()[-1].split())


def loaded(modules: set[str], *packages: str) -> list[str]:
    """Which of the packages are among the modules."""
    return [package for package in packages if package in modules]


def test_the_services_import_no_qt() -> None:
    services = [
        module.name for module in pkgutil.walk_packages(pagevoo_console.services.__path__, "pagevoo_console.services.")
    ]

    assert len(services) > 5
    assert loaded(modules_after(*services), "PySide6", "shiboken6") == []


def test_the_command_line_starts_without_what_is_slow_to_import() -> None:
    program = """
import sys
from pagevoo_console.__main__ import main
sys.argv = ["pagevoo-console", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    assert loaded(run_and_list(program), "PySide6", "alembic", "sqlglot", "sqlalchemy.orm", "pygments") == []


def test_the_domain_needs_the_standard_library_alone() -> None:
    brought = modules_after("pagevoo_console.domain.tenant", "pagevoo_console.domain.errors") - modules_after()
    strangers = {name.partition(".")[0] for name in brought} - sys.stdlib_module_names

    assert strangers == {"pagevoo_console"}
