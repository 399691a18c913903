"""Nodes with people on them: visitors fill in the forms of the pages, as a browser without scripts would."""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.nodes import LiveNode, empty
from tests.storage import Kept, free_port

PASSWORD = "correct-horse-battery"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    url: str

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class InhabitedNode(LiveNode):
    """A live node with a name and, once `stories.settle` was told to, a steward, `steward@<name>.example`."""

    def __init__(
        self,
        name: str,
        data: Path,
        *,
        production: bool = False,
        port: int = 0,
        inner_port: int = 0,
        kept: Kept | None = None,
    ) -> None:
        super().__init__(
            port or free_port(),
            data,
            production=production,
            kept=kept,
            inner_port=inner_port,
            EMAIL_URL="dummymail://",
        )
        self.name = name

    def lay_out(self) -> None:
        self.kept = self.kept or empty(self.production)
        super().lay_out()

    def prepare(self, code: str) -> str:
        """Run a few lines inside the node's own environment, as its steward could in a shell."""
        return self.manage("shell", "-v", "0", "-c", code)

    def visit(self, path: str, accept: str = "text/html") -> Answer:
        return Visitor(self).get(path, accept=accept)

    def document(self, path: str) -> Any:
        return self.visit(path, accept="application/activity+json").json()

    def digest(self, origin: str = "") -> dict[str, Any]:
        asked = urllib.parse.quote(origin or self.origin, safe="")
        answer = self.visit(f"/metro/digest?origin={asked}")
        assert answer.status == 200, f"{answer.status} {answer.text[:300]}"  # 429 for who asks many times a second
        found: dict[str, Any] = answer.json()
        return found

    def person(self, email: str) -> Visitor:
        """Somebody with an account here, signed in."""
        visitor = Visitor(self)
        answer = visitor.post("/accounts/login/", {"login": email, "password": PASSWORD})
        assert answer.status == 200 and "/accounts/login" not in answer.url, answer.text[:2000]
        return visitor


class Visitor:
    """Cookies, forms with their token, redirects."""

    def __init__(self, node: LiveNode) -> None:
        self.node = node
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str, accept: str = "text/html") -> Answer:
        return self._ask(urllib.request.Request(self.node.origin + path, headers={"Accept": accept}))

    def post(self, path: str, fields: dict[str, Any], form_at: str = "") -> Answer:
        """Send a form; its token is read from the page it stands on (by default the same address)."""
        page = self.get(form_at or path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, f"no form at {form_at or path}: {page.status} {page.text[:500]}"
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}, doseq=True).encode()
        headers = {"Accept": "text/html", "Referer": self.node.origin + path, "Origin": self.node.origin}
        return self._ask(urllib.request.Request(self.node.origin + path, data=body, headers=headers))

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.read(), answer.url)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), error.url or request.full_url)
