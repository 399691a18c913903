"""A mandate travels as an Article any program can show, a consent and a result as Notes that answer it.

Each belongs to the body or person that says it, and nothing here lets anybody write another's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from atlas.cards import language_of_labels
from cop.mandates.reading import mandate_of
from cop.models import Consent, Group, MandateVersion, Result
from cop.models.mandates import LONGEST_PART, MOST_GOALS, MOST_NUMBER, MOST_PARTIES, ROLES
from federation import audiences, identity
from federation.models import Actor, Node
from federation.reader import BadField
from federation.types import FederatedType, register
from federation.values import write_instant
from frontend.text import render_markdown
from frontend.times import day_words

if TYPE_CHECKING:
    from federation.models import Published
    from federation.reader import Reader

Json = dict[str, Any]

KNOWN_ROLES = {slug for slug, _words in ROLES}
PARTS = {"purpose": "aim", "decisions": "decisions", "sharing": "sharing"}


@register
class MandateOnTheWire(FederatedType):
    """ValueFlows' Agreement (FEP-0837); `content` is the whole of it in words."""

    kinds = ("mandate",)
    model = MandateVersion
    type = "Article"
    additional_type = "https://w3id.org/valueflows/ont/vf#Agreement"

    def topics_of(self, version: MandateVersion) -> list[str]:
        return []

    def place_of(self, version: MandateVersion) -> str:
        return str(version.about_uri)

    def hears(self, version: MandateVersion) -> list[str]:
        """Also bodies whose word it needs and that live where nobody is a neighbour."""
        group = Group.objects.select_related("actor").filter(uri=version.about_uri).first()
        if version.audience != audiences.PUBLIC or group is None:
            return []
        voices = mandate_of(group, None).standing_of(version).voices
        bodies = Actor.objects.filter(uri__in=voices, node__isnull=False, gone_at__isnull=True)
        return [actor.delivery_inbox for actor in bodies]

    def to_object(self, version: MandateVersion) -> Json:
        with translation.override(language_of_labels(version.language)):
            html = _for_people(version)
        return {
            "name": version.title,
            "content": html,
            "contentMap": {version.language: html} if version.language else {},
            "inLanguage": version.language,
            "mediaType": "text/html",
            "context": version.about_uri,
            "number": version.number,
            "supersedes": version.supersedes,
            **{wire: getattr(version, name) for name, wire in PARTS.items()},
            "goals": [{**goal, "type": "Goal"} for goal in version.goals],
            "parties": [{"id": each["uri"], "name": each["name"], "role": each["role"]} for each in version.parties],
            "startDate": _iso(version.starts_on),
            "endDate": _iso(version.ends_on),
            "reviewAt": _iso(version.review_on),
            "roundEnds": write_instant(version.round_ends) if version.round_ends else None,
            "adopted": write_instant(version.adopted_at) if version.adopted_at else None,
            "answers": [{"inReplyTo": uri, "content": words} for uri, words in sorted(version.answers.items())],
            "changeNote": version.comment,
        }

    def from_object(self, read: Reader) -> Json:
        title = read.natural("name", 140).text
        if not title:
            raise BadField("name", read.data.get("name"), "a title")
        starts, ends = read.day("startDate"), read.day("endDate")
        return {
            "about_uri": identity.fits("context", read.uri("context", required=True)),
            "title": title,
            "language": read.language()[:16],
            "number": read.integer("number", 1, MOST_NUMBER) or 1,
            "supersedes": identity.fits("supersedes", read.uri("supersedes")) if "supersedes" in read else "",
            **{name: read.text(wire, LONGEST_PART, lines=True) for name, wire in PARTS.items()},
            "goals": _read_goals(read),
            "parties": _read_parties(read),
            "starts_on": None if starts and ends and ends < starts else starts,
            "ends_on": ends,
            "review_on": read.day("reviewAt"),
            "round_ends": read.instant("roundEnds"),
            "adopted_at": read.instant("adopted"),
            "answers": _read_answers(read),
            "comment": read.text("changeNote", 300),
        }


