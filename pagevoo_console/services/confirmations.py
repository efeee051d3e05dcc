"""What was typed to confirm something that is hard to take back, compared with what had to be typed."""

from __future__ import annotations

from pagevoo_console.domain.errors import Refused

MISMATCH = "confirmation_mismatch"


def ensure_typed(typed: str | None, name: str, about: str) -> None:
    """Raise Refused unless the name was typed, exactly. `about` is what it confirms: *This replaces what is in X*."""
    if typed != name:
        raise Refused(
            f"{about}: confirm by typing its name exactly",
            code=MISMATCH,
            hint=f"Add --confirm {name}. Nothing was changed.",
        )


def mismatch(wanted: str) -> Refused:
    """The refusal of a confirmation that is another than this, for who notes the attempt before raising it."""
    return Refused(
        f"The confirmation does not match: type {wanted} exactly", code=MISMATCH, hint="Nothing was changed."
    )
