"""Naming somebody in one's words: “@Maria Rossi” becomes a link to her page, and she is told.

A mention is nothing but a link to a person or group: what is stored, edited and sent is the same Markdown, and
whoever prefers may write the link by hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Q

from cop.models import Member, Person, Post
from federation.models import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 20  # people spoken to in one post
MOST_CANDIDATES = 500
LINK = re.compile(r"\]\((https?://[^\s()<>]{1,500})\)")
HANDLE = re.compile(r"(?<![\w@\[])@([\w.-]{1,64})@([\w.:\[\]-]{1,255})")


def found_in(text: str, about_uri: str) -> tuple[str, list[str]]:
    """The text with names turned into links, and the addresses of those it links to, at most MOST."""
    text = _link_handles(_link_names(text, _candidates(about_uri)))
    addresses = list(dict.fromkeys(LINK.findall(text)))[:200]
    spoken_to = (Actor.Type.PERSON, Actor.Type.GROUP, Actor.Type.ORGANIZATION)
    known = set(Actor.objects.filter(uri__in=addresses, type__in=spoken_to).values_list("uri", flat=True))
    return text, [uri for uri in addresses if uri in known][:MOST]


def _candidates(about_uri: str) -> dict[str, str]:
    """Names people go by here, longest first, with their addresses: who wrote in this thread, and members of the group
    it is about, each while they show a page. The first word of a name will do. What two are called stands for nobody,
    unless it is the whole name of one."""
    wrote = Post.objects.filter(about_uri=about_uri, withdrawn_at__isnull=True).values("actor")
    inside = Member.objects.filter(group__uri=about_uri, state=Member.State.JOINED).values("actor")
    shown = Person.objects.filter(is_public=True, withdrawn_at__isnull=True).exclude(name="")
    rows = shown.filter(Q(actor__in=wrote) | Q(actor__in=inside)).values_list("name", "actor__uri")[:MOST_CANDIDATES]
    whole = _called((name, uri) for name, uri in rows)
    first = _called((name.split()[0], uri) for name, uri in rows if name.split())
    called = {name: uris for name, uris in (first | whole).items() if len(uris) == 1}
    return {name: next(iter(called[name])) for name in sorted(called, key=len, reverse=True)}


def _called(named: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Whom each name stands for."""
    found: dict[str, set[str]] = {}
    for name, uri in named:
        found.setdefault(name, set()).add(uri)
    return found


def _link_names(text: str, candidates: dict[str, str]) -> str:
    if not candidates or "@" not in text:
        return text
    by_name = {name.casefold(): uri for name, uri in candidates.items()}
    names = re.compile(rf"(?<![\w@\[])@({_any_of(candidates)})(?![\w@])", re.IGNORECASE)
    return names.sub(lambda found: _link(found[1], by_name.get(found[1].casefold(), "")), text)


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in names)


def _link_handles(text: str) -> str:
    """`@name@host`, as the fediverse writes it, for those this node has heard of."""

    def link(found: re.Match[str]) -> str:
        there = Q(uri__startswith=f"https://{found[2]}/") | Q(uri__startswith=f"http://{found[2]}/")
        rows = Actor.objects.filter(there, handle__iexact=found[1])
        uri = rows.values_list("uri", flat=True).first()
        return _link(f"{found[1]}@{found[2]}", uri or "")

    return HANDLE.sub(link, text, count=MOST)


def _link(name: str, uri: str) -> str:
    safe = name.replace("[", "").replace("]", "")
    return f"[@{safe}]({uri})" if uri else f"@{name}"
