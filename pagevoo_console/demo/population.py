"""Who the demo's customers are: people, tiers, websites, databases and features, before anything is written.

Pure: the same seed, number and day give the same customers. Growth, shares and ages are those of a young platform.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.faults import HOSTILE_NAMES, Fault, faults_within
from pagevoo_console.demo.people import Business, Person, draw_business, draw_person, email

DAYS_OF_HISTORY = 913
TRIAL_DAYS = 30
TIERS = ("trial", "brochure", "niche", "pro")
GONE_TIER = "enterprise_2023"

_GROWTH = 1.9
_SHARES_OF_OLD = (34, 37, 20, 9)
_SHARES_OF_NEW = (76, 14, 7, 3)
_PUBLISHED = {"trial": 0.45, "brochure": 0.86, "niche": 0.94, "pro": 0.97}
_OLD_TRIAL_PUBLISHED = 0.15
_INSTALLED = {
    "trial": {"contact_form": 0.7, "blog": 0.3},
    "brochure": {"contact_form": 0.92, "blog": 0.55},
    "niche": {
        "contact_form": 0.85,
        "blog": 0.4,
        "shop": 0.72,
        "user_access": 0.3,
        "events": 0.25,
        "booking": 0.25,
        "file_hoster": 0.1,
    },
    "pro": {
        "contact_form": 0.9,
        "blog": 0.7,
        "shop": 0.88,
        "user_access": 0.6,
        "events": 0.4,
        "booking": 0.35,
        "file_hoster": 0.3,
        "video_sharing": 0.2,
        "social_platform": 0.2,
    },
}
_FIRST = {1: "pro", 2: "niche", 3: "brochure", 4: "trial", 5: "brochure"}
_FIRST_FEATURES = {
    1: (
        "contact_form", "shop", "blog", "user_access", "events", "booking", "file_hoster", "video_sharing",
        "social_platform",
    ),
    2: ("contact_form", "shop"), 3: ("contact_form", "blog"), 4: ("contact_form",),
}  # fmt: skip
_ACTIVITY = {"trial": 0.15, "brochure": 0.6, "niche": 1.0, "pro": 1.9}


@dataclass(frozen=True, slots=True)
class Site:
    """A row of `user_websites`."""

    id: int
    name: str
    domain: str | None
    is_published: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """A row of `user_databases`. It is live while `deleted_at` is None."""

    website: int
    database: str
    created_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A row of `users` with all that hangs on it. `activity` says how much goes on at the website, 1.0 is usual."""

    id: int
    person: Person
    business: Business
    name: str
    email: str
    tier: str
    created_at: datetime
    websites: tuple[Site, ...]
    registry: tuple[RegistryEntry, ...]
    features: tuple[str, ...]
    activity: float
    fault: Fault | None

    @property
    def live(self) -> RegistryEntry | None:
        """The registry's word on the database that this customer has now."""
        return next((entry for entry in self.registry if entry.deleted_at is None), None)


def database_name(customer: int) -> str:
    """The one name that this customer's database may have."""
    return f"pagevoo_website_{customer}"


def draw_customers(seed: int, tenants: int, today: date, tiers_of: Mapping[str, tuple[str, ...]]) -> Iterator[Customer]:
    """Customers 1 to `tenants`, oldest first. `tiers_of` says which tiers may install a feature."""
    faults = faults_within(tenants)
    taken: set[str] = set()
    next_website = 1
    for number in range(1, tenants + 1):
        dice = Dice(f"{seed}:customer:{number}")
        fault = faults.get(number)
        customer = _draw(dice, number, _joined(dice, number, tenants, today), today, next_website, taken, tiers_of)
        if fault is not None:
            customer = _afflicted(customer, fault, today)
        next_website += len(customer.websites)
        yield customer


def _joined(dice: Dice, number: int, tenants: int, today: date) -> datetime:
    """When the customer signed up: ids and times rise together, and more come every month."""
    share = (number - dice.random()) / tenants
    days = math.log1p(share * math.expm1(_GROWTH)) / _GROWTH * DAYS_OF_HISTORY
    start = datetime.combine(today, time()) - timedelta(days=DAYS_OF_HISTORY)
    return (start + timedelta(days=days)).replace(microsecond=0)


def _draw(
    dice: Dice,
    number: int,
    joined: datetime,
    today: date,
    first_website: int,
    taken: set[str],
    tiers_of: Mapping[str, tuple[str, ...]],
) -> Customer:
    midnight = datetime.combine(today, time())
    age = (midnight - joined).total_seconds() / 86_400
    person = draw_person(dice)
    business = draw_business(dice, person, taken)
    tier = dice.weighted(TIERS, _SHARES_OF_NEW if age < TRIAL_DAYS else _SHARES_OF_OLD)
    tier = _FIRST.get(number, tier)
    share = _OLD_TRIAL_PUBLISHED if tier == "trial" and age > TRIAL_DAYS else _PUBLISHED[tier]
    is_published = dice.chance(share)
    has_database = is_published or dice.chance(0.12)
    if number in _FIRST:
        is_published = has_database = number in _FIRST_FEATURES
    websites = _draw_websites(dice, person, business, joined, midnight, first_website, is_published, taken)
    registry: tuple[RegistryEntry, ...] = ()
    if len(websites) > 1 and number not in _FIRST and dice.chance(0.5):
        begun = _between(dice, websites[1].created_at, midnight)
        registry += (RegistryEntry(websites[1].id, database_name(number), begun, _between(dice, begun, midnight)),)
    if has_database:
        earliest = max((entry.deleted_at for entry in registry if entry.deleted_at), default=websites[0].created_at)
        begun = earliest + (midnight - earliest) * (dice.random() ** 3)
        registry += (RegistryEntry(websites[0].id, database_name(number), begun.replace(microsecond=0)),)
    features = tuple(
        name for name, share in _INSTALLED[tier].items() if dice.chance(share) and tier in tiers_of.get(name, ())
    )
    if number in _FIRST:
        features = tuple(name for name in _FIRST_FEATURES.get(number, ()) if tier in tiers_of.get(name, ()))
    return Customer(
        number, person, business, person.name, email(dice, person, business.domain), tier, joined, websites,
        registry, features, _activity(dice, number, tier, age), None,
    )  # fmt: skip