@register
class ConsentOnTheWire(FederatedType):
    """What a body says to a version, in `stance`; objections say why in `content`."""

    kinds = ("consent",)
    model = Consent
    type = "Note"
    additional_type = "urn:flotilla:ns:Consent"

    def topics_of(self, consent: Consent) -> list[str]:
        return []

    def place_of(self, consent: Consent) -> str:
        return str(consent.version_uri)

    def stands_under(self, consent: Consent) -> Actor | None:
        version = MandateVersion.objects.filter(uri=consent.version_uri).first()
        group = Group.objects.filter(uri=version.about_uri).first() if version is not None else None
        return group.actor if group is not None else None

    def hears(self, consent: Consent) -> list[str]:
        """Whoever proposed it; of what members say, the group's own node, which passes it on."""
        if consent.audience != audiences.PUBLIC:
            full = Node.objects.filter(Node.FOR_GROUPS, blocked_at__isnull=True)
            home = Actor.objects.filter(uri=consent.audience.removesuffix("/members"), node__in=full).first()
            return [home.delivery_inbox] if home is not None else []
        version = MandateVersion.objects.filter(uri=consent.version_uri, node__isnull=False).first()
        return [version.actor.delivery_inbox] if version is not None else []

    def to_object(self, consent: Consent) -> Json:
        with translation.override(language_of_labels(consent.language)):
            said = consent.get_stance_display()
        html = format_html("<p><strong>{}</strong></p>{}", said, render_markdown(consent.words))
        return {
            "content": html,
            "source": {"content": consent.words, "mediaType": "text/markdown"},
            "inLanguage": consent.language,
            "inReplyTo": consent.version_uri,
            "stance": consent.stance,
            "signed": consent.signed,
        }

    def from_object(self, read: Reader) -> Json:
        source = read.child("source")
        words = source.text("content", 2000, lines=True) if source is not None else ""
        stance = read.choice("stance", Consent.Stance.values)
        if stance == Consent.Stance.OBJECT and not words:
            raise BadField("source", words, "why, for an objection")
        return {
            "version_uri": identity.fits("inReplyTo", read.uri("inReplyTo", required=True)),
            "stance": stance,
            "words": words,
            "signed": read.text("signed", 120),
            "language": read.language()[:16],
        }

    def settle(self, values: Json, read: Reader) -> Json:
        """One for each who says something: a second one with another address is refused."""
        others = Consent.objects.filter(version_uri=values["version_uri"], actor=values["actor"])
        if others.filter(withdrawn_at__isnull=True).exclude(uri=read.id).exists():
            raise BadField("id", read.id, "the address of what you said before")
        return values


@register
class ResultOnTheWire(FederatedType):
    """What was reached towards a goal, by whom and when."""

    kinds = ("result",)
    model = Result
    type = "Note"
    additional_type = "urn:flotilla:ns:Result"

    def topics_of(self, result: Result) -> list[str]:
        return []

    def place_of(self, result: Result) -> str:
        return str(result.about_uri)

    def to_object(self, result: Result) -> Json:
        return {
            "name": result.title,
            "content": format_html("<p>{}</p>", result.title),
            "inLanguage": result.language,
            "context": result.about_uri,
            "goal": result.goal_id,
            "amount": f"{result.amount.normalize():f}" if result.amount is not None else None,
            "reached": _iso(result.reached_on),
            "evidence": result.evidence,
        }

    def from_object(self, read: Reader) -> Json:
        title, day = read.text("name", 200), read.day("reached")
        if not title or day is None:
            raise BadField("reached" if title else "name", read.data.get("reached"), "what was reached, and the day")
        return {
            "about_uri": identity.fits("context", read.uri("context", required=True)),
            "goal_id": read.text("goal", 16, required=True),
            "title": title,
            "language": read.language()[:16],
            "amount": read.decimal("amount", 0, 10**9),
            "reached_on": day,
            "evidence": read.url("evidence") if "evidence" in read else "",
        }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day is not None else None


def _read_goals(read: Reader) -> list[Json]:
    found: dict[str, Json] = {}
    for each in read.children("goals")[:MOST_GOALS]:
        named, text = each.text("id", 16), each.text("text", 300)
        if named and text:
            target = each.decimal("target", 0, 10**9)
            said = {"id": named, "text": text, "unit": each.text("unit", 40)}
            found.setdefault(named, said | ({"target": f"{target.normalize():f}"} if target is not None else {}))
    return list(found.values())


def _read_parties(read: Reader) -> list[Json]:
    found: dict[str, Json] = {}
    for each in read.children("parties")[:MOST_PARTIES]:
        uri = identity.fits("parties.id", each.uri("id", required=True))
        role = each.text("role", 16)
        said = {"uri": uri, "name": each.text("name", 120), "role": role if role in KNOWN_ROLES else "other"}
        found.setdefault(uri, said)
    return list(found.values())


def _read_answers(read: Reader) -> dict[str, str]:
    said = read.children("answers")[:100]
    return {each.uri("inReplyTo")[:500]: each.text("content", 2000, lines=True) for each in said if "inReplyTo" in each}


def _for_people(version: MandateVersion) -> str:
    days = ((_("From"), version.starts_on), (_("To"), version.ends_on), (_("To be reviewed on"), version.review_on))
    goals = format_html_join("", "<li>{}</li>", [(goal["text"],) for goal in version.goals])
    bodies = format_html_join("", "<li>{}</li>", [(each["name"] or each["uri"],) for each in version.parties])
    facts: list[tuple[str, Published | str]] = [
        (_("What for"), render_markdown(version.purpose)),
        (_("Goals"), format_html("<ul>{}</ul>", goals) if goals else ""),
        (_("Who decides what"), render_markdown(version.decisions)),
        (_("How results are shared"), render_markdown(version.sharing)),
        (_("Who signs it"), format_html("<ul>{}</ul>", bodies) if bodies else ""),
        *((label, format_html("<p>{}</p>", day_words(day))) for label, day in days if day is not None),
    ]
    return format_html_join("", "<p><strong>{}</strong></p>{}", [(label, html) for label, html in facts if html])
