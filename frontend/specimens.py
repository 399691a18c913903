"""Made-up things for the living style page: shown nowhere else, and marked as examples in their own words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from frontend.flags import TOPIC_WORDS
from frontend.kinds import KIND_WORDS

NODES = (
    ("https://harbour.example", "Harbour"),
    ("https://orchard.example", "Orchard"),
    ("https://terrace.example", "Terrace"),
    ("https://market.example", "Market"),
    ("https://bridge.example", "Bridge"),
    ("https://canal.example", "Canal"),
    ("https://mill.example", "Mill"),
    ("https://common.example", "Common"),
)


THEMES = {"light": gettext_lazy("Light"), "dark": gettext_lazy("Dark"), "contrast": gettext_lazy("High contrast")}

# Roles of colour, as in css/tokens.css.
ROLES = (
    "ground",
    "surface",
    "surface-deep",
    "text",
    "text-soft",
    "rule",
    "link",
    "signal",
    "good",
    "warn",
    "bad",
    "mast",
)


@dataclass
class Node:
    origin: str
    name: str


@dataclass
class Specimen:
    """As much of an atlas Card as a page shows."""

    kind: str
    title: str
    summary: str
    topics: list[str]
    node: Node
    group_name: str = ""
    language: str = "en"
    area: str = ""
    starts: dt.datetime | None = None
    ends: dt.datetime | None = None
    updated: dt.datetime = field(default_factory=timezone.now)
    source: str = ""
    state: str = ""
    lat: float = 51.5
    lon: float = -0.1

    @property
    def uri(self) -> str:
        return f"{self.node.origin}/{self.kind}/{crc32(self.title.encode())}"

    url = "/style/"

    def get_state_display(self) -> str:
        return _("Postponed")


@dataclass
class Message:
    """As much of a message of Django's as a page shows."""

    words: str
    level_tag: str

    def __str__(self) -> str:
        return self.words


class SpecimenForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("What do you need?"),
        help_text=gettext_lazy("One sentence that a stranger understands."),
    )
    summary = forms.CharField(label=gettext_lazy("Tell us more"), widget=forms.Textarea, required=False)
    support = forms.ChoiceField(
        label=gettext_lazy("Kind of support"),
        choices=[
            ("", gettext_lazy("Choose one")),
            ("expertise", gettext_lazy("Expertise")),
            ("space", gettext_lazy("Space")),
        ],
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Topics"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(word, [(slug, word)]) for slug, word in TOPIC_WORDS.items()],
    )
    until = forms.DateField(
        label=gettext_lazy("Until when"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Shared with"),
        widget=forms.RadioSelect,
        choices=[
            ("group", gettext_lazy("this group")),
            ("node", gettext_lazy("this node")),
            ("everyone", gettext_lazy("everyone, on all nodes")),
        ],
    )
    free = forms.BooleanField(label=gettext_lazy("It must cost nothing"), required=False)


class SpecimenFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("Words"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", gettext_lazy("All"))]
        self.fields["kind"].choices = everything + list(KIND_WORDS.items())
        self.fields["topic"].choices = everything + list(TOPIC_WORDS.items())


def cards() -> list[Specimen]:
    now = timezone.now()
    nodes = [Node(*pair) for pair in NODES]
    day = dt.timedelta(days=1)
    return [
        Specimen(
            "need",
            "Someone to read a planning application with us",
            "An example of a need. A tenants' group has three weeks to answer and nobody who reads plans.",
            ["planning", "legal"],
            nodes[0],
            "Tenants of the example",
            area="Camden",
            ends=now + 20 * day,
            updated=now - dt.timedelta(minutes=3),
            lat=51.54,
            lon=-0.14,
        ),
        Specimen(
            "offer",
            "Un pomeriggio di consulenza legale, gratuita",
            "Un esempio di offerta. Una volta al mese, in una portineria di quartiere.",
            ["legal", "housing"],
            nodes[1],
            language="it",
            area="Milano",
            updated=now - dt.timedelta(hours=5),
            lat=45.46,
            lon=9.19,
        ),
        Specimen(
            "gathering",
            "Master class: draw your own neighbourhood map",
            "An example of a gathering. Paper in the morning, open data after lunch. Step-free.",
            ["mapping", "digital"],
            nodes[2],
            "Civic school of the example",
            area="Hackney",
            state="postponed",
            starts=now + 9 * day,
            ends=now + 9 * day + dt.timedelta(hours=3),
            updated=now - 2 * day,
            lat=51.545,
            lon=-0.055,
        ),
        Specimen(
            "call",
            "Small grants for gardens anyone may enter",
            "An example of a funding call. From £500 to £5,000; two hours to apply.",
            ["environment", "civic-economy"],
            nodes[3],
            ends=now + 40 * day,
            updated=now - 6 * day,
            lat=51.49,
            lon=-0.07,
        ),
        Specimen(
            "listing",
            "A listed organisation of the example",
            "An example of an organisation taken from a public register.",
            [],
            nodes[4],
            area="Southwark",
            source="Public register, Open Government Licence 3.0",
            updated=now - 30 * day,
            lat=51.47,
            lon=-0.08,
        ),
        Specimen(
            "need",
            "نبحث عن غرفة لأربعين شخصًا، قرب محطة Camden Town",
            "مثال على حاجة. مرة كل أسبوع، مساء الثلاثاء، والدخول بلا درج.",
            ["participation"],
            Node("https://souk.example", "عقدة السوق"),
            "جيران الشارع",
            language="ar",
            area="Camden",
            updated=now - dt.timedelta(minutes=20),
            lat=51.535,
            lon=-0.13,
        ),
    ]


def specimens(query: Any) -> dict[str, Any]:
    """The context of the style page."""
    theme = query.get("theme", "") if query.get("theme") in THEMES else ""
    wrong = SpecimenForm(data={"title": "", "support": "castle", "until": "31/02/2027", "audience": "group"})
    items = cards()
    return {
        "theme": theme,
        "themes": [*THEMES.items(), ("", _("As my device"))],
        "looks": [("", THEMES[theme])] if theme else list(THEMES.items()),
        "roles": ROLES,
        "language": get_language(),
        "languages": [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES],
        "messages_shown": [Message(_("Your settings are saved."), "success")],
        "cards": items,
        "topics": list(TOPIC_WORDS),
        "kinds": list(KIND_WORDS),
        "nodes": NODES,
        "form": SpecimenForm(),
        "remarks": [{"key": "sample", "words": _("This sentence has 31 words. Could it be two?")}],
        "wrong_form": wrong,
        "filter_form": SpecimenFilter(
            query if {"q", "kind", "topic"} & set(query) else {"kind": "need", "topic": "housing"}
        ),
        "page": Paginator(range(60), 20).page(2),
        "soon": timezone.now() + dt.timedelta(days=3, hours=2),
        "later": timezone.now() + dt.timedelta(days=3, hours=4),
        "steps": [
            ("proposed", _("proposed")),
            ("agreed", _("agreed")),
            ("under-way", _("under way")),
            ("done", _("done")),
            ("thanked", _("thanked")),
        ],
        "italian_words": "Una prova in **italiano**, con un [collegamento](https://example.org/) e un elenco:"
        "\n\n- la prima cosa\n- la seconda",
        "arabic_words": "مثال بالعربية، مع [رابط](https://example.org/) وقائمة:\n\n- الأول\n- الثاني",
    }


def pins() -> dict[str, Any]:
    """The specimen cards as GeoJSON, in the shape the map island reads."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [card.lon, card.lat]},
                "properties": {
                    "uri": card.uri,
                    "url": card.url,
                    "kind": card.kind,
                    "kind_word": str(KIND_WORDS[card.kind]),
                    "title": card.title,
                    "summary": card.summary,
                    "topic": card.topics[0] if card.topics else "",
                    "node": card.node.name,
                },
            }
            for card in cards()
        ],
    }


def network() -> dict[str, Any]:
    """The specimen cards and one link after another, in the shape the network island reads."""
    items = cards()
    return {
        "nodes": [feature["properties"] for feature in pins()["features"]],
        "links": [
            {"from": one.uri, "to": two.uri, "relation": _("helps")}
            for one, two in zip(items, items[1:] + items[:1], strict=True)
        ],
    }
