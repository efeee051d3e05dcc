"""What a table's columns are, without the library that draws them."""

from __future__ import annotations


class Right(str):
    """The title of a column of figures, which are aligned to the right."""

    __slots__ = ()
