"""What can be found by words: one SearchDocument per Card, and the words that occur in them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .cards import Card

LONGEST_TEXT = 20_000  # characters


class SearchDocument(models.Model):
    """The words of a card, written and removed with it by the journal.

    `text` is plain words, for excerpts. The other columns hold stems divided by spaces, each stem once: those of the
    title, of names and places, marks of its topics and kind (see `search.synonyms`), and of the text. The database
    itself keeps its index of them (see the migration), so there is no way to write one and forget the other.
    """

    card = models.OneToOneField(Card, primary_key=True, on_delete=models.CASCADE, related_name="document")
    language = models.CharField(max_length=16, blank=True, help_text="of the stems: as the card says, else guessed")
    text = models.TextField(max_length=LONGEST_TEXT, blank=True)
    title = models.TextField(blank=True)
    names = models.TextField(blank=True)
    marks = models.TextField(blank=True)
    body = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"words of {self.card_id}"


class Word(models.Model):
    """A word as it is written in documents of one audience, so that nobody is offered a word they may not read.

    `stem` is how those documents hold it.
    """

    audience = models.CharField(max_length=500)
    word = models.CharField(max_length=40)
    stem = models.CharField(max_length=40)
    length = models.PositiveSmallIntegerField()
    documents = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["stem"], name="word_stem"),
            models.Index(fields=["audience", "length"], name="word_audience_length"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["audience", "word", "stem"], name="word_once_per_audience"),
            models.CheckConstraint(condition=~Q(word="") & ~Q(stem=""), name="word_is_written"),
        ]

    def __str__(self) -> str:
        return self.word
