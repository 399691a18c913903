"""The rules of help with writing: each in both languages, none that a hostile text makes slow."""

from __future__ import annotations

import time

import pytest
from django.utils import translation

from frontend import writing
from frontend.plain_words import PLAINER
from frontend.writing import Basic, Careful, Help, gulpease, hints, look_at

PLAIN = {
    "en": "We mend doors. Come on Saturday. Bring a hinge if you have one. We have tea, tools and time. " * 3,
    "it": "Aggiustiamo le porte. Vieni sabato. Porta un cacciavite se lo hai. Noi portiamo il tè. " * 3,
}
OFFICE_ITALIAN = (
    "La partecipazione all’iniziativa è subordinata alla presentazione della documentazione amministrativa comprovante "
    "l’appartenenza all’organizzazione richiedente. L’amministrazione provvederà successivamente alla comunicazione "
    "dell’accettazione mediante pubblicazione telematica istituzionale. Eventuali integrazioni documentali dovranno "
    "essere tempestivamente trasmesse all’ufficio competente per le conseguenti determinazioni amministrative."
)
HOSTILE = [
    "a" * 200_000, "." * 200_000, "[" * 200_000, "[a](" * 50_000, "\n" * 200_000, "- " * 100_000, "` " * 100_000,
    "a. " * 70_000, "1) \n" * 50_000, "the " * 50_000, "http://" * 30_000, "a'" * 100_000, "a-" * 100_000,
    "```\n" * 50_000, "“»…! " * 40_000, "\u200b\u202e\x00" * 60_000, "in order " * 22_000, " " * 200_000,
    "#\n" * 100_000,
]  # fmt: skip


def kinds(text: str, language: str, *careful: Careful) -> list[str]:
    return [hint.kind for hint in hints(text, language, careful)]


def words(text: str, language: str, *careful: Careful) -> str:
    return " | ".join(hint.words for hint in hints(text, language, careful))


@pytest.mark.parametrize("language", ["en", "it"])
def test_plain_words_need_no_hint(language):
    assert hints(PLAIN[language], language) == []
    assert hints("", language) == []
    assert hints("   \n\n", language) == []


# --- Long sentences -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "word"), [("en", "door"), ("it", "porta")])
def test_a_sentence_of_more_than_25_words_is_long(language, word):
    assert "long" not in kinds(" ".join([word] * 25) + ".", language)
    (hint,) = hints("We begin. " + " ".join([word] * 26) + ".", language)
    assert hint.kind == "long"
    opening = " ".join([word] * 5)
    assert hint.words == f"The sentence that begins “{opening}” has 26 words. Could it be two?"


def test_paragraphs_items_and_headings_end_a_sentence():
    line = "ten words that stand on a line without a stop"
    assert "long" not in kinds("\n\n".join([line] * 5), "en")
    assert "long" not in kinds("\n".join(f"- {line}" for _ in range(5)), "en")
    assert "long" not in kinds("\n".join(f"{n}. {line}" for n in range(5)), "en")
    assert "long" not in kinds("\n".join(f"## {line}" for _ in range(5)), "en")
    assert "long" in kinds("\n".join([line] * 5), "en"), "lines of one paragraph are one sentence"


def test_a_stop_inside_a_sentence_does_not_end_it():
    half = " ".join(["word"] * 13)
    for shortened in ("e.g.", "(i.e.", "St.", "ecc.", "n."):
        assert "long" in kinds(f"{half} {shortened} {half}.", "en"), shortened
    assert "long" not in kinds(f"{half}. {half}. Yes (sic.) {half}", "en")


def test_code_and_addresses_are_not_words():
    code = "```\n" + "word " * 60 + "\n```\nA short end."
    assert hints(code, "en") == []
    address = "https://example.org/" + "/".join(["a"] * 40)
    assert hints(f"Read {address} and [this]({address}) today.", "en") == []


def test_no_more_than_a_few_are_named():
    assert kinds((" ".join(["word"] * 30) + ". ") * 20, "en").count("long") == 3


# --- Words of offices -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "We leverage the hall.", "“leverage”: would “use” do?"),
        ("en", "Tell every Stakeholder.", "“stakeholder”: would “people involved” do?"),
        ("en", "Come in\norder to help.", "“in order to”: would “to” do?"),
        ("it", "Vogliamo implementare il piano.", "“implementare”: would “mettere in pratica” do?"),
        ("it", "In ottica di rete, nell’ottica di tutti.", "“in ottica di”: would “per” do?"),
        ("it", "Serve per facilitare sinergie.", "“facilitare sinergie”: would “lavorare insieme” do?"),
        ("it", "Un’attività con i portatori d’interesse.", "“portatori d'interesse”: would “persone coinvolte” do?"),
        ("it-IT", "Le criticità sono note.", "“criticità”: would “problemi” do?"),
    ],
)
def test_a_plainer_word_is_offered(language, text, said):
    assert said in words(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The stakeholdership of robustness."),
        ("it", "Dove piove, le prove."),
        ("en", "Vogliamo implementare."),
        ("it", "We leverage."),
        ("bn", "We leverage the stakeholders."),
    ],
)
def test_parts_of_words_and_other_languages_are_left_alone(language, text):
    assert hints(text, language) == []


