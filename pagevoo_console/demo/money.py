"""Amounts of money, in hundredths of a currency's unit, so that sums come out even."""

from __future__ import annotations

from pagevoo_console.demo.content import Locale

_WITHOUT_HUNDREDTHS = frozenset({"JPY", "KRW", "VND", "ISK", "HUF"})


def price_in(locale: Locale, euros: float) -> int:
    """A price as a shop of that country would set it: whole units, or one that ends in 90 or 50 hundredths."""
    amount = euros * locale.rate
    if locale.currency in _WITHOUT_HUNDREDTHS or amount >= 200:
        step = 10 if amount < 20_000 else 1000
        return max(1, round(amount / step)) * step * 100
    return int(amount) * 100 + (90 if amount % 1 >= 0.5 else 50)


def cents(amount: float) -> int:
    """An amount in hundredths."""
    return round(amount * 100)
