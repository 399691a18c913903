"""No page is added without being looked at."""

from __future__ import annotations

from tests.browser.page_types import NOT_PAGES, PAGES, patterns


def test_every_address_of_the_url_configuration_is_a_page_we_look_at_or_no_page():
    unknown = sorted(set(patterns()) - PAGES.keys() - NOT_PAGES.keys())
    assert not unknown, (
        f"{', '.join(unknown)}: say in tests/browser/page_types.py how to reach a filled example and as whom, "
        "or why it is not a page"
    )


def test_what_the_table_names_is_still_there():
    assert not (PAGES.keys() | NOT_PAGES.keys()) - set(patterns())


def test_nothing_is_both_a_page_and_none():
    assert not PAGES.keys() & NOT_PAGES.keys()