def test_the_lists_are_written_as_they_are_looked_for():
    for language, plainer in PLAINER.items():
        forms = [form for every in plainer.values() for form in every]
        assert len(forms) == len(set(forms)), language
        assert all(form == form.lower().strip() and "’" not in form for form in forms), language
        assert all("jargon" in kinds(f"Xx {form} xx.", language) for form in forms), language


# --- Reading ease ---------------------------------------------------------------------------------------


def test_gulpease_is_as_published():
    assert gulpease(sentences=1, words=10, letters=50) == 69
    assert gulpease(sentences=10, words=100, letters=600) == 59
    assert gulpease(sentences=1, words=1, letters=1) == 100
    assert gulpease(sentences=1, words=100, letters=1500) == 0
    assert gulpease(0, 0, 0) == 100


def test_italian_of_offices_is_hard_to_read():
    (ease,) = [hint for hint in hints(OFFICE_ITALIAN, "it") if hint.kind == "ease"]
    assert "of 100 (Gulpease)" in ease.words
    assert "ease" not in kinds(OFFICE_ITALIAN, "en")


def test_english_sentences_of_twenty_words_are_enough():
    text = (" ".join(["word"] * 20) + ". ") * 3
    assert "ease" not in kinds(text, "en")
    (ease,) = [hint for hint in hints((" ".join(["word"] * 23) + ". ") * 3, "en") if hint.kind == "ease"]
    assert ease.words.startswith("Your sentences have 23 words on average.")


def test_a_few_words_have_no_reading_ease():
    assert hints("Subordinatamente all’approvazione amministrativa.", "it") == []


# --- Careful words --------------------------------------------------------------------------------------

HOMELESS = Careful("the homeless", "en", "people without a home", "They are people first.")


def test_a_careful_word_is_told_with_what_to_say_and_why():
    assert words("A bed for The  Homeless.", "en", HOMELESS) == (
        "“the homeless”: here we say “people without a home”. They are people first."
    )
    other = HOMELESS._replace(instead="")
    assert words("The homeless.", "en", other) == "“the homeless”: perhaps another word? They are people first."


def test_it_is_looked_for_in_its_own_language_and_by_itself():
    assert kinds("The homeless.", "it", HOMELESS) == []
    assert kinds("The homelessness.", "en", HOMELESS) == []
    assert kinds("L’handicappato.", "it", Careful("handicappato", "it", "persona con disabilità", "Perché.")) == [
        "careful"
    ]


def test_the_marks_of_a_steward_are_words_and_no_pattern():
    assert kinds("Nothing.", "en", HOMELESS._replace(word=".*")) == []
    assert kinds("Yes (sic) no", "en", HOMELESS._replace(word="(sic)")) == ["careful"]


# --- What is missing ------------------------------------------------------------------------------------

HELP = Help("test", ("text", "more"), (Basic(("area", "lat"), "You do not say where."),))


@pytest.mark.django_db
@pytest.mark.parametrize(("said", "missing"), [({}, True), ({"area": " "}, True), ({"lat": "51.5"}, False)])
def test_what_readers_will_miss_stands_with_the_main_field(said, missing):
    found = look_at(HELP, {"text": "", "more": "A hall.", "language": "en", **said})
    assert [hint.words for hint in found["text"]] == (["You do not say where."] if missing else [])


@pytest.mark.django_db
def test_an_empty_form_is_missing_nothing_yet():
    assert look_at(HELP, {}) == {"text": [], "more": []}


@pytest.mark.django_db
def test_the_language_is_that_of_the_form_else_of_the_page():
    assert [hint.kind for hint in look_at(HELP, {"text": "implementare", "area": "x", "language": "it"})["text"]]
    with translation.override("it"):
        assert [hint.kind for hint in look_at(HELP, {"text": "implementare", "area": "x"})["text"]] == ["jargon"]
        assert look_at(HELP, {"text": "implementare", "area": "x", "language": "en"})["text"] == []


# --- Hostile --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("language", ["en", "it"])
def test_no_text_makes_it_slow(text, language):
    """Of a second; it takes some hundredths of one."""
    careful = [Careful(f"{text[:20].strip() or 'x'}{n}", language, "", "Why.") for n in range(200)]
    begun = time.process_time()
    found = hints(text, language, careful)
    assert time.process_time() - begun < 1
    assert len(found) <= 13


def test_of_a_long_text_the_beginning_is_looked_at():
    filler = "A door. " * (writing.LONGEST_LOOKED_AT // 8)
    assert kinds(f"We leverage. {filler}", "en") == ["jargon"]
    assert kinds(f"{filler} We leverage.", "en") == []
