"""What somebody does on a page until the one that is looked at stands on the screen."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from tests.browser.browsing import speak
from tests.browser.crew import GUARDED, MEMBER, WITHOUT_PASSWORD
from tests.federation.live.node import PASSWORD
from tests.nodes import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.harbour import Crowd

SEND = "main form.form button[type=submit]"


def send_empty(page: Page, crowd: Crowd) -> None:
    """The form as it is; its errors come back at the top."""
    page.locator(SEND).first.click()
    page.locator(".error-summary").wait_for()


def send_untitled(page: Page, crowd: Crowd) -> None:
    """A form that begins with what is in force, without its title."""
    page.fill("[name=title]", "")
    send_empty(page, crowd)


def send_unnamed(page: Page, crowd: Crowd) -> None:
    """A form that begins with a name, without it."""
    page.fill("[name=name]", "")
    send_empty(page, crowd)


def ask_too_much(page: Page, crowd: Crowd) -> None:
    """More hours than anybody may be allowed."""
    page.locator("[name=cap], [name=limit]").first.fill("9999")
    send_empty(page, crowd)


def open_more_filters(page: Page, crowd: Crowd) -> None:
    page.locator(".filter-bar-more > summary").click()


def preview(page: Page, crowd: Crowd) -> None:
    page.fill("[name=title]", "Hang a door")
    page.fill("[name=body]", "## Steps\n\n1. Lift **slowly**.")
    page.locator("button[name=preview]").click()
    page.locator("#preview .panel").wait_for()


CARELESS = "In order to help the homeless we leverage synergies with all stakeholders. " + "word " * 30


def check_words(page: Page, crowd: Crowd) -> None:
    """As without scripts: the form comes back with hints."""
    page.fill("[name=summary]", CARELESS)
    page.locator("[data-remarks-for=summary]").wait_for(state="attached")
    page.evaluate("""() => {
        const button = document.querySelector("[data-check-words]");
        const form = button.form;
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "check", value: "1" }));
        form.submit();
    }""")
    page.locator("main .notice-title").wait_for()
    page.locator(".remarks-list").first.wait_for()


def write_carelessly(page: Page, crowd: Crowd) -> None:
    page.locator("[data-island=writing-help][data-island-state=ready]").wait_for()
    page.fill("[name=summary]", CARELESS)
    page.locator(".remarks-list button").first.wait_for()


def cross_an_edit(page: Page, crowd: Crowd) -> None:
    """As if somebody else had saved since the form was opened."""
    page.locator("[name=seen]").evaluate("field => { field.value = '0' }")
    page.fill("[name=title]", "Mend any door")
    page.fill("[name=body]", "1. Take it off.\n2. Mend it.")
    page.locator(SEND).first.click()
    page.locator("#clashes-title").wait_for()


def sign_up(page: Page, crowd: Crowd) -> None:
    page.fill("[name=email]", f"{uuid.uuid4().hex}@example.org")
    page.fill("[name=password1]", PASSWORD)
    page.locator(SEND).first.click()
    page.wait_for_url("**/confirm-email/")


def ask_for_a_code(page: Page, crowd: Crowd, email: str = MEMBER) -> None:
    page.fill("[name=email]", email)
    page.locator(SEND).first.click()
    page.wait_for_url("**/code/confirm/**")


def come_without_password(page: Page, crowd: Crowd) -> None:
    """Sign in with the code from the mail, as who has no password, and go to choose one."""
    before = len(crowd.harbour.log)
    ask_for_a_code(page, crowd, WITHOUT_PASSWORD)
    mail = re.compile(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", re.MULTILINE)
    code = eventually(lambda: mail.search(crowd.harbour.log, before))
    page.fill("[name=code]", code[1])
    page.locator(SEND).first.click()
    page.wait_for_url("**/password/set/")
    speak(page, crowd.language)


def stop_at_second_factor(page: Page, crowd: Crowd) -> None:
    page.fill("[name=login]", GUARDED)
    page.fill("[name=password]", PASSWORD)
    page.locator("form[action='/accounts/login/'] button[type=submit]").click()
    page.wait_for_url("**/2fa/authenticate/")


def ask_for_a_passkey_in_vain(page: Page, crowd: Crowd) -> None:
    """No browser gives one to an address of numbers."""
    prove_yourself(page)
    page.locator("#mfa_webauthn_add").click()
    page.locator("[data-passkey-refused]").wait_for()


def prove_yourself(page: Page) -> None:
    """Once more with the password, where the page asks for it."""
    if "/reauthenticate/" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.locator(SEND).first.click()
        page.locator("#mfa_webauthn_add").wait_for()


def send_without_token(page: Page, crowd: Crowd) -> None:
    """As a form that stood open for too long."""
    page.context.clear_cookies()
    page.locator("form[action='/accounts/login/'] button[type=submit]").click()
    page.locator("main h1").wait_for()
