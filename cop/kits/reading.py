"""The kits, read from `data/kits/<slug>.yaml`, which we wrote: words, topics, roles, a mandate and first pages.

Every text of a file is a pair `{en: …, it: …}`. A kit is a suggestion: a group takes from it what it likes, by its own
forms, and keeps no tie to it. So a kit can be changed at any time, and a group can draw on several.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from atlas.placed import MAX_TOPICS
from atlas.vocabulary import concepts, iri_of
from cop.forms.practice import MOST_LINES, RoleLine, TableLine
from cop.kits.said import LANGUAGES, BadKit, Said
from cop.models import Group, MandateVersion, Proposal
from cop.models.mandates import MOST_GOALS

FOLDER = Path(__file__).parents[1] / "data" / "kits"
SLUGS = ("network", "campaign", "course", "hub", "authority", "portineria")
"""In the order in which they are shown. A slug that has been shipped is part of addresses."""

# What a first page may be, as the app above has it; a test compares them.
PAGE_KINDS = ("knowledge", "know-how", "good-practice", "resource")
MOST_TITLE, MOST_ANSWER, MOST_BODY = 200, 500, 8000
MOST_MONTHS = 120
SHAPES = tuple(shape.value for shape in Proposal.Shape if shape != Proposal.Shape.PLAIN)


@dataclass(frozen=True)
class Role:
    """`months` is how long a term is; 0 where it has no end."""

    title: str
    months: int


@dataclass(frozen=True)
class Table:
    name: str
    when: str
    about: str


@dataclass(frozen=True)
class Beginning:
    """What a group of this kind may say of itself; `kinds` and `topics` are slugs."""

    kinds: tuple[str, ...]
    topics: tuple[str, ...]
    joining: str
    summary: str
    subject: str
    practice: str
    motivation: str
    roles: tuple[Role, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Word:
    """A word of this kind of group, and what it means there."""

    label: str
    meaning: str


@dataclass(frozen=True)
class Goal:
    """`target` is 0 where nothing is to be counted."""

    text: str
    target: int
    unit: str


@dataclass(frozen=True)
class FirstMandate:
    """`ends_months` is 0 for one that goes on until it is reviewed."""

    title: str
    purpose: str
    decisions: str
    sharing: str
    goals: tuple[Goal, ...]
    review_months: int
    ends_months: int


@dataclass(frozen=True)
class FirstPage:
    number: int
    kind: str
    title: str
    short_answer: str
    body: str
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A need or an offer to begin with; `shape` is empty for a plain one."""

    direction: str
    shape: str
    support: str
    title: str
    summary: str


@dataclass(frozen=True)
class Kit:
    """All of one kit, in one language."""

    slug: str
    language: str
    title: str
    summary: str
    difference: str
    group: Beginning
    words: tuple[Word, ...]
    mandate: FirstMandate
    pages: tuple[FirstPage, ...]
    first_needs: tuple[Draft, ...]

    def get_absolute_url(self) -> str:
        return f"/kits/{self.slug}"

    @property
    def topic_iris(self) -> list[str]:
        return [iri_of("topic", slug) for slug in self.group.topics]


@lru_cache(maxsize=len(LANGUAGES))
def all_kits(language: str) -> tuple[Kit, ...]:
    """Read once in a process. `language` is one of LANGUAGES. Raises BadKit."""
    return tuple(read_kit(slug, language) for slug in SLUGS)


def read_kit(slug: str, language: str, folder: Path = FOLDER) -> Kit:
    """Raises BadKit for a file that is missing or does not have the format."""
    path = folder / f"{slug}.yaml"
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadKit(f"{path.name}: cannot be read: {error}") from error
    said = Said(path.name, values, language, "title summary difference group words mandate pages first_needs")
    pages = said.parts("pages", 3, 5, "kind topics title short_answer body")
    needs = said.parts("first_needs", 1, 2, "direction support title summary", "shape")
    return Kit(
        slug=slug,
        language=language,
        title=said.words("title", 80),
        summary=said.words("summary", 400),
        difference=said.words("difference", 300),
        group=_group(said),
        words=tuple(_word(each) for each in said.parts("words", 6, 12, "label meaning")),
        mandate=_mandate(said),
        pages=tuple(_page(number, each) for number, each in enumerate(pages, 1)),
        first_needs=tuple(_draft(each) for each in needs),
    )


def _group(kit: Said) -> Beginning:
    said = kit.part("group", "kinds topics joining summary subject practice motivation roles tables")
    roles = said.parts("roles", 1, MOST_LINES, "title", "months")
    tables = said.parts("tables", 1, MOST_LINES, "name when about")
    texts = {name: said.words(name, _longest(Group, name)) for name in ("summary", *Group.ATTRIBUTES)}
    role, table = RoleLine.base_fields, TableLine.base_fields
    return Beginning(
        kinds=said.some_of("kinds", _slugs("group-kind"), 3),
        topics=said.some_of("topics", _slugs("topic"), MAX_TOPICS),
        joining=said.one_of("joining", Group.Joining.values),
        roles=tuple(
            Role(each.words("title", role["title"].max_length), each.number("months", MOST_MONTHS)) for each in roles
        ),
        tables=tuple(
            Table(**{name: each.words(name, table[name].max_length) for name in ("name", "when", "about")})
            for each in tables
        ),
        **texts,
    )


def _word(said: Said) -> Word:
    return Word(said.words("label", 60), said.words("meaning", 300))


def _mandate(kit: Said) -> FirstMandate:
    said = kit.part("mandate", "title purpose decisions sharing goals review_months", "ends_months")
    goals = said.parts("goals", 2, min(4, MOST_GOALS), "text", "target unit")
    texts: dict[str, Any] = {name: said.words(name, _longest(MandateVersion, name)) for name in MandateVersion.PARTS}
    return FirstMandate(
        goals=tuple(_goal(each) for each in goals),
        review_months=said.number("review_months", MOST_MONTHS),
        ends_months=said.number("ends_months", MOST_MONTHS),
        **texts,
    )


def _goal(said: Said) -> Goal:
    if ("target" in said.values) != ("unit" in said.values):
        raise BadKit(f"{said.where}: expected target and unit, or neither")
    unit = said.words("unit", 40) if "unit" in said.values else ""
    return Goal(said.words("text", 300), said.number("target", 100_000), unit)


def _page(number: int, said: Said) -> FirstPage:
    return FirstPage(
        number=number,
        kind=said.one_of("kind", PAGE_KINDS),
        title=said.words("title", MOST_TITLE),
        short_answer=said.words("short_answer", MOST_ANSWER),
        body=said.words("body", MOST_BODY),
        topics=said.some_of("topics", _slugs("topic"), MAX_TOPICS),
    )


def _draft(said: Said) -> Draft:
    return Draft(
        direction=said.one_of("direction", Proposal.Direction.values),
        shape=said.one_of("shape", SHAPES) if "shape" in said.values else "",
        support=said.one_of("support", Proposal.Support.values),
        title=said.words("title", _longest(Proposal, "title")),
        summary=said.words("summary", 1000),
    )


def _slugs(scheme: str) -> list[str]:
    return [each.columns["slug"] for each in concepts() if each.columns["scheme"] == scheme]


def _longest(model: Any, name: str) -> int:
    return int(model._meta.get_field(name).max_length)