def _draw_websites(
    dice: Dice,
    person: Person,
    business: Business,
    joined: datetime,
    midnight: datetime,
    first_id: int,
    is_published: bool,
    taken: set[str],
) -> tuple[Site, ...]:
    """The main website first; at most one is published, since one database locks one website (Pagevoo rule 3)."""
    created = _between(dice, joined, min(joined + timedelta(days=9), midnight))
    domain = business.domain if is_published or dice.chance(0.6) else None
    websites = [Site(first_id, business.name, domain, is_published, created)]
    for extra in range(dice.weighted((0, 1, 2), (70, 22, 8))):
        second = draw_business(dice, person, taken) if dice.chance(0.5) else None
        spare = dice.one_of((f"{business.name} (draft)", "New website", "Summer landing page"))
        name = second.name if second else spare
        websites.append(
            Site(
                first_id + 1 + extra, name, second.domain if second and dice.chance(0.5) else None, False,
                _between(dice, created, midnight),
            )
        )  # fmt: skip
    return tuple(websites)


def _activity(dice: Dice, number: int, tier: str, age: float) -> float:
    """A few websites are busy and most are not; an old one has had more time."""
    if number in _FIRST:
        return _ACTIVITY[tier] * 1.5
    return min(dice.lognormvariate(0.0, 0.8), 6.0) * _ACTIVITY[tier] * min(1.0, 0.2 + age / 400)


def _between(dice: Dice, earliest: datetime, latest: datetime) -> datetime:
    return (earliest + max(latest - earliest, timedelta()) * dice.random()).replace(microsecond=0)


# --- what is wrong with some ----------------------------------------------------------------------------------------


def _afflicted(customer: Customer, fault: Fault, today: date) -> Customer:
    """The customer as the fault would have it; what concerns the files is done to the files."""
    customer = replace(_settled(customer), fault=fault)
    match fault:
        case Fault.HOSTILE_NAME:
            name = HOSTILE_NAMES[customer.id]
            main = replace(customer.websites[0], name=name)
            return replace(customer, name=name, websites=(main, *customer.websites[1:]))
        case Fault.NO_WEBSITE:
            return replace(customer, websites=(), registry=(), features=())
        case Fault.PUBLISHED_WITHOUT_DATABASE | Fault.INTERRUPTED_OPERATION:
            is_published = fault is Fault.PUBLISHED_WITHOUT_DATABASE
            return replace(_with_published(customer, is_published), registry=(), features=())
        case Fault.UNDEAD_DATABASE:
            dead = tuple(replace(entry, deleted_at=_end(entry, today)) for entry in customer.registry)
            return replace(_with_published(customer, False), registry=dead)
        case Fault.FOREIGN_DATABASE:
            return replace(customer, registry=_renamed(customer, database_name(15)), features=())
        case Fault.SYSTEM_DATABASE:
            return replace(customer, registry=_renamed(customer, "mysql"), features=())
        case Fault.DRIFTED_SCHEMA | Fault.CORRUPT_PAGES:
            return replace(customer, tier="niche", features=("contact_form", "shop"))
        case Fault.ROW_WITHOUT_TABLES:
            return replace(customer, tier="brochure", features=("contact_form",))
        case Fault.TABLES_WITHOUT_ROW:
            return replace(customer, tier="brochure", features=("contact_form",))
        case Fault.NEAR_QUOTA | Fault.OVER_QUOTA:
            return replace(customer, tier="trial", features=("contact_form", "blog"))
        case Fault.EXPIRED_TRIAL:
            return _aged(replace(customer, tier="trial", features=("contact_form",)), today)
        case Fault.UNKNOWN_TIER:
            return replace(customer, tier=GONE_TIER)
    return customer


def _settled(customer: Customer) -> Customer:
    """The customer with a published website and one live database, so that a fault has something to befall."""
    customer = _with_published(customer, True)
    main = customer.websites[0]
    begun = customer.live.created_at if customer.live else main.created_at
    return replace(customer, registry=(RegistryEntry(main.id, database_name(customer.id), begun),))


def _with_published(customer: Customer, is_published: bool) -> Customer:
    main = customer.websites[0]
    domain = main.domain or customer.business.domain
    return replace(customer, websites=(replace(main, domain=domain, is_published=is_published), *customer.websites[1:]))


def _renamed(customer: Customer, database: str) -> tuple[RegistryEntry, ...]:
    return tuple(replace(entry, database=database) for entry in customer.registry)


def _end(entry: RegistryEntry, today: date) -> datetime:
    midnight = datetime.combine(today, time())
    return (entry.created_at + (midnight - entry.created_at) / 2).replace(microsecond=0)


def _aged(customer: Customer, today: date) -> Customer:
    """Signed up over a year ago, whatever the size of the demo."""
    earlier = datetime.combine(today, time(9, 30)) - timedelta(days=430)
    joined = min(customer.created_at, earlier)
    main = replace(customer.websites[0], created_at=joined + timedelta(hours=2))
    entry = replace(customer.registry[0], created_at=joined + timedelta(hours=3))
    return replace(customer, created_at=joined, websites=(main, *customer.websites[1:]), registry=(entry,))
