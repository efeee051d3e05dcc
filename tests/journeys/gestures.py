"""What people do at the window again and again, each from the tenant's page to the end of its job."""

from __future__ import annotations

from tests.journeys.conftest import Customer, Platform
from tests.journeys.person import Person


def visits(person: Person, customer: Customer) -> None:
    """Look a customer up, whose page is read anew by that."""
    person.finds_tenant(customer.search, customer.name)


def creates_database(person: Person, customer: Customer) -> None:
    """Create a database for the customer's first website."""
    visits(person, customer)
    person.clicks("createDatabaseButton")
    person.clicks(f"website-{customer.website}")
    person.goes_on()
    person.ticks("lockConsentBox")
    person.goes_on()
    person.confirms()
    person.sees("manageDatabaseButton")


def installs(person: Person, platform: Platform, customer: Customer, feature: str) -> None:
    """Install a feature from its card."""
    begins_to_install(person, customer, feature)
    person.confirms()
    waits_for_end(person, platform, customer, "feature.install")


def begins_to_install(person: Person, customer: Customer, feature: str) -> None:
    """Choose a feature on its card."""
    visits(person, customer)
    person.clicks(f"feature.add.{feature}")
    person.goes_on()


def deletes_database(person: Person, customer: Customer) -> None:
    """Delete the database of the customer whose page is shown."""
    person.opens_menu("manageDatabaseButton")
    person.chooses("database.delete")
    goes_through_deletion(person, customer)
    person.sees("createDatabaseButton")


def goes_through_deletion(person: Person, customer: Customer) -> None:
    """From the first page of a wizard that ends in the loss of a database to the name that has to be typed."""
    goes_to_the_end(person)
    person.types("confirmNameEdit", customer.database)
    person.confirms()


def goes_to_the_end(person: Person) -> None:
    while person.can_go_on():
        person.goes_on()


def waits_for_end(person: Person, platform: Platform, customer: Customer, kind: str) -> None:
    """Wait until the customer's newest operation is of this kind, and done."""
    person.waits_for(lambda: platform.operations(customer)[-1:] == [(kind, "done")], f"the end of {kind}")
