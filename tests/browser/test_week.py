"""“This week” comes out of Chromium's printer as one sheet, however much there is and however long its words are."""

from __future__ import annotations

import io

import pypdf
import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import context_on
from tests.browser.harbour import Harbour

pytestmark = [pytest.mark.browser, pytest.mark.live]

FILL = """
import datetime as dt
from django.utils import timezone
from tests.news import appear
starts = timezone.now() + dt.timedelta(hours=1)
words = {words!r}
for n in range({dates}):
    day = starts + dt.timedelta(hours=2 * n % 150)
    appear((f"{{n}} " + words)[:300], kind="gathering", starts=day, ends=day + dt.timedelta(days=n % 2, hours=1),
           area=("{area} " + words)[:100], group_name=words[:200], step_free=True, state="tentative")
for n in range(6):
    for kind in ("need", "offer"):
        appear((f"{{n}} " + words)[:300], kind=kind, direction=kind, area=("{area} " + words)[:100],
               group_name=words[:200])
"""
EMPTY = "from atlas.models import Card; Card.objects.filter(area__startswith='{area}').delete()"
WIDE = "WWWWWWW MMMM " * 30
UNBROKEN = "Streichquartettabend" * 15
A4 = (595, 842)  # points


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize(
    ("area", "words", "dates"),
    [("Papertown", WIDE, 80), ("Inkbridge", UNBROKEN, 80), ("Quietham", WIDE, 1), ("Noughton", "", 0)],
)
def test_it_is_one_sheet(browser: Browser, full_harbour: Harbour, language: str, area: str, words: str, dates: int):
    if words:
        full_harbour.prepare(FILL.format(words=words, dates=dates, area=area))
    try:
        context = context_on(browser, full_harbour, language=language)
        page = context.new_page()
        page.goto(f"/atlas/this-week?area={area}")
        printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 703, "height": 1028})  # what the margins leave of A4, in CSS pixels
        body = page.locator(".sheet-body")
        beyond = body.evaluate("body => body.scrollHeight - body.clientHeight")
        context.close()
    finally:
        full_harbour.prepare(EMPTY.format(area=area))
    assert len(printed.pages) == 1
    assert tuple(round(float(side)) for side in printed.pages[0].mediabox[2:]) == pytest.approx(A4, abs=1)
    said = printed.pages[0].extract_text()
    assert full_harbour.origin in said, "the address beside the code"
    assert "UTC" in said, "the last line"
    assert "Sign in" not in said and "Entra" not in said
    assert beyond <= 0, f"{beyond} pixels of it are cut"
