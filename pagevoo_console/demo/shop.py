"""What a website's shop holds: products at plausible prices, customers, and orders that add up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.money import cents, price_in
from pagevoo_console.demo.people import Person, address, draw_person, email
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Row, Rows, moments, stamp

_USUAL_ORDERS = 260
_COUPON = "WELCOME10"
_EDITIONS = ("", "large", "gift set", "limited edition")
_PROVIDERS = ("stripe", "paypal", "bank_transfer", "klarna")
_ORDER_COLUMNS = (
    "id", "order_number", "customer_id", "coupon_code", "email", "customer_name", "status", "payment_status",
    "fulfilment_status", "currency", "subtotal", "discount_total", "shipping_total", "tax_total", "grand_total",
    "billing_address", "shipping_address", "shipping_method", "placed_at", "paid_at", "shipped_at", "cancelled_at",
)  # fmt: skip
_ITEM_COLUMNS = (
    "order_id", "product_id", "product_name", "sku", "quantity", "unit_price", "tax_total", "line_total",
)  # fmt: skip
_PAYMENT_COLUMNS = (
    "order_id", "kind", "provider", "provider_reference", "status", "amount", "currency", "failure_reason",
    "created_at", "settled_at",
)  # fmt: skip
_TAX_PERCENT = 20


@dataclass(frozen=True, slots=True)
class _Product:
    id: int
    name: str
    sku: str
    cents: int


@dataclass(frozen=True, slots=True)
class _Buyer:
    id: int
    person: Person
    email: str
    address: str


@dataclass(frozen=True, slots=True)
class _Course:
    """How an order went: its three states, and when it was paid, shipped or cancelled."""

    status: str
    payment: str
    fulfilment: str
    paid_at: str | None = None
    shipped_at: str | None = None
    cancelled_at: str | None = None


def shop_rows(dice: Dice, who: Customer, since: datetime, until: datetime) -> Iterator[Rows]:
    """Rows of the shop's tables, parents first."""
    yield _categories(who, since)
    products = _draw_products(dice, who)
    yield from _product_rows(dice, who, products, since)
    times = moments(dice, int(who.activity * _USUAL_ORDERS), since, until)
    buyers = _draw_buyers(dice, who, max(1, int(len(times) * 0.6)) if times else 0)
    yield _buyer_rows(dice, buyers, since)
    yield Rows(
        "shop_coupons",
        ("id", "code", "discount_type", "amount", "used_count", "created_at"),
        [(1, _COUPON, "percent", 10, 0, stamp(since))],
    )
    yield from _cart_rows(dice, who, products, since, until, len(times) // 12)
    orders: list[Row] = []
    items: list[Row] = []
    payments: list[Row] = []
    for number, at in enumerate(times, 1):
        lines = _draw_lines(dice, number, products)
        order = _order(dice, who, number, dice.one_of(buyers), lines, at, until)
        orders.append(order)
        items.extend(lines)
        payments.extend(_payments(dice, order, at))
    yield Rows("shop_orders", _ORDER_COLUMNS, orders)
    yield Rows("shop_order_items", _ITEM_COLUMNS, items)
    yield Rows("shop_payments", _PAYMENT_COLUMNS, payments)


def _categories(who: Customer, since: datetime) -> Rows:
    return Rows(
        "shop_categories",
        ("id", "name", "slug", "position", "created_at"),
        [
            (number, name, address(name), number, stamp(since))
            for number, name in enumerate(who.business.trade.categories, 1)
        ],
    )


def _draw_products(dice: Dice, who: Customer) -> list[_Product]:
    products: list[_Product] = []
    editions = _EDITIONS if who.activity > 1.2 else _EDITIONS[:2] if who.activity > 0.4 else _EDITIONS[:1]
    locale = who.person.locale
    for step, edition in enumerate(editions):
        for name, euros in who.business.trade.goods.items():
            title = f"{name}, {edition}" if edition else name
            number = len(products) + 1
            sku = f"{who.business.trade.key[:3].upper()}-{number:04d}"
            amount = price_in(locale, euros * (1 + 0.4 * step) * dice.uniform(0.9, 1.15))
            products.append(_Product(number, title, sku, amount))
    return products


def _product_rows(dice: Dice, who: Customer, products: list[_Product], since: datetime) -> Iterator[Rows]:
    currency = who.person.locale.currency
    moment = stamp(since)
    yield Rows(
        "shop_products",
        (
            "id", "name", "slug", "sku", "short_description", "status", "price", "currency", "tax_rate",
            "stock_quantity", "weight_grams", "is_featured", "attributes", "published_at", "created_at", "updated_at",
        ),
        [
            (
                product.id, product.name, f"{address(product.name)}-{product.id}", product.sku,
                f"{product.name} – {who.business.name}, {who.business.town}",
                dice.weighted(("active", "draft", "archived"), (88, 7, 5)), product.cents / 100, currency,
                _TAX_PERCENT, dice.one_of((0, 3, 12, 40, 150)), dice.between(50, 4000),
                int(dice.chance(0.1)), json.dumps({"origin": who.business.town}, ensure_ascii=False), moment,
                moment, moment,
            )
            for product in products
        ],
    )  # fmt: skip
    shelves = len(who.business.trade.categories)
    yield Rows(
        "shop_product_categories",
        ("product_id", "category_id", "position"),
        [(product.id, product.id % shelves + 1, product.id) for product in products],
    )


def _draw_buyers(dice: Dice, who: Customer, number: int) -> list[_Buyer]:
    buyers: list[_Buyer] = []
    for customer in range(1, number + 1):
        person = draw_person(dice, who.person.locale if dice.chance(0.8) else None)
        user, _, domain = email(dice, person, "example.org").partition("@")
        place = {
            "name": person.name, "line1": f"{person.family} {dice.between(1, 180)}",
            "postcode": f"{dice.between(1000, 99999)}", "city": dice.one_of(person.locale.towns),
            "country": person.locale.country,
        }  # fmt: skip
        buyers.append(_Buyer(customer, person, f"{user}+{customer}@{domain}", json.dumps(place, ensure_ascii=False)))
    return buyers


def _buyer_rows(dice: Dice, buyers: list[_Buyer], since: datetime) -> Rows:
    return Rows(
        "shop_customers",
        ("id", "email", "first_name", "last_name", "default_address", "accepts_marketing", "created_at"),
        [
            (
                buyer.id, buyer.email, buyer.person.given, buyer.person.family, buyer.address,
                int(dice.chance(0.4)), stamp(since),
            )
            for buyer in buyers
        ],
    )  # fmt: skip


def _draw_lines(dice: Dice, order: int, products: list[_Product]) -> list[Row]:
    lines: list[Row] = []
    for product in dice.sample(products, min(dice.weighted((1, 2, 3, 5), (48, 30, 16, 6)), len(products))):
        quantity = dice.weighted((1, 2, 3, 6), (70, 20, 7, 3))
        total = product.cents * quantity
        lines.append(
            (
                order, product.id, product.name, product.sku, quantity, product.cents / 100,
                _tax(total) / 100, total / 100,
            )
        )  # fmt: skip
    return lines


def _order(
    dice: Dice, who: Customer, number: int, buyer: _Buyer, lines: list[Row], at: datetime, until: datetime
) -> Row:
    locale = who.person.locale
    subtotal = sum(cents(line[7]) for line in lines)
    has_coupon = dice.chance(0.08)
    discount = subtotal // 10 if has_coupon else 0
    shipping = 0 if subtotal > price_in(locale, 60) else price_in(locale, 4.9)
    total = subtotal - discount + shipping
    course = _course(dice, at, until)
    return (
        number, f"{at:%Y}-{number:06d}", buyer.id, _COUPON if has_coupon else None, buyer.email, buyer.person.name,
        course.status, course.payment, course.fulfilment, locale.currency, subtotal / 100, discount / 100,
        shipping / 100, _tax(total) / 100, total / 100, buyer.address, buyer.address,
        dice.weighted(("standard", "express", "pickup"), (75, 15, 10)), stamp(at), course.paid_at,
        course.shipped_at, course.cancelled_at,
    )  # fmt: skip


def _course(dice: Dice, at: datetime, until: datetime) -> _Course:
    paid = at + timedelta(minutes=dice.one_of((1, 2, 3, 1500)))
    sent = paid + timedelta(hours=dice.between(3, 90))
    if dice.chance(0.05):
        return _Course("cancelled", "unpaid", "unfulfilled", cancelled_at=stamp(min(paid, until)))
    if paid > until:
        return _Course("pending", "unpaid", "unfulfilled")
    if sent > until:
        return _Course("processing", "paid", "unfulfilled", stamp(paid))
    if dice.chance(0.03):
        return _Course("refunded", "refunded", "returned", stamp(paid), stamp(sent))
    return _Course("completed", "paid", "fulfilled", stamp(paid), stamp(sent))


def _payments(dice: Dice, order: Row, at: datetime) -> Iterator[Row]:
    number, payment, currency, amount, paid = order[0], order[7], order[9], order[14], order[19]
    provider = dice.one_of(_PROVIDERS)
    reference = f"{provider[:2]}_{dice.getrandbits(64):016x}"
    if dice.chance(0.04):
        reason = dice.one_of(("card_declined", "insufficient_funds", "3-D Secure was not completed"))
        yield (number, "payment", provider, f"{reference}f", "failed", amount, currency, reason, stamp(at), None)
    if payment in ("paid", "refunded"):
        yield (number, "payment", provider, reference, "succeeded", amount, currency, None, stamp(at), paid)
    if payment == "refunded":
        yield (number, "refund", provider, f"{reference}r", "succeeded", amount, currency, None, paid, paid)


def _cart_rows(
    dice: Dice, who: Customer, products: list[_Product], since: datetime, until: datetime, number: int
) -> Iterator[Rows]:
    carts: list[Row] = []
    items: list[Row] = []
    for cart, at in enumerate(moments(dice, number, max(since, until - timedelta(days=30)), until), 1):
        token = f"{dice.getrandbits(128):032x}"
        carts.append((cart, token, who.person.locale.currency, stamp(at), stamp(at + timedelta(days=30))))
        for product in dice.sample(products, min(dice.between(1, 4), len(products))):
            items.append((cart, product.id, dice.one_of((1, 1, 2)), product.cents / 100, stamp(at)))
    yield Rows("shop_carts", ("id", "token", "currency", "created_at", "expires_at"), carts)
    yield Rows("shop_cart_items", ("cart_id", "product_id", "quantity", "unit_price", "created_at"), items)


def _tax(gross_cents: int) -> int:
    return round(gross_cents * _TAX_PERCENT / (100 + _TAX_PERCENT))
