"""Writing SearchDocuments and counting their words: the only place that does. Called with the Card's own writing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import F

from atlas.models import Card, SearchDocument, Word
from atlas.models.documents import LONGEST_TEXT
from atlas.search import words
from atlas.search.languages import language_of
from atlas.search.marks import mark_of, mark_of_iri
from frontend.text import plain, render_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.cards import CardData

WordKey = tuple[str, str, str]  # audience, word, stem
COLUMNS = ("language", "text", "title", "names", "marks", "body")


def keep(card: Card, data: CardData, counted_before: set[WordKey]) -> SearchDocument:
    """Make the document of `card` what its thing says now; `counted_before` are the words that it stood for."""
    document = SearchDocument.objects.filter(card=card).first()
    is_new = document is None
    document = document or SearchDocument()
    document.card = card
    _write(document, card, data)
    document.save(force_insert=is_new, update_fields=None if is_new else COLUMNS)
    counted = _counted(document)
    _count(counted - counted_before, counted_before - counted)
    return document


def words_counted(card: Card) -> set[WordKey]:
    """The words that the document of `card` stands for as it is; ask before the card changes."""
    document = SearchDocument.objects.select_related("card").filter(card=card).first()
    return _counted(document) if document else set()


def remove(card: Card) -> None:
    """Forget the words of a card that goes; its document goes with it."""
    _count(set(), words_counted(card))
    SearchDocument.objects.filter(card=card).delete()


def rename(group_uri: str, name: str) -> None:
    """The things of a group are found by the name it has now."""
    documents = list(SearchDocument.objects.filter(card__group_uri=group_uri).select_related("card"))
    for document in documents:
        document.names = _stems([name, document.card.area], document.language)
    SearchDocument.objects.bulk_update(documents, ["names"], batch_size=500)


def recount() -> None:
    """Count all words again, inside a transaction: after cards went in a way that nobody was told of."""
    Word.objects.all().delete()
    totals: Counter[WordKey] = Counter()
    for document in SearchDocument.objects.select_related("card").iterator(500):
        totals.update(_counted(document))
    rows = (_word(key, count) for key, count in sorted(totals.items()))
    Word.objects.bulk_create(rows, batch_size=1000)


def _write(document: SearchDocument, card: Card, data: CardData) -> None:
    text = plain(render_markdown(data.text or data.summary), LONGEST_TEXT)
    document.text = text
    document.language = language_of(card.language, f"{card.title}. {text}")
    document.title = _stems([card.title], document.language)
    document.names = _stems([card.group_name, card.area], document.language)
    document.body = _stems([text], document.language)
    said = [mark_of("kind", card.kind), mark_of("axis", card.axis), mark_of("support", card.support)]
    said += [mark_of("access", "step-free")] if card.step_free else []
    document.marks = " ".join(sorted({*filter(None, said), *map(mark_of_iri, data.topics)}))


def _stems(texts: Iterable[str], language: str) -> str:
    """Each stem once, in the order of the text."""
    found = (words.stem(word, language) for text in texts for word in words.words_of(text))
    return " ".join(dict.fromkeys(found))


def _counted(document: SearchDocument) -> set[WordKey]:
    """Its words that somebody could mean and mistype. The name of a group is counted with the group's own card."""
    card = document.card
    telling = filter(words.is_telling, words.words_of(f"{card.title} {card.area} {document.text}"))
    return {(card.audience, word, words.stem(word, document.language)) for word in telling}


def _count(more: set[WordKey], fewer: set[WordKey]) -> None:
    """Rows are taken in one order, so that two workers never wait for each other."""
    Word.objects.bulk_create((_word(key, 0) for key in sorted(more)), ignore_conflicts=True, batch_size=1000)
    _add(more, 1)
    _add(fewer, -1)


def _add(keys: set[WordKey], number: int) -> None:
    for audience in {audience for audience, _word, _stem in keys}:
        stems = {(word, stem) for told, word, stem in keys if told == audience}
        rows = Word.objects.filter(audience=audience, word__in={word for word, _stem in stems})
        taken = rows.order_by("word", "stem").select_for_update().values_list("pk", "word", "stem")
        pks = [pk for pk, word, stem in taken if (word, stem) in stems]
        Word.objects.filter(pk__in=pks).update(documents=F("documents") + number)
        if number < 0:
            Word.objects.filter(pk__in=pks, documents__lte=0).delete()


def _word(key: WordKey, documents: int) -> Word:
    audience, word, stem = key
    return Word(audience=audience, word=word, stem=stem[:40], length=len(word), documents=documents)
