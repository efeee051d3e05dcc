"""The glossary and the domain hold each other: one word, one class, one meaning."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pagevoo_console.domain

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


def classes_of_the_domain() -> set[str]:
    found = set()
    for module_info in pkgutil.iter_modules(pagevoo_console.domain.__path__):
        module = importlib.import_module(f"pagevoo_console.domain.{module_info.name}")
        found |= {
            name
            for name, value in inspect.getmembers(module, inspect.isclass)
            if value.__module__ == module.__name__ and not name.startswith("_")
        }
    return found


def test_every_class_of_the_domain_is_in_the_glossary_and_every_row_names_one() -> None:
    rows = [line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[2])}
    assert named == classes_of_the_domain()
