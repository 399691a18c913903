"""What a Reader gives for honest documents of the programs around us, and how it names what it cannot read."""

from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from federation.audiences import PUBLIC
from federation.reader import Attachment, BadField, Reader
from frontend.text import ATTRIBUTES, SCHEMES, TAGS
from tests.federation.shared import DATA, files, name_of, needs_shared_data

AT = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)


def bad(call, field: str, accepted: str) -> None:
    with pytest.raises(BadField, match=accepted) as refusal:
        call()
    assert refusal.value.field == field
    assert str(refusal.value).startswith(f"{field}: expected ")


# Words


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("", ""),
        ("  A  room\n on\tTuesdays ", "A room on Tuesdays"),
        ("Cafe\u0301", "Café"),
        ("a\x00b\x07c\x9f", "abc"),
        ("evil\u202etxt.exe\u202c", "eviltxt.exe"),
        ("👩‍🌾 ok", "👩‍🌾 ok"),
        (["First", "Second"], "First"),
        ([], ""),
        ({"@value": "Casa", "@language": "it"}, "Casa"),
        ("<b>bold</b>", "<b>bold</b>"),
    ],
)
def test_text_is_one_tidy_line(value, expected: str) -> None:
    assert Reader({"name": value}).text("name", 100) == expected


def test_text_is_cut_and_may_keep_its_lines() -> None:
    read = Reader({"name": "x" * 1_000_000, "note": "a\n\nb"})
    assert read.text("name", 10) == "xxxxxxxxx…"
    assert read.text("note", 10, lines=True) == "a\n\nb"


@pytest.mark.parametrize("value", [1, True, {"a": 1}, [["x"]], 1.5])
def test_text_that_is_none(value) -> None:
    bad(lambda: Reader({"name": value}).text("name", 10), "name", "text")


def test_a_required_property_that_is_absent() -> None:
    read = Reader({}, "object")
    bad(lambda: read.text("name", 10, required=True), "object.name", "text")
    bad(lambda: read.html("content", required=True), "object.content", "HTML")
    bad(lambda: read.natural("name", required=True), "object.name", "text")
    bad(lambda: read.uri("attributedTo", required=True), "object.attributedTo", "an address")
    bad(lambda: read.url("url", required=True), "object.url", "a web address")
    bad(lambda: read.instant("startTime", required=True), "object.startTime", "UTC offset")
    bad(lambda: read.choice("joinMode", ["free"]), "object.joinMode", "one of free")


def test_html_is_cleaned() -> None:
    dirty = (
        '<p onclick="x()">Hi <script>alert(1)</script><a href="javascript:x">a</a> <a href="https://a.example">b</a>'
    )
    assert Reader({"content": dirty}).html("content") == (
        '<p>Hi <a rel="nofollow noopener ugc">a</a> <a href="https://a.example" rel="nofollow noopener ugc">b</a></p>'
    )


def test_html_cut_in_the_middle_of_a_tag_is_still_whole() -> None:
    for length in range(1, 60):
        found = Reader({"content": "<p>ab<strong>cd<a href='https://a.example'>e"}).html("content", length)
        assert found.count("<p>") == found.count("</p>") and found.count("<a ") == found.count("</a>")


def test_content_that_is_plain_text_or_markdown() -> None:
    plain = Reader({"mediaType": "text/plain", "content": "1 < 2\nyes\n\n<b>"}).html("content")
    assert plain == "<p>1 &lt; 2<br>yes</p><p>&lt;b&gt;</p>"
    assert "<strong>" in Reader({"mediaType": "text/markdown", "content": "**a**"}).html("content")
    assert Reader({"mediaType": "text/markdown", "summary": "<i>a</i>"}).html("summary") == "<i>a</i>"


@pytest.mark.parametrize("path", files("security/xss", "*.*"), ids=name_of)
@needs_shared_data
def test_published_attacks_do_not_survive(path) -> None:
    for attack in path.read_text(errors="replace").split("\n--\n"):
        found = Seen(Reader({"content": attack}).html("content"))
        assert found.tags <= TAGS
        assert found.attributes <= {"rel"}.union(*ATTRIBUTES.values())
        assert {address.partition(":")[0].lower() for address in found.addresses} <= SCHEMES


def test_a_relative_link_of_theirs_leads_nowhere_on_our_node() -> None:
    found = Seen(Reader({"content": '<a href="/accounts/logout/">x</a><a href="//a.example">y</a>'}).html("content"))
    assert found.tags == {"a"} and found.addresses == []


