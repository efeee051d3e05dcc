"""The version of this console, as manifests and the audit carry it."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("pagevoo-console")
