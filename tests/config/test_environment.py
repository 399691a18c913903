"""A wrong setting is refused with its name, its value and what is accepted."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment, address, database, made_once, mail
from tests.nodes import ROOT


@pytest.fixture
def env() -> Environment:
    return Environment()


def test_a_value_may_stand_in_a_file(env, tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("$tr0ng and long\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))
    assert env.text("SECRET_KEY") == "$tr0ng and long"


def test_a_file_that_is_missing_is_named(env, monkeypatch):
    monkeypatch.setenv("SECRET_KEY_FILE", "/nowhere/secret")
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY_FILE cannot be read.*'/nowhere/secret'"):
        env.text("SECRET_KEY")


def test_an_empty_variable_counts_as_not_set(env, monkeypatch):
    monkeypatch.setenv("BROKER_URL", " ")
    assert env.text("BROKER_URL", "memory://") == "memory://"


def test_a_flag_that_is_neither_yes_nor_no_is_refused(env, monkeypatch):
    monkeypatch.setenv("DEBUG", "flase")
    with pytest.raises(ImproperlyConfigured, match="DEBUG is 'flase': use true or false"):
        env.flag("DEBUG")
    monkeypatch.setenv("DEBUG", "Yes")
    assert env.flag("DEBUG") is True


@pytest.mark.parametrize("value", ["London", "Europe/Londra", "../etc/passwd", "UTC+1"])
def test_a_time_zone_nobody_knows_is_refused(value, env, monkeypatch):
    monkeypatch.setenv("TIME_ZONE", value)
    with pytest.raises(ImproperlyConfigured, match=r"TIME_ZONE is .*use the name of a time zone"):
        env.zone("TIME_ZONE", "UTC")
    monkeypatch.setenv("TIME_ZONE", "Europe/Rome")
    assert env.zone("TIME_ZONE", "UTC") == "Europe/Rome"


@pytest.mark.parametrize("value", ["-1", "1.5", "two", "²"])
def test_a_number_that_is_none_is_refused(value, env, monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", value)
    with pytest.raises(ImproperlyConfigured, match=f"TRUSTED_PROXIES is '{value}'"):
        env.number("TRUSTED_PROXIES")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://127.0.0.1:8101", "http://127.0.0.1:8101"),
        ("https://Flotilla.Example:443/", "https://flotilla.example"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_kept_in_one_spelling(given, kept):
    assert address(given).geturl() == kept


@pytest.mark.parametrize(
    "origin", ["", "flotilla.example", "ftp://x.example", "https://x:port", "https://x/path", "https://u@x", "http://"]
)
def test_an_origin_that_is_no_address_is_refused(origin):
    with pytest.raises(ImproperlyConfigured, match=r"ORIGIN is .* Use scheme, host"):
        address(origin)


def test_addresses_of_unknown_services_are_refused():
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL starts with 'mysql'"):
        database("mysql://x/y")
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL starts with 'pigeon'"):
        mail("pigeon://x")


def test_mail_goes_to_the_usual_port_of_its_protocol():
    assert mail("smtp+tls://user:word@mail.example")["EMAIL_PORT"] == 587


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "secret-key"
    assert made_once(path, lambda: "first") == "first"
    assert made_once(path, lambda: "second") == "first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_the_command_line_says_it_in_a_sentence_and_not_in_a_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT,
        env={"DATA_DIR": str(tmp_path), "ORIGIN": "flotilla.example"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("This node cannot start with its configuration:\nORIGIN is 'flotilla.example'")
    assert "Traceback" not in done.stderr
