"""A database that has too much to write, or is not there, is no fault of who asks: they are told to ask again."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client

from cop.models import Proposal
from tests.busy import refuses_to_write
from tests.gatherings import HOUSING, Camden

pytestmark = pytest.mark.django_db

NEED = {"title": "A room", "summary": "For forty.", "support": "space", "topics": [HOUSING], "language": "en"}


def answers_nobody(execute, sql, params, many, context):
    raise OperationalError("connection refused")


def breaks(execute, sql, params, many, context):
    raise ZeroDivisionError


@pytest.fixture
def camden(db):
    return Camden()


def test_a_form_that_could_not_be_written_is_to_be_sent_again(camden):
    client = camden.client(camden.alice)
    client.raise_request_exception = False
    form = NEED | {"speaker": camden.group.public_id, "audience": "everyone"}
    with connection.execute_wrapper(refuses_to_write):
        answer = client.post("/needs/new", form)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "Wait half a minute and try again" in answer.content.decode()
    assert not Proposal.objects.exists()
    assert client.post("/needs/new", form).status_code == 302


@pytest.mark.parametrize(("language", "says"), [("en", "too much to do just now"), ("it", "ha troppo da fare")])
def test_it_is_said_in_the_language_of_the_browser(camden, language, says):
    client = Client(raise_request_exception=False, headers={"accept-language": language})
    with connection.execute_wrapper(answers_nobody):
        answer = client.get("/needs/")
    assert answer.status_code == 503
    assert says in answer.content.decode()


def test_what_breaks_otherwise_is_a_fault_of_ours(camden):
    with connection.execute_wrapper(breaks):
        answer = Client(raise_request_exception=False).get("/needs/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer
    assert "Something broke on our side" in answer.content.decode()
