"""A browser without scripts: it finds the forms of a page, fills them in, and sends what then stands in them."""

from __future__ import annotations

import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

import lxml.html

from tests.federation.live.node import PASSWORD, Answer, Visitor
from tests.nodes import LiveNode

Value = str | bool | list[str]


@dataclass(frozen=True)
class Form:
    """One form of a page, sent as a browser would: also what nobody touched, hidden or filled in before."""

    page: str
    element: Any

    @classmethod
    def on(cls, answer: Answer, button: str, beside: str = "") -> Form:
        """The form that the button with these words sends, where there are many the one that stands beside others.

        AssertionError if the page has none.
        """
        forms = [form for form in lxml.html.fromstring(answer.text).forms if beside in form.getparent().text_content()]
        found = [form for form in forms if any(button in text for text in _buttons(form))]
        assert found, (
            f"no button {button!r} at {answer.url} ({answer.status}), only {[_buttons(form) for form in forms]}"
        )
        return cls(answer.url, found[0])

    def fill(self, values: dict[str, Value]) -> Form:
        """Write, tick and choose; a choice is named by its value or its words. AssertionError if that cannot be."""
        for name, value in values.items():
            assert name in self.element.inputs, (
                f"no field {name!r} at {self.page}; {sorted(self.element.inputs.keys())}"
            )
            control = self.element.inputs[name]
            if isinstance(value, bool):
                control.checked = value
            elif isinstance(control, lxml.html.SelectElement):
                control.value = {option.text: option.get("value") for option in control.iter("option")}.get(
                    value, value
                )
            else:
                control.value = value
        return self

    def value(self, name: str) -> Any:
        """What stands in a field now."""
        return self.element.inputs[name].value

    def request(self, button: str) -> urllib.request.Request:
        pairs = list(self.element.form_values())
        pressed = next(each for each in self.element.iter("button") if button in each.text_content())
        if pressed.get("name"):
            pairs.append((pressed.get("name"), pressed.get("value")))
        parts = urllib.parse.urlsplit(self.page)
        return urllib.request.Request(
            urllib.parse.urljoin(self.page, self.element.action or ""),
            data=urllib.parse.urlencode(pairs).encode(),
            headers={"Accept": "text/html", "Referer": self.page, "Origin": f"{parts.scheme}://{parts.netloc}"},
        )


def _buttons(form: Any) -> list[str]:
    return [" ".join(button.text_content().split()) for button in form.iter("button")]


class Browser(Visitor):
    """Somebody who reads pages and presses buttons."""

    @classmethod
    def signed_in(cls, node: LiveNode, email: str) -> Browser:
        browser = cls(node)
        answer = browser.press("Sign in", "/accounts/login/", login=email, password=PASSWORD)
        assert "/accounts/login" not in answer.url, answer.text[:2000]
        return browser

    def press(self, button: str, at: str, **values: Value) -> Answer:
        """Open the page, fill in the form of the button, press it, and read what comes."""
        return self.send(self.form(button, at).fill(values), button)

    def form(self, button: str, at: str, beside: str = "") -> Form:
        """The form that a button of the page sends; of several buttons the one that stands beside some words."""
        return Form.on(self.get(at), button, beside)

    def send(self, form: Form, button: str) -> Answer:
        answer = self._ask(form.request(button))
        assert answer.status == 200, f"{button!r} at {form.page}: {answer.status} {_complaints(answer)}"
        return answer


def _complaints(answer: Answer) -> str:
    """What the page says is wrong, in one line."""
    found = lxml.html.fromstring(answer.text).xpath('//*[contains(@class, "field-error")]')
    return "; ".join(each.text_content().strip() for each in found) or answer.text[:1000]
