"""Each of these is a hole somebody has. Every request here is refused, with a reason for its sender."""

import base64
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.signatures import SignatureRefused, claimed_key, sign_cavage, sign_rfc9421
from federation.signatures.message import digest
from tests.federation.by_hand import cavage, rfc9421
from tests.federation.cast import BODY, HERE, NOW, SCHEMES, dana, mallory, post, receive

both = pytest.mark.parametrize("sign", SCHEMES, ids=["cavage", "rfc9421"])
FULL = "(request-target) host date digest"


def refused(headers, reason: str, **how) -> None:
    with pytest.raises(SignatureRefused, match=reason) as refusal:
        receive(headers, **how)
    assert refusal.value.reason == str(refusal.value)


def test_unsigned() -> None:
    refused({"Host": "camden.example"}, "not signed")


@both
def test_changed_body(sign) -> None:
    refused(post(sign, dana()), "does not match", body=BODY.replace(b"Create", b"Delete"))


@both
def test_key_of_another_actor(sign) -> None:
    headers = post(sign, mallory())
    name = "Signature-Input" if "Signature-Input" in headers else "Signature"
    headers[name] = headers[name].replace(mallory().keyid, dana().keyid)
    refused(headers, "signature")


@both
def test_cached_key_of_another_actor(sign) -> None:
    """The look-up is asked for the key id that is signed, so a key held for somebody else is not found."""
    refused(post(sign, mallory()), "no usable key at https://hackney.example/people/mallory")


@both
def test_key_rotated_is_refused_with_the_old_key_and_accepted_with_the_new(sign) -> None:
    headers = post(sign, dana())
    refused(headers, "signature", look_up=lambda _: mallory().public)
    assert receive(headers)


@both
def test_another_method(sign) -> None:
    refused(post(sign, dana()), "signature", method="PUT")


@both
def test_another_path(sign) -> None:
    refused(post(sign, dana()), "signature", target="/groups/x/inbox")


@both
def test_signed_for_another_node(sign) -> None:
    """Else whoever receives an activity could pass the whole request on to us as the author's."""
    headers = post(sign, dana(), url="https://islington.example/inbox")
    headers["Host"] = "islington.example"
    refused(headers, "host: expected camden.example")
    refused({**headers, "Host": "camden.example"}, "signature")


@both
@pytest.mark.parametrize("age", [timedelta(hours=12, minutes=6), timedelta(days=7 * 365)])
def test_old(sign, age) -> None:
    refused(post(sign, dana()), "12 hours ago", now=NOW + age)


def test_signed_in_the_future() -> None:
    refused(post(sign_cavage, dana()), "one hour ahead", now=NOW - timedelta(minutes=61))
    refused(post(sign_rfc9421, dana()), "5 minutes ahead", now=NOW - timedelta(minutes=6))


@pytest.mark.parametrize("names", ["date", "host date digest", "(request-target) date digest"])
def test_cavage_over_too_little(names: str) -> None:
    refused(cavage(names), "must be signed")


def test_cavage_without_any_list_of_headers() -> None:
    headers = cavage("(created)", created=NOW)
    headers["Signature"] = headers["Signature"].replace('headers="(created)",', "")
    refused(headers, "must be signed")


def test_cavage_digest_absent() -> None:
    headers = cavage(FULL)
    del headers["Digest"]
    refused(headers, "digest")


def test_cavage_digest_not_signed() -> None:
    refused(cavage("(request-target) host date"), "digest must be signed")


@pytest.mark.parametrize(
    "value",
    [
        "SHA-256=" + digest(b"other"),
        "MD5=abc",
        "",
        "SHA-256=!!",
        "SHA-256",
        f"SHA-256={digest(BODY)},SHA-256=AAAA",
    ],
)
def test_cavage_digest_wrong(value: str) -> None:
    refused(cavage(FULL, changed={"Digest": value}), "digest")


def test_cavage_date_not_signed() -> None:
    refused(cavage("(request-target) host digest"), "date or \\(created\\) must be signed")


@pytest.mark.parametrize("date", ["", "yesterday", "2026-11-21T12:00:00Z", "Sat, 99 Nov 2026 12:00:00 GMT", "0"])
def test_cavage_unreadable_date(date: str) -> None:
    refused(cavage(FULL, changed={"Date": date}), "date")


def test_cavage_a_signed_header_that_is_not_there() -> None:
    headers = cavage(f"{FULL} content-type")
    del headers["Content-Type"]
    refused(headers, "'content-type' is signed but was not received")


def test_cavage_a_header_signed_twice() -> None:
    refused(cavage(f"{FULL} date"), "different names")


def test_cavage_a_parameter_given_twice() -> None:
    headers = cavage(FULL)
    refused({**headers, "Signature": headers["Signature"] + f',keyId="{mallory().keyid}"'}, "keyId is given twice")


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "rsa-sha1", "rsa-sha512", "none", "ed25519"])
def test_cavage_algorithm_that_the_key_does_not_have(algorithm: str) -> None:
    refused(cavage(FULL, algorithm=algorithm), "algorithm: expected hs2019 or rsa-sha256")


def test_cavage_created_with_a_named_rsa_algorithm() -> None:
    refused(cavage(f"{FULL} (created)", algorithm="rsa-sha256", created=NOW), "need hs2019")


def test_cavage_created_in_the_past_beside_a_fresh_date() -> None:
    refused(cavage(f"{FULL} (created)", created=NOW - timedelta(days=1)), "12 hours ago")


def test_cavage_expired() -> None:
    past = int((NOW - timedelta(hours=2)).timestamp())
    refused(cavage(FULL, extra=f",expires={past}"), "expired")


