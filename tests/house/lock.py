"""Holds `requirements.lock` against `pyproject.toml`, without a network.

Run as `python -m tests.house.lock`; it prints what is wrong and exits 1.
"""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).resolve().parents[2]

_PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^ ;\\]+)", re.MULTILINE)


def problems(project: dict[str, Any], lock: str) -> list[str]:
    """What keeps the lock from being installed as the project wants it, a sentence each; empty when all is well."""
    found = []
    pinned = {canonicalize_name(match["name"]): Version(match["version"]) for match in _PINNED.finditer(lock)}
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None:
            found.append(f"{requirement.name} is not locked; run ./run lock")
        elif version not in requirement.specifier:
            found.append(f"{requirement.name} is locked at {version}, the project wants {requirement.specifier}")
    for block in re.split(r"\n(?=[a-z0-9])", lock.strip()):
        name = block.partition("==")[0]
        if "--hash=sha256:" not in block:
            found.append(f"{name} has no hash")
    if re.search(r"[a-z]+://|--(extra-)?index|--find-links|--trusted-host", lock):
        found.append("the lock names an address; where packages come from is the machine's affair")
    return found


def main() -> int:
    """Prints the problems of this checkout's lock."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    found = problems(project, (PROJECT / "requirements.lock").read_text())
    for problem in found:
        sys.stdout.write(f"requirements.lock: {problem}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
