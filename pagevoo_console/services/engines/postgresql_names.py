"""How relations are named outside of PostgreSQL: as `table` in schema public, as `schema.table` elsewhere."""

from __future__ import annotations

PUBLIC = "public"


def shown_name(schema: str, name: str) -> str:
    """A name for people and manifests that no two relations of a database share.

    Quotes stand around the parts only where a part holds a dot itself.
    """
    if "." in schema or "." in name:
        return f"{quote(schema)}.{quote(name)}"
    return name if schema == PUBLIC else f"{schema}.{name}"


def quote(name: str) -> str:
    """An identifier in quotes; a line break becomes an escape, so that no name ever ends a line of a dump."""
    doubled = name.replace('"', '""')
    if any(character < " " or character == "\x7f" for character in name):
        escaped = "".join(
            f"\\{ord(character):04X}" if character < " " or character in "\x7f\\" else character
            for character in doubled
        )
        return f'U&"{escaped}"'
    return f'"{doubled}"'


def qualified(schema: str, name: str) -> str:
    return f"{quote(schema)}.{quote(name)}"


def named(schema: str, name: str) -> str:
    """A string in quotes that names a relation, for a function that reads names: it knows no escapes in them."""
    return literal(".".join('"' + part.replace('"', '""') + '"' for part in (schema, name)))


def literal(text: str) -> str:
    """A string in quotes, whatever `standard_conforming_strings` says."""
    doubled = text.replace("'", "''")
    if "\\" in text:
        escaped = doubled.replace("\\", "\\\\")
        return f"E'{escaped}'"
    return f"'{doubled}'"