@pytest.mark.parametrize("hidden", ["&#x202e;", "&#8238;", "\u202e", "&#1;", "&#xfeff;"])
def test_what_is_hidden_in_entities_is_taken_out_too(hidden: str) -> None:
    assert Reader({"content": f"<p>a{hidden}b</p>"}).html("content") == "<p>ab</p>"
    link = Reader({"content": f'<a href="java{hidden}script:alert(1)">x</a>'}).html("content")
    assert "script" not in link


class Seen(HTMLParser):
    """The tags, attributes and addresses a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name == "href"]


@pytest.mark.parametrize(
    ("doc", "text", "language"),
    [
        ({"name": "Room"}, "Room", ""),
        ({"name": "Casa", "nameMap": {"it": "Casa"}}, "Casa", "it"),
        ({"name": "Casa", "nameMap": {"it": "Casa", "en": "House"}}, "Casa", "it"),
        ({"nameMap": {"IT": "Casa"}}, "Casa", "it"),
        ({"nameMap": {"it": "Casa", "en": "House"}, "inLanguage": "en"}, "House", "en"),
        ({"nameMap": {"it": "Casa", "en": "House"}}, "Casa", "it"),
        ({"name": "Casa", "inLanguage": "it-IT"}, "Casa", "it-IT"),
        ({"name": "Casa", "language": {"identifier": "it", "name": "Italiano"}}, "Casa", "it"),
        ({"name": "Casa", "@context": ["https://x.example", {"@language": "it"}]}, "Casa", "it"),
        ({"name": "Casa", "contentMap": {"it": "<p>x</p>"}}, "Casa", "it"),
        ({"name": "x", "inLanguage": "und", "nameMap": {"not a tag": "x", "und": "y"}}, "x", ""),
    ],
)
def test_words_in_several_languages(doc, text: str, language: str) -> None:
    found = Reader(doc).natural("name", 100)
    assert (found.text, found.language) == (text, language)


def test_every_language_is_cleaned_and_bounded() -> None:
    read = Reader({"contentMap": {"en": "<p>Hi<script>", "it": "<p>Ciao", "fr": ""}})
    assert read.natural("content", 100, html=True).by_language == {"en": "<p>Hi</p>", "it": "<p>Ciao</p>"}
    bad(lambda: Reader({"nameMap": {"it": 3}}).natural("name"), "nameMap.it", "text")
    bad(lambda: Reader({"nameMap": "x"}).natural("name"), "nameMap", "languages")
    many = {f"a{chr(97 + n % 26)}-x{n}": "x" for n in range(31)}
    bad(lambda: Reader({"nameMap": many}).natural("name"), "nameMap", "at most 30 languages")


# Addresses


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("https://a.example/1", "https://a.example/1"),
        ({"id": "https://a.example/1", "type": "Group"}, "https://a.example/1"),
        ({"type": "Link", "href": "https://a.example/1"}, "https://a.example/1"),
        (["https://a.example/1", "https://a.example/2"], "https://a.example/1"),
        ([], ""),
        ("urn:flotilla:topic:housing", "urn:flotilla:topic:housing"),
        ("as:Public", PUBLIC),
        ("Public", PUBLIC),
        ("https://a.example/città", "https://a.example/città"),
    ],
)
def test_an_address_in_all_its_shapes(value, expected: str) -> None:
    assert Reader({"x": value}).uri("x") == expected


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)", "data:text/html,x", "a.example/1", "//a.example", "https://", "https:///x",
        "https://u:p@a.example/", "https://@a.example/", "https://a.example/ x", "https://a.example/\n", "file:///x",
        "https://[::1", "https://a.example:99999/", "https://a.example/\u202e", 'https://a.example/"', 3, True,
        {"id": 3}, "https://a.example/" + "x" * 3_000, "ap://did:key:z6Mk/actor",
    ],
)  # fmt: skip
def test_an_address_that_is_none(value) -> None:
    bad(lambda: Reader({"x": value}).uri("x"), "x", "an address")
    bad(lambda: Reader({"x": value}).uris("x"), "x", "an address")


def test_many_addresses_come_once_each_and_not_without_end() -> None:
    read = Reader(
        {"to": ["as:Public", PUBLIC, {"id": "https://a.example/1"}, None], "cc": ["https://a.example/"] * 201}
    )
    assert read.uris("to") == [PUBLIC, "https://a.example/1"]
    bad(lambda: read.uris("cc"), "cc", "at most 200")
    assert read.uri("cc") == "https://a.example/"
    bad(lambda: Reader({"x": "urn:a:b"}).uri("x", schemes=("https",)), "x", "https:")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("https://a.example/1", "https://a.example/1"),
        ({"type": "Link", "href": "https://a.example/1", "mediaType": "text/html"}, "https://a.example/1"),
        (
            [
                {"type": "Link", "href": "https://a.example/v.mp4", "mediaType": "video/mp4"},
                {"type": "Link", "href": "https://a.example/v", "mediaType": "text/html"},
            ],
            "https://a.example/v",
        ),
        ([{"href": "magnet:?xt=1"}, "https://a.example/1"], "https://a.example/1"),
    ],
)
def test_the_page_of_a_thing(value, expected: str) -> None:
    assert Reader({"url": value}).url() == expected


def test_a_page_that_is_none() -> None:
    bad(lambda: Reader({"url": "javascript:alert(1)"}).url(), "url", "https:")
    bad(lambda: Reader({"url": [{"href": "magnet:?x"}, 3]}).url(), "url", "https:")


# Moments and numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-05T09:00:00Z", AT),
        ("2026-12-05T10:00:00+01:00", AT),
        ("2026-12-05T10:00:00+0100", AT),
        ("2026-12-05T10:00:00+01", AT),
        ("2026-12-05 09:00:00z", AT),
        ("2026-12-05T09:00Z", AT),
        ("2026-12-05T09:00:00.5Z", AT.replace(microsecond=500_000)),
        ("2026-12-05T09:00:00.123456789Z", AT.replace(microsecond=123_456)),
        ("2026-12-05T09:00:00,25Z", AT.replace(microsecond=250_000)),
        ("2026-12-04T24:00:00Z", datetime(2026, 12, 5, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-12-05T23:00:00-10:00", datetime(2026, 12, 6, 9, tzinfo=UTC)),
        (" 2026-12-05T09:00:00Z ", AT),
        (None, None),
        ("", None),
    ],
)
def test_a_moment(text, expected) -> None:
    assert Reader({"startTime": text}).instant("startTime") == expected


@pytest.mark.parametrize(
    "value",
    [
        "2026-05-01", "2026-12-05T09:00:00", "0000-0-0T0:0", "0000-00-00T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z", "2026-12-05T24:00:01Z", "2026-12-05T25:00:00Z", "2026-12-05T09:60:00Z",
        "2026-12-05T09:00:61Z", "2026-12-05T09:00:00+24:00", "2026-12-05T09:00:00+01:60", "9999-12-31T23:59:59-14:00",
        "1899-01-01T00:00:00Z", "2026-12-05T09:00:00.Z", "２０２６-12-05T09:00:00Z", "yesterday", "x" * 1_000,
        "20250621T00:00:00Z", 951185225201, True, {"a": 1}, ["x"],
    ],
)  # fmt: skip
def test_a_moment_that_is_none(value) -> None:
    bad(lambda: Reader({"startTime": value}).instant("startTime"), "startTime", "an ISO 8601 instant|a year from")


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), (25, 25), ("25", 25), (25.0, 25), ("25.0", 25), (0, 0), ("", None)]
)
def test_a_whole_number(value, expected) -> None:
    assert Reader({"n": value}).integer("n") == expected


@pytest.mark.parametrize("value", [-1, 2**31, 2.5, "2.5", True, "1e3", "0x1", "١", [], {}, 10**30, float("nan")])
def test_a_whole_number_that_is_none(value) -> None:
    if value == []:
        assert Reader({"n": value}).integer("n") is None
    else:
        bad(lambda: Reader({"n": value}).integer("n"), "n", "number")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("20000", "20000"), ("10.50", "10.50"), (0.1, "0.1"), ("1.005", "1.00"), (1e-7, "0.00"), ("+3", "3")],
)
def test_an_exact_number(value, expected: str) -> None:
    assert Reader({"n": value}).decimal("n") == Decimal(expected)


@pytest.mark.parametrize(
    "value", ["Infinity", "NaN", float("inf"), float("nan"), "1e9", "1,000", "£5", "9" * 50, 10**16, -0.01, True, {}]
)
def test_an_exact_number_that_is_none(value) -> None:
    bad(lambda: Reader({"n": value}).decimal("n"), "n", "a number from 0")


def test_digits_without_end_are_rounded_or_refused() -> None:
    read = Reader({"n": "123456789012345678.123456789012345678"})
    assert read.decimal("n", 0, 10**18, places=2) == Decimal("123456789012345678.12")
    bad(lambda: read.decimal("n", 0, 10**18, places=17), "n", "number")


def test_yes_no_and_one_of_a_few_words() -> None:
    read = Reader({"a": True, "b": "false", "c": "maybe", "s": "https://schema.org/EventScheduled", "t": "Magic"})
    assert (read.boolean("a"), read.boolean("b", True), read.boolean("x", True)) == (True, False, True)
    bad(lambda: read.boolean("c"), "c", "true or false")
    statuses = {"EventScheduled", "EventCancelled"}
    assert read.choice("s", statuses) == "EventScheduled"
    assert read.choice("x", statuses, "EventCancelled") == "EventCancelled"
    bad(lambda: read.choice("t", statuses, "EventScheduled"), "t", "one of EventCancelled, EventScheduled")
    bad(lambda: read.choice("a", statuses), "a", "one of")


# Places


def test_a_place_of_activitystreams_with_a_postal_address() -> None:
    found = Reader(
        {
            "location": {
                "id": "https://a.example/places/3",
                "type": "Place",
                "name": "Casa di quartiere",
                "latitude": 44.5,
                "longitude": "11.35",
                "radius": 0.2,
                "units": "km",
                "address": {
                    "type": "PostalAddress",
                    "streetAddress": "Via Esempio 1",
                    "addressLocality": "Bologna",
                    "postalCode": 40121,
                    "addressCountry": {"name": "IT"},
                },
            }
        }
    ).place()
    assert (found.uri, found.name) == ("https://a.example/places/3", "Casa di quartiere")
    assert (found.latitude, found.longitude, found.radius) == (44.5, 11.35, 200.0)
    assert found.address.text == "Via Esempio 1, 40121 Bologna, IT"
    assert (found.address.postcode, found.address.country) == ("40121", "IT")
    assert found and found.has_point and not found.is_online


@pytest.mark.parametrize(
    ("location", "name", "address", "point"),
    [
        (None, "", "", None),
        ("Town hall", "Town hall", "", None),
        ({"type": "Place", "name": "TV", "address": "C/ Falsa 123"}, "TV", "C/ Falsa 123", None),
        ({"type": "Place", "name": "X", "geo": {"latitude": 1.5, "longitude": 2}}, "X", "", (1.5, 2.0)),
        ({"type": "Place", "name": "X", "latitude": 0, "longitude": 0}, "X", "", None),
        ({"type": "Place", "name": "X", "latitude": 51}, "X", "", None),
        ([{"type": "Place", "name": "A"}, {"type": "Place", "name": "B"}], "A", "", None),
        ({"type": "Place", "id": "_:b0", "name": "X"}, "X", "", None),
    ],
    ids=str,
)
def test_places_of_gancio_mobilizon_and_others(location, name: str, address: str, point) -> None:
    found = Reader({"location": location}).place()
    assert (found.name, found.address.text) == (name, address)
    assert ((found.latitude, found.longitude) if found.has_point else None) == point


def test_an_address_beside_the_location_is_read() -> None:
    found = Reader({"location": {"type": "Place", "name": "TV"}, "address": "C/ Falsa 123"}).place()
    assert (found.name, found.address.text) == ("TV", "C/ Falsa 123")


def test_a_hybrid_gathering_has_a_place_and_a_link() -> None:
    found = Reader(
        {
            "location": [
                {"type": "VirtualLocation", "url": "https://meet.example/x"},
                {"type": "Place", "name": "Hall", "latitude": 51.5, "longitude": -0.1},
            ]
        }
    ).place()
    assert (found.name, found.is_online, found.online_url) == ("Hall", True, "https://meet.example/x")
    only_online = Reader({"location": {"type": "VirtualLocation", "url": "javascript:x"}}).place()
    assert only_online and only_online.is_online and only_online.online_url == ""


def test_a_place_itself() -> None:
    found = Reader({"type": "Place", "id": "https://a.example/3", "name": "Hall", "latitude": 1, "longitude": 2})
    assert (found.as_place().name, found.as_place().latitude) == ("Hall", 1.0)


@pytest.mark.parametrize(
    ("location", "field"),
    [
        ({"latitude": 91, "longitude": 0}, "location.latitude"),
        ({"latitude": 1, "longitude": -181}, "location.longitude"),
        ({"geo": {"latitude": "north", "longitude": 1}}, "location.geo.latitude"),
        ({"name": 3}, "location.name"),
        ({"address": {"streetAddress": ["x", 1], "postalCode": 1.5}}, "location.address.postalCode"),
        ({"radius": -1}, "location.radius"),
        (3, "location"),
        ([{}] * 11, "location"),
    ],
    ids=str,
)
def test_a_place_that_is_none(location, field: str) -> None:
    bad(lambda: Reader({"location": location}).place(), field, ".")


# What hangs on it


def test_tags_of_all_kinds() -> None:
    found = Reader(
        {
            "tag": [
                {"type": "Hashtag", "name": "#Abitare", "href": "https://a.example/tag/abitare"},
                {"type": "Hashtag", "name": "abitare"},
                "#Housing",
                {"type": "Link", "href": "urn:flotilla:topic:housing", "name": "Housing"},
                {"id": "urn:flotilla:topic:land-use", "type": "Concept"},
                "urn:flotilla:topic:housing",
                {"type": "Mention", "href": "https://a.example/@dana", "name": "@dana@a.example"},
                {"type": "Mention", "href": "javascript:x"},
                {"type": "Link", "href": "urn:flotilla:topic:<script>"},
                {"type": "Emoji", "name": ":x:"},
                {"type": "Hashtag", "name": 3},
                "not a tag",
                3,
                None,
                ["#x"],
            ]
        }
    ).tags()
    assert found.hashtags == ("abitare", "housing")
    assert found.topics == ("urn:flotilla:topic:housing", "urn:flotilla:topic:land-use")
    assert [mention.uri for mention in found.mentions] == ["https://a.example/@dana"]
    assert Reader({"tag": {"type": "Hashtag", "name": "#one"}}).tags().hashtags == ("one",)
    assert Reader({}).tags().hashtags == ()
    bad(lambda: Reader({"tag": ["#x"] * 201}).tags(), "tag", "at most 100")


def test_attachments() -> None:
    picture = {
        "type": "Document",
        "mediaType": "image/JPEG",
        "url": "https://a.example/x.jpg",
        "name": "A hall",
        "width": 800,
        "height": "600",
    }
    listed = {"type": "Image", "url": [{"type": "Link", "href": "https://a.example/y.png", "mediaType": "image/png"}]}
    found = Reader(
        {
            "attachment": [
                picture,
                listed,
                {"type": "Link", "href": "https://a.example/apply", "name": "Apply"},
                "https://a.example/z",
                {"type": "PropertyValue", "name": "Site", "value": "x"},
                {"type": "Document", "url": "javascript:x"},
                {"type": "Document"},
                3,
            ]
        }
    ).attachments()
    assert found == [
        Attachment("Document", "https://a.example/x.jpg", "image/jpeg", "A hall", 800, 600),
        Attachment("Image", "https://a.example/y.png", "image/png"),
        Attachment("Link", "https://a.example/apply", "", "Apply"),
        Attachment("Link", "https://a.example/z"),
    ]


def test_what_it_is_and_what_it_holds() -> None:
    read = Reader(
        {
            "id": "https://a.example/1",
            "type": ["https://www.w3.org/ns/activitystreams#Event", "sc:Event", 3],
            "additionalType": "https://schema.org/EducationEvent",
            "publishes": {"type": "Intent", "action": "transfer", "latitude": 3},
            "orderedItems": ["https://a.example/2", {"type": "Note", "name": 3}, None],
        }
    )
    assert (read.id, read.type, read.types) == ("https://a.example/1", "Event", ("Event", "Event"))
    assert read.additional_types == ("https://schema.org/EducationEvent",)
    assert read.child("publishes").text("action", 20) == "transfer"
    assert read.child("absent") is None
    first, second = read.items()
    assert first == "https://a.example/2"
    bad(lambda: second.text("name", 5), "orderedItems[1].name", "text")
    assert [each.path for each in read.children("orderedItems")] == ["orderedItems[1]"]
    assert "publishes" in read and "absent" not in read
    bad(lambda: Reader({"items": [{}] * 201}).items(), "items", "at most 200")
    bad(lambda: Reader({"items": ["javascript:x"]}).items(), "items[0]", "an address")
    assert DATA is not None
