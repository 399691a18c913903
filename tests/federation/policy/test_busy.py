"""A node whose database has too much to write says so, and the other one sends again."""

from __future__ import annotations

from django.db import connection

from federation.models import Receipt
from tests.busy import refuses_to_write


def test_a_message_that_could_not_be_kept_is_to_be_sent_again(peer):
    peer.client.raise_request_exception = False
    dana = peer.somebody("people/dana")
    said = peer.activity(dana, "Create", peer.note(dana))
    with connection.execute_wrapper(refuses_to_write):
        answer = peer.post(dana, said)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert not Receipt.objects.exists()
    assert peer.post(dana, said).status_code == 202
    assert Receipt.objects.count() == 1
