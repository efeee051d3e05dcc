"""The folders of `feature_schemas/`: what stands in `feature.toml`, the tables of `schema.py`, the revision files.

They are content, read by path: top level in a checkout, inside the package in a wheel.
"""

from __future__ import annotations

import importlib.util
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

import pagevoo_console
from pagevoo_console.domain.errors import Failed

Kind = Literal["core", "feature", "master", "console"]

DESCRIPTION_FILE = "feature.toml"


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A `feature.toml`. `tiers` are the platform's words, none where the lineage is nobody's choice."""

    title: str
    description: str
    icon: str
    kind: Kind
    tiers: tuple[str, ...]
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """One lineage's folder, by the name that is also its branch label."""

    name: str
    path: Path
    description: Description

    @property
    def versions(self) -> Path:
        return self.path / "versions"


@dataclass(frozen=True, slots=True)
class Lineage:
    """A set of tables with its history. `tables` are sorted names, `head` is the newest revision this console knows.

    `tiers` says which tiers may have it, none where it is nobody's choice; `requires` are names of lineages.
    """

    name: str
    title: str
    description: str
    icon: str
    tiers: tuple[str, ...]
    requires: tuple[str, ...]
    kind: Kind
    tables: tuple[str, ...]
    head: str


def schema_dir() -> Path:
    """Where `feature_schemas` is: inside the installed package, else beside it in the checkout."""
    package = Path(pagevoo_console.__path__[0])
    installed = package / "feature_schemas"
    return installed if installed.is_dir() else package.parent / "feature_schemas"


def read_folders(root: Path) -> dict[str, Folder]:
    """Every lineage below `root`, by name, in the order of their kinds. Raises Failed for a file that is not right."""
    found = [
        Folder(path.parent.name, path.parent, _read_description(path)) for path in root.glob(f"*/{DESCRIPTION_FILE}")
    ]
    if not found:
        raise Failed(f"There are no schemas in {root}", code="no_schemas", hint="Install the console anew.")
    order = ("master", "console", "core", "feature")
    found.sort(key=lambda folder: (order.index(folder.description.kind), folder.name))
    folders = {folder.name: folder for folder in found}
    for folder in found:
        for required in folder.description.requires:
            if required not in folders:
                raise Failed(f"{folder.path / DESCRIPTION_FILE}: there is no lineage {required!r} to require")
    return folders


def load_metadata(folder: Folder) -> sa.MetaData:
    """The tables of its `schema.py`. Runs the file, which is ours."""
    path = folder.path / "schema.py"
    spec = importlib.util.spec_from_file_location(f"pagevoo_lineage_{folder.name}", path)
    if spec is None or spec.loader is None:
        raise Failed(f"{path} cannot be loaded", code="no_schemas", hint="Install the console anew.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    metadata = module.metadata
    if not isinstance(metadata, sa.MetaData):
        raise Failed(f"{path} has no metadata", code="no_schemas", hint="Install the console anew.")
    return metadata


def copied(table: sa.Table, into: sa.MetaData, name: str | None = None) -> sa.Table:
    """A copy of the table, by another name where one is given, that keeps which parts are for one dialect alone."""
    copy = table.to_metadata(into) if name is None else table.to_metadata(into, name=name)
    conditions = {item.name: item._ddl_if for item in table.constraints | table.indexes if item._ddl_if is not None}
    for item in copy.constraints | copy.indexes:
        if item.name in conditions:
            item._ddl_if = conditions[item.name]
    return copy


def _read_description(path: Path) -> Description:
    try:
        content: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(content, Description)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Failed(f"{path}: {error}", code="no_schemas") from error
