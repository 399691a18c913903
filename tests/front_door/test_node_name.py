"""A node goes by the name its stewards gave it: in the frame of every page, and beside everything from there."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.actions import make_account
from federation import actors
from tests.atlas import harbour as harbour_module

pytestmark = pytest.mark.django_db

HOST = "127.0.0.1:8000"


@pytest.fixture
def harbour(db):
    harbour_module.clear()
    yield harbour_module
    harbour_module.clear()


def test_without_a_name_it_goes_by_its_address(client):
    assert f"<span>{HOST}</span>" in client.get("/").content.decode()


def test_the_name_of_the_settings_is_its_first(client, monkeypatch):
    monkeypatch.setattr(settings, "NODE_NAME", "Camden Tenants")
    assert actors.this_node().name == "Camden Tenants"
    assert client.get("/actor", headers={"Accept": "application/activity+json"}).json()["name"] == "Camden Tenants"


def test_a_new_name_is_on_every_page_and_card_at_once(client, harbour, work, django_capture_on_commit_callbacks):
    harbour.publish(1)
    harbour.publish(2)
    work()
    assert f"from {HOST}, " in client.get("/atlas/").content.decode()
    client.force_login(make_account("alice@tenants.example", is_steward=True))
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("desk-node"), {"name": "Camden Tenants", "summary": "", "area": "", "contact": ""})
    assert answer.status_code == 302
    page = client.get("/atlas/").content.decode()
    assert page.count("from Camden Tenants, ") == 2
    assert "<span>Camden Tenants</span>" in page and " – Camden Tenants</title>" in page
