"""Requests signed in either scheme are believed, in all the shapes honest peers send."""

from datetime import timedelta

import pytest

from federation import keys
from federation.signatures import claimed_key, sign_cavage, sign_rfc9421
from tests.federation.by_hand import cavage, rfc9421
from tests.federation.cast import BODY, HERE, NOW, SCHEMES, dana, post, receive

both = pytest.mark.parametrize("sign", SCHEMES, ids=["cavage", "rfc9421"])


@both
def test_a_signed_post_is_believed(sign) -> None:
    signer = receive(post(sign, dana()))
    assert signer.keyid == dana().keyid
    assert signer.algorithm == "rsa-sha256"
    assert signer.fresh_until > NOW


@both
def test_a_signed_get_is_believed_without_a_digest(sign) -> None:
    headers = sign(dana().private, dana().keyid, "GET", f"{HERE}/groups/x?page=2", None, NOW)
    signer = receive({"Host": "camden.example", **headers}, b"", method="GET", target="/groups/x?page=2")
    assert signer.keyid == dana().keyid


@both
def test_an_ed25519_key_signs_requests_too(sign) -> None:
    pair = keys.make_ed25519()
    headers = sign(keys.load_private(pair.private_pem), dana().keyid, "POST", f"{HERE}/inbox", BODY, NOW)
    signer = receive({"Host": "camden.example", **headers}, look_up=lambda _: keys.load_public(pair.public_pem))
    assert signer.algorithm == "ed25519"


@both
def test_the_key_can_be_asked_for_before_anything_is_believed(sign) -> None:
    claim = claimed_key(post(sign, dana()))
    assert (claim.keyid, claim.scheme) == (dana().keyid, "cavage" if sign is sign_cavage else "rfc9421")


@both
def test_header_names_may_come_in_any_case(sign) -> None:
    assert receive({name.upper(): value for name, value in post(sign, dana()).items()})
    assert receive({name.lower(): value for name, value in post(sign, dana()).items()})


@both
def test_the_same_signature_has_the_same_fingerprint_and_another_has_not(sign) -> None:
    first = receive(post(sign, dana()))
    assert first.fingerprint == receive(post(sign, dana())).fingerprint
    other = post(sign, dana(), body=b"other")
    assert first.fingerprint != receive(other, b"other").fingerprint


@both
def test_a_query_in_the_inbox_url_is_fine(sign) -> None:
    headers = post(sign, dana(), url=f"{HERE}/inbox?shared=1")
    assert receive(headers, target="/inbox?shared=1")


def test_cavage_signed_without_the_query_is_fine() -> None:
    assert receive(post(sign_cavage, dana()), target="/inbox?shared=1")


@pytest.mark.parametrize("quoted", [True, False])
def test_cavage_created_is_accepted_with_and_without_quotes(quoted: bool) -> None:
    assert receive(cavage("(request-target) (created) host digest", created=NOW, quoted=quoted))


def test_cavage_with_created_needs_no_date_header() -> None:
    headers = cavage("(request-target) (created) host digest", created=NOW)
    del headers["Date"]
    assert receive(headers)


@pytest.mark.parametrize("age", [timedelta(hours=-1), timedelta(0), timedelta(hours=12)])
def test_cavage_clocks_may_be_one_hour_ahead_and_posts_twelve_hours_old(age) -> None:
    assert receive(post(sign_cavage, dana()), now=NOW + age)


@pytest.mark.parametrize("age", [timedelta(minutes=-5), timedelta(0), timedelta(hours=12)])
def test_rfc9421_clocks_may_be_five_minutes_ahead(age) -> None:
    assert receive(post(sign_rfc9421, dana()), now=NOW + age)


def test_cavage_with_content_type_and_the_order_of_lemmy_is_believed() -> None:
    headers = cavage("(request-target) content-type date digest host")
    assert receive(headers)


def test_cavage_with_a_lower_case_digest_name_is_believed() -> None:
    headers = cavage("(request-target) date digest host", digest_name="sha-256")
    assert receive(headers)


def test_the_default_port_may_be_named_in_the_host() -> None:
    headers = sign_rfc9421(dana().private, dana().keyid, "POST", f"{HERE}/inbox", BODY, NOW)
    assert receive({"Host": "Camden.example:443", **headers})


def test_rfc9421_over_authority_and_path_is_believed() -> None:
    assert receive(rfc9421("@method", "@authority", "@path"))


def test_rfc9421_over_more_than_needed_is_believed() -> None:
    assert receive(rfc9421("@method", "@target-uri", "@authority", "host", "date"))


def test_rfc9421_with_a_sha_512_digest_is_believed() -> None:
    assert receive(rfc9421("@method", "@target-uri", algorithm="sha-512"))
