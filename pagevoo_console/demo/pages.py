"""The pages and sections of the demo's websites, as the website builder keeps them in the master."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pagevoo_console.demo.population import Customer, Site
from pagevoo_console.demo.rows import Rows, stamp

_FEATURE_PAGES = {
    "shop": "Shop", "blog": "Blog", "contact_form": "Contact", "user_access": "Members", "events": "Events",
    "booking": "Booking", "file_hoster": "Downloads", "video_sharing": "Videos", "social_platform": "Community",
}  # fmt: skip


def page_rows(customers: Sequence[Customer]) -> tuple[Rows, Rows]:
    """Rows of `user_pages` and `user_sections` for every website."""
    pages: list[tuple[object, ...]] = []
    sections: list[tuple[object, ...]] = []
    for who in customers:
        for site in who.websites:
            created = stamp(site.created_at)
            for position, name in enumerate(_page_names(who, site)):
                number = len(pages) + 1
                title = f"{name} – {site.name}"[:255]
                pages.append((number, site.id, name, name.lower(), title, int(position == 0), position, created))
                sections.extend(
                    (number, kind, kind, json.dumps(content, ensure_ascii=False), place, created)
                    for place, (kind, content) in enumerate(_sections(who, site, name))
                )
    return (
        Rows(
            "user_pages",
            ("id", "website_id", "name", "slug", "meta_title", "is_homepage", "position", "created_at"),
            list(pages),
        ),
        Rows("user_sections", ("user_page_id", "name", "type", "content", "position", "created_at"), list(sections)),
    )


def _page_names(who: Customer, site: Site) -> list[str]:
    if site.id != who.websites[0].id:
        return ["Home"]
    return ["Home", "About", *(_FEATURE_PAGES[name] for name in who.features)]


def _sections(who: Customer, site: Site, page: str) -> Iterator[tuple[str, dict[str, str]]]:
    yield "hero", {"title": site.name if page == "Home" else page, "subtitle": who.business.town}
    if page == "Home":
        yield "text", {"text": f"{who.business.trade.topics[0]}. {who.business.trade.topics[-1]}."}
    elif page == "About":
        yield "text", {"text": f"{who.person.name}, {who.business.town}"}
