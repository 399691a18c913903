"""Configuration that would lose data or trust is refused before anything starts."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from config import celery, checks, origin


@pytest.fixture
def public_node(settings, tmp_path):
    """A node that others can reach, with a sound configuration."""
    settings.DATA_DIR = tmp_path
    settings.ORIGIN = "https://flotilla.example"
    settings.SECRET_KEY = "3q8Zt-V7w_pK2mN4xB6cL9dF1gH5jR0sYuTiOaEb"
    settings.DEBUG = settings.DEMO = False
    return settings


def ids(messages) -> list[str]:
    return [message.id for message in messages]


def test_a_sound_configuration_has_no_problem(public_node):
    checks.refuse_bad_configuration()


def test_http_is_refused_on_a_public_host_and_only_there(public_node):
    public_node.ORIGIN = "http://flotilla.example"
    assert ids(checks.check_origin(None)) == ["config.E001"]
    with pytest.raises(ImproperlyConfigured, match=r"http://flotilla\.example: other nodes cannot trust"):
        checks.refuse_bad_configuration()
    public_node.ORIGIN = "http://justspace.localhost:8101"
    assert not checks.check_origin(None)
    public_node.ORIGIN, public_node.DEMO = "http://flotilla.example", True
    assert not checks.check_origin(None)


def test_another_origin_than_the_first_is_refused(public_node):
    origin.remember_origin()
    assert not checks.check_origin(None)
    public_node.ORIGIN = "https://new.example"
    [error] = checks.check_origin(None)
    assert error.id == "config.E002"
    assert "ORIGIN is https://new.example, but this data was first served as https://flotilla.example" in error.msg
    assert "Set ORIGIN=https://flotilla.example" in error.hint
    origin.remember_origin()
    assert origin.first_origin() == "https://flotilla.example"


@pytest.mark.parametrize("key", ["short", "a" * 60, "django-insecure-3q8Zt-V7w_pK2mN4xB6cL9dF1gH5jR0s"])
def test_a_secret_key_that_can_be_guessed_is_refused(key, public_node):
    public_node.SECRET_KEY = key
    [error] = checks.check_secret_key(None)
    assert error.id == "config.E003"
    assert key not in error.msg, "it is never shown"


def test_a_broker_that_no_worker_understands_is_refused(public_node):
    public_node.BROKER_URL = "pigeon://loft"
    assert ids(checks.check_broker(None)) == ["config.E004"]


def test_workers_without_a_way_to_open_pages_are_warned_of(public_node):
    public_node.BROKER_URL, public_node.REDIS_URL = "amqp://guest@127.0.0.1//", ""
    assert ids(checks.check_broker(None)) == ["config.W001"]


def test_every_middleware_runs_on_the_event_loop(settings):
    assert checks.middleware_that_blocks(settings.MIDDLEWARE) == []


class BlockingMiddleware:
    sync_capable = True


def test_a_middleware_that_blocks_the_event_loop_is_refused(settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.BlockingMiddleware"]
    [error] = checks.check_middleware(None)
    assert error.id == "config.E005"
    assert f"{__name__}.BlockingMiddleware is not async-capable" in error.msg


def test_a_second_server_on_the_same_data_is_refused_and_told_of_the_first(public_node):
    held = origin.hold_data_directory()
    with pytest.raises(origin.DataInUse, match=r"another server \(process \d+\) already uses"):
        origin.hold_data_directory()
    held.close()
    origin.hold_data_directory().close()


def test_a_separate_worker_is_refused_when_no_wake_up_could_reach_it(settings):
    settings.BROKER_URL = "memory://"
    with pytest.raises(SystemExit, match=r"`manage\.py serve` does the work itself"):
        celery.refuse_to_work()


@pytest.mark.django_db
def test_the_doctor_shows_the_configuration_and_every_problem_but_no_secret(public_node, capsys, monkeypatch):
    from journal import Errand

    monkeypatch.setenv("BROKER_URL", "set")
    public_node.BROKER_URL = "amqp://flotilla:pa55word@mq.example//"
    public_node.REDIS_URL = "redis://127.0.0.1/1"
    Errand.objects.create(kind="mail", state="dead", error="OSError: the post office is closed")
    with pytest.raises(SystemExit) as exit:
        call_command("doctor")
    out = capsys.readouterr().out
    assert exit.value.code == 1
    assert "ORIGIN                   https://flotilla.example (" in out
    assert "amqp://flotilla:…@mq.example// (from the environment)" in out
    assert "pa55word" not in out and public_node.SECRET_KEY not in out
    assert "PROBLEM No worker has been heard yet." in out
    assert "1 errands were given up; the last one" in out
    assert "OSError: the post office is closed" in out


@pytest.mark.django_db
def test_the_doctor_finds_nothing_on_a_healthy_node(public_node, capsys):
    from journal import keeper

    keeper.beat()
    call_command("doctor")
    assert "No problems found." in capsys.readouterr().out
