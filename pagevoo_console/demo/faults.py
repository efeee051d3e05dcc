"""What is wrong in the demo, where, and on purpose: one fault a customer, always at the same id.

A demo with fewer customers has only the faults whose ids it reaches; the orphan belongs to nobody and is there from
`ORPHAN_FROM` customers on. Ids 1 to 5 are healthy: a pro, a niche, a brochure and a trial customer with a database
each, and one who has published nothing yet.
"""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """Everything that goes wrong in life. `HOSTILE_NAME` is a name that does harm where it is not treated as data."""

    MISSING_DATABASE = "missing_database"
    DRIFTED_SCHEMA = "drifted_schema"
    CORRUPT_PAGES = "corrupt_pages"
    PUBLISHED_WITHOUT_DATABASE = "published_without_database"
    HOSTILE_NAME = "hostile_name"
    NEAR_QUOTA = "near_quota"
    NOT_A_DATABASE = "not_a_database"
    NO_WEBSITE = "no_website"
    OVER_QUOTA = "over_quota"
    EXPIRED_TRIAL = "expired_trial"
    UNDEAD_DATABASE = "undead_database"
    ROW_WITHOUT_TABLES = "row_without_tables"
    TABLES_WITHOUT_ROW = "tables_without_row"
    INTERRUPTED_OPERATION = "interrupted_operation"
    FOREIGN_DATABASE = "foreign_database"
    SYSTEM_DATABASE = "system_database"
    UNKNOWN_TIER = "unknown_tier"
    ORPHAN_DATABASE = "orphan_database"


ORPHAN_ID = 987_654
ORPHAN_FROM = 6

FAULTS: dict[int, Fault] = {
    6: Fault.MISSING_DATABASE,
    7: Fault.DRIFTED_SCHEMA,
    8: Fault.CORRUPT_PAGES,
    9: Fault.PUBLISHED_WITHOUT_DATABASE,
    10: Fault.HOSTILE_NAME,
    12: Fault.NEAR_QUOTA,
    14: Fault.NOT_A_DATABASE,
    16: Fault.NO_WEBSITE,
    17: Fault.OVER_QUOTA,
    18: Fault.EXPIRED_TRIAL,
    19: Fault.UNDEAD_DATABASE,
    21: Fault.ROW_WITHOUT_TABLES,
    22: Fault.TABLES_WITHOUT_ROW,
    24: Fault.INTERRUPTED_OPERATION,
    26: Fault.FOREIGN_DATABASE,
    27: Fault.SYSTEM_DATABASE,
    29: Fault.UNKNOWN_TIER,
    **dict.fromkeys(range(31, 45), Fault.HOSTILE_NAME),
    ORPHAN_ID: Fault.ORPHAN_DATABASE,
}

HOSTILE_NAMES: dict[int, str] = {
    10: '<img src="https://example.com/t.gif" onerror="alert(1)"><b>Bold & Co</b>',
    31: "Robert'); DROP TABLE users;--",
    32: 'Quote "Double" O\'Single',
    33: "`users` back-tick",
    34: "First line\nSecond line\tand a tab",
    35: "👩‍👩‍👧‍👦 Familie Sonnenschein 🌻🇦🇹",
    36: "Safe\u202egpj.exe\u202c \u200f\u2067Bidi\u2069",
    37: "Long" + "name" * 49,
    38: "&Delete && &Sons",
    39: "%s %d %n {0} {name} ${HOME} $(id) %(password)s",
    40: "=cmd|' /C calc'!A0",
    41: "\x1b[31mRed\x1b[0m \x07bell",
    42: "../../etc/passwd",
    43: "   ",
    44: "Z̷͎̈́a̶̙͝l̵̰̂g̴̣̈o̷͍̅ 100% _ \\ %",
}

_WORDS = {
    Fault.MISSING_DATABASE: "the registry says the database is active; the file is gone",
    Fault.DRIFTED_SCHEMA: "shop_products lost a column, gained one, and one has another type",
    Fault.CORRUPT_PAGES: "the file's header is fine, the pages of its largest tables are garbage",
    Fault.PUBLISHED_WITHOUT_DATABASE: "the website is published; no database was ever created",
    Fault.HOSTILE_NAME: "a name that does harm wherever it is not treated as data",
    Fault.NEAR_QUOTA: "a trial that has used over 90 % of its 50 MB",
    Fault.NOT_A_DATABASE: "the database's file is an error page that a failed transfer left behind",
    Fault.NO_WEBSITE: "signed up, and has no website at all",
    Fault.OVER_QUOTA: "a trial with more than its 50 MB",
    Fault.EXPIRED_TRIAL: "a trial that ended over a year ago, website and database still live",
    Fault.UNDEAD_DATABASE: "the registry says the database was deleted; the file is still there",
    Fault.ROW_WITHOUT_TABLES: "installed_features lists the blog; none of its tables exist",
    Fault.TABLES_WITHOUT_ROW: "the contact form's tables exist; installed_features does not list them",
    Fault.INTERRUPTED_OPERATION: "a console died while it created the database",
    Fault.FOREIGN_DATABASE: "the registry row names the database of customer 15",
    Fault.SYSTEM_DATABASE: "the registry row names the server's own database `mysql`",
    Fault.UNKNOWN_TIER: "on a tier that the platform does not sell any more",
    Fault.ORPHAN_DATABASE: "a database that no registry row and no customer owns",
}

DEMO_FAULTS: dict[int, str] = {number: _WORDS[fault] for number, fault in FAULTS.items()}
"""Customer id to what is wrong with it, in a sentence."""


def faults_within(tenants: int) -> dict[int, Fault]:
    """The faults that a demo of so many customers has."""
    return {
        number: fault
        for number, fault in FAULTS.items()
        if number <= tenants or (fault is Fault.ORPHAN_DATABASE and tenants >= ORPHAN_FROM)
    }