@pytest.mark.parametrize("value", ["nan", "inf", "-1e400", "99999999999999999999", "", "12:00", "1e308", "२०२६"])
def test_cavage_created_that_is_no_number(value: str) -> None:
    headers = cavage(f"{FULL} (created)", created=NOW, quoted=True)
    seconds = str(int(NOW.timestamp()))
    refused({**headers, "Signature": headers["Signature"].replace(seconds, value)}, "created|signature|date")


def test_a_line_break_in_a_header() -> None:
    """One signed line could pass for two."""
    refused(cavage(FULL) | {"X": "a\ndate: now"}, "line breaks")


@pytest.mark.parametrize(
    "covered",
    [("@method",), ("@target-uri",), ("@method", "@authority"), ("@method", "@path"), ("date",), ()],
    ids=str,
)
def test_rfc9421_over_too_little(covered: tuple[str, ...]) -> None:
    refused(rfc9421(*covered), "must be signed")


def test_rfc9421_digest_not_signed_so_that_the_body_could_be_changed() -> None:
    headers = rfc9421("@method", "@target-uri", with_digest=False)
    refused(headers, "digest|Digest|must be signed")
    with_unsigned = headers | {"Content-Digest": f"sha-256=:{digest(BODY)}:"}
    refused(with_unsigned, "Digest|must be signed")


def test_rfc9421_expired() -> None:
    headers = rfc9421("@method", "@target-uri", expires=NOW + timedelta(minutes=1))
    assert receive(headers)
    refused(headers, "expired", now=NOW + timedelta(minutes=10))


@pytest.mark.parametrize("parameter", ["created", "keyid"])
def test_rfc9421_without_created_or_keyid(parameter: str) -> None:
    import re

    headers = rfc9421("@method", "@target-uri")
    headers["Signature-Input"] = re.sub(rf";{parameter}=(\"[^\"]*\"|\d+)", "", headers["Signature-Input"])
    refused(headers, parameter)


def test_rfc9421_created_in_quotes() -> None:
    headers = rfc9421("@method", "@target-uri")
    seconds = str(int(NOW.timestamp()))
    refused(headers | {"Signature-Input": headers["Signature-Input"].replace(seconds, f'"{seconds}"')}, "created")


def test_rfc9421_alg_that_the_key_does_not_have() -> None:
    headers = rfc9421("@method", "@target-uri")
    for other in ("hmac-sha256", "rsa-pss-sha512", "ed25519"):
        lying = headers["Signature-Input"].replace("rsa-v1_5-sha256", other)
        refused(headers | {"Signature-Input": lying}, "algorithm")


def test_rfc9421_two_signatures() -> None:
    headers = rfc9421("@method", "@target-uri")
    doubled = {
        name: f"{headers[name]}, {headers[name].replace('pyhms=', 'other=', 1)}"
        for name in ("Signature-Input", "Signature")
    }
    refused(headers | doubled, "exactly one")
    refused(headers | {"Signature": doubled["Signature"]}, "exactly one|label|Multiple")


@pytest.mark.parametrize(
    "value",
    ["", "sig1", "sig1=1", 'sig1="x"', "sig1=()", 'sig1=("@method");keyid=1', "é", "sig1=(" * 200, "\ud800"],
)
def test_rfc9421_unreadable_input(value: str) -> None:
    refused({"Host": "camden.example", "Signature-Input": value, "Signature": "sig1=:AAAA:"}, "signature-input")


def test_more_than_eight_kilobytes_of_signature() -> None:
    refused({"Host": "camden.example", "Signature": "a" * 9_000}, "at most 8192")
    refused({"Host": "camden.example", "Signature-Input": "a" * 9_000}, "at most 8192")


@both
def test_a_signature_that_is_no_base64(sign) -> None:
    headers = post(sign, dana())
    spoilt = headers["Signature"][:-20] + "!!" + headers["Signature"][-18:]
    refused(headers | {"Signature": spoilt}, "signature")


near_valid = st.text(alphabet='keyId="",=()created:;sig1@method 0129\\\n\x00é\ud800', max_size=120)


@settings(deadline=None)
@given(signature=near_valid, signed=near_valid, date=near_valid, value=near_valid)
def test_whatever_the_headers_hold_the_answer_is_a_reason(signature, signed, date, value) -> None:
    whole = base64.b64encode(b"x").decode()
    for headers in (
        {"Signature": signature},
        {"Signature": f'keyId="{dana().keyid}",headers="{signed}",signature="{whole}"', "Date": date},
        {"Signature-Input": signature, "Signature": value},
        {
            "Signature-Input": f'sig1=({signed});created={date};keyid="{dana().keyid}"',
            "Signature": "sig1=:eA==:",
        },
        cavage(FULL) | {"Digest": value, "Date": date},
        rfc9421("@method", "@target-uri") | {"Content-Digest": value},
    ):
        with pytest.raises(SignatureRefused) as refusal:
            receive({"Host": "camden.example"} | headers)
        assert refusal.value.reason.encode(), "the reason is sent back, so it must be text"
        try:
            claimed_key(headers)
        except SignatureRefused as unreadable:
            assert unreadable.reason.encode()


@settings(deadline=None)
@given(target=st.text(alphabet="/?#%é \\inbox", max_size=30))
def test_whatever_the_target_is_the_answer_is_a_reason(target: str) -> None:
    for sign in SCHEMES:
        headers = post(sign, dana(), url=f"{HERE}/elsewhere")
        with pytest.raises(SignatureRefused):
            receive(headers, target=target)
