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
    it is about, each while they show a page. A name that two have stands for nobody."""
    wrote = Post.objects.filter(about_uri=about_uri, withdrawn_at__isnull=True).values("actor")
    inside = Member.objects.filter(group__uri=about_uri, state=Member.State.JOINED).values("actor")
    shown = Person.objects.filter(is_public=True, withdrawn_at__isnull=True).exclude(name="")
    found: dict[str, set[str]] = {}
    rows = shown.filter(Q(actor__in=wrote) | Q(actor__in=inside)).values_list("name", "actor__uri")
    for name, uri in rows[:MOST_CANDIDATES]:
        found.setdefault(name, set()).add(uri)
    return {name: next(iter(found[name])) for name in sorted(found, key=len, reverse=True) if len(found[name]) == 1}


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
