"""The same form sent twice, by a second click or after a connection that broke, publishes once."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from cop.models import Group, Proposal
from events.models import Gathering
from federation.housekeeping import KEEP_SUBMISSIONS
from federation.models import Submission
from funding.models import Call
from journal.models import Entry
from journal.schedule import arm
from tests.calls import Funders
from tests.gatherings import HOUSING, Camden

pytestmark = pytest.mark.django_db

NEED = {"title": "A room", "summary": "For forty.", "support": "space", "topics": [HOUSING], "language": "en"}
GROUP = {"name": "Menders of Camden", "joining": "open", "language": "en"}


@pytest.fixture
def camden(db) -> Camden:
    return Funders()


def written(camden: Camden, what: str, **changed) -> dict[str, object]:
    """What somebody fills in for a new thing of the group."""
    if what == "groups":
        return GROUP | changed
    if what in {"needs", "offers"}:
        return NEED | {"speaker": camden.group.public_id, "audience": "everyone"} | changed
    return (Camden.form if what == "gatherings" else Funders.form)(camden, **changed)


def token_on(client, path: str) -> str:
    page = client.get(path).content.decode()
    found = re.search(r'name="once" value="([\w-]{20,64})"', page)
    assert found, f"{path} carries no token"
    return found[1]


@pytest.mark.parametrize(
    ("what", "model"),
    [("groups", Group), ("needs", Proposal), ("offers", Proposal), ("gatherings", Gathering), ("calls", Call)],
)
def test_the_same_form_sent_twice_publishes_once(camden, what, model):
    client, before = camden.client(camden.alice), model.objects.count()
    path = f"/{what}/new"
    form = written(camden, what, once=token_on(client, path))
    first, second = client.post(path, form), client.post(path, form)
    assert first.status_code == second.status_code == 302, second.content.decode()[:2000]
    assert first["Location"] == second["Location"]
    assert model.objects.count() == before + 1
    row = model.objects.get(public_id=first["Location"].rsplit("/", 1)[1])
    assert Entry.objects.filter(uri=row.uri, name__endswith=".published").count() == 1


def test_every_page_has_a_token_of_its_own(camden):
    client = camden.client(camden.alice)
    assert token_on(client, "/needs/new") != token_on(client, "/needs/new")


def test_a_form_that_was_filled_in_wrong_keeps_its_token(camden):
    client = camden.client(camden.alice)
    token = token_on(client, "/needs/new")
    refused = client.post("/needs/new", written(camden, "needs", once=token, title=""))
    assert refused.status_code == 400 and f'value="{token}"' in refused.content.decode()


def test_who_goes_back_and_writes_something_else_publishes_a_second_thing(camden):
    client = camden.client(camden.alice)
    token = token_on(client, "/needs/new")
    for title in ("A room", "A projector", "A room"):
        client.post("/needs/new", written(camden, "needs", once=token, title=title))
    assert sorted(Proposal.objects.values_list("title", flat=True)) == ["A projector", "A room"]


def test_the_token_of_somebody_else_is_worth_nothing(camden):
    token = token_on(camden.client(camden.alice), "/needs/new")
    form = written(camden, "needs", once=token)
    answers = [camden.client(person).post("/needs/new", form) for person in (camden.alice, camden.bob)]
    assert answers[0]["Location"] != answers[1]["Location"] and Proposal.objects.count() == 2


def test_a_form_without_a_token_is_taken_as_it_comes(camden):
    """As pages have it that were open before the node was brought up to date."""
    client = camden.client(camden.alice)
    for _ in range(2):
        assert client.post("/needs/new", written(camden, "needs")).status_code == 302
    assert Proposal.objects.count() == 2


def test_what_was_withdrawn_since_does_not_come_back(camden):
    client = camden.client(camden.alice)
    form = written(camden, "needs", once=token_on(client, "/needs/new"))
    path = client.post("/needs/new", form)["Location"]
    client.post(f"{path}/withdrawal")
    assert client.post("/needs/new", form)["Location"] == path and Proposal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_publish_once(camden):
    form = written(camden, "needs", once=token_on(camden.client(camden.alice), "/needs/new"))
    clients = [camden.client(camden.alice) for _ in range(4)]

    def send(client) -> str:
        try:
            return client.post("/needs/new", form)["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as browsers:
        found = set(browsers.map(send, clients))
    assert len(found) == 1 and Proposal.objects.count() == 1


def test_which_form_gave_what_is_forgotten_after_a_while(camden, work):
    client = camden.client(camden.alice)
    client.post("/needs/new", written(camden, "needs", once=token_on(client, "/needs/new")))
    arm()
    work()
    assert Submission.objects.count() == 1
    with time_machine.travel(timezone.now() + KEEP_SUBMISSIONS + dt.timedelta(days=1)):
        work()
    assert Submission.objects.count() == 0 and Proposal.objects.count() == 1
