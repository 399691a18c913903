"""Every hole somebody has, the guard that closes it here, and the tests that notice when the guard is gone.

`lines` are those of the project's list of attacks, and what was added to it since. A guard is taken away by edits of
the code: text that stands there exactly once, and what it is replaced by. Where several guards close one hole, all of
them are taken away together, so that it stands open; such an entry says so in `note`. `./run prove holes` takes each
away in a copy of the tree and expects every one of its tests to fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POLICY, CONTRACT = "tests/federation/policy", "tests/federation/contract"
DOOR = f"{POLICY}/test_door.py"
HOLES = f"{POLICY}/test_holes.py"
REFUSED = f"{POLICY}/test_signature_refusals.py"
OWNERS = f"{POLICY}/test_ownership.py"
FETCH = f"{POLICY}/test_fetch_refusals.py"
AUDIENCES = f"{POLICY}/test_audiences.py"
LIMITS = f"{POLICY}/test_limits.py"
AHEAD = f"{POLICY}/test_removals_ahead.py"


@dataclass(frozen=True)
class Edit:
    """In `file`, `text` becomes `instead`."""

    file: str
    text: str
    instead: str

    @property
    def found(self) -> int:
        """How often the text stands there: once, or the guard is not where this table says."""
        return (ROOT / self.file).read_text(encoding="utf-8").count(self.text)


@dataclass(frozen=True)
class Hole:
    line: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]  # as pytest names them; of one with several cases any must fail
    note: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(edit.file for edit in self.edits))


def hole(line: str, *edits: tuple[str, str, str], tests: list[str], note: str = "") -> Hole:
    return Hole(line, tuple(Edit(*edit) for edit in edits), tuple(tests), note)


AUTHENTICATE = "federation/inbound/authenticate.py"
THE_DOOR = "federation/inbound/door.py"
KEPT_OUT = "federation/kept_out.py"
CAVAGE = "federation/signatures/cavage.py"
RFC9421 = "federation/signatures/rfc9421.py"
MESSAGE = "federation/signatures/message.py"
OBJECTS = "federation/inbound/objects.py"
VERBS = "federation/inbound/objects_verbs.py"
WORK = "federation/inbound/work.py"
GUARD = "federation/guard.py"
HTTP = "federation/http.py"
NEGOTIATION = "federation/negotiation.py"

AWAITED = "federation/awaited.py"
FORWARDED = "federation/inbound/forwarded.py"
PASSED_ON = f"{POLICY}/test_passed_on.py::test_what_its_writer_does_not_vouch_for_is_not_believed"

# Guards that are taken away together with others.
NO_HOST_OF_ITS_OWN = (
    AUTHENTICATE,
    "if owner and _origin(claim.keyid) != identity.origin_of(owner):",
    "if owner and False:",
)
NOT_THE_SIGNER = (THE_DOOR, "if actor.uri != actor_uri:", "if False:")
ANY_ADDRESS = (GUARD, "if not _is_accepted(address, private_allowed()):", "if False:")
ANY_ORIGIN = (OBJECTS, "if identity.origin_of(uri) != node.origin:", "if False:")
ANY_COVERAGE = (CAVAGE, "    if missing:\n        raise", "    if False:\n        raise")

HOLES_AND_GUARDS: tuple[Hole, ...] = (
    hole(
        "unsigned",
        (
            AUTHENTICATE,
            "    claim = claimed_key(request.headers)\n",
            '    if "Signature" not in request.headers:\n'
            "        from types import SimpleNamespace as There\n\n"
            "        from django.utils.timezone import now\n\n"
            "        return actors.fetch(owner), There(fingerprint=owner, fresh_until=now())\n"
            "    claim = claimed_key(request.headers)\n",
        ),
        tests=[f"{DOOR}::test_unsigned_is_refused"],
        note="signatures are optional, as in django-socialize: whoever is named is believed",
    ),
    hole(
        "digest absent",
        (MESSAGE, 'return self.method not in ("GET", "HEAD") or bool(self.body)', "return False"),
        tests=[f"{HOLES}::test_a_signature_over_too_little_is_refused_at_the_door[no digest]"],
        note="the coverage and the comparison both ask whether a digest is needed",
    ),
    hole(
        "digest wrong",
        (MESSAGE, 'if not hmac.compare_digest(decode64(encoded, "digest"), hashing(body).digest()):', "if False:"),
        tests=[
            f"{HOLES}::test_a_signature_over_too_little_is_refused_at_the_door[digest of another body]",
            f"{REFUSED}::test_cavage_digest_wrong",
        ],
    ),
    hole(
        "digest unsigned",
        (CAVAGE, '*(["digest"] if message.needs_digest else [])', ""),
        tests=[
            f"{HOLES}::test_a_signature_over_too_little_is_refused_at_the_door[digest not signed]",
            f"{REFUSED}::test_cavage_digest_not_signed",
        ],
    ),
    hole(
        "body changed under RFC 9421",
        (RFC9421, "max_age=None, body=message.body)", "max_age=None, body=None)"),
        (RFC9421, "if message.needs_digest and result.body is None:", "if False:"),
        tests=[
            f"{DOOR}::test_a_body_changed_on_the_way_is_refused",
            f"{REFUSED}::test_changed_body[rfc9421]",
            f"{REFUSED}::test_rfc9421_digest_not_signed_so_that_the_body_could_be_changed",
        ],
        note="the library compares where it is given the body, and we ask whether it did",
    ),
    hole(
        "body changed under draft-cavage",
        (CAVAGE, '        check_digest(message.headers.get("digest", ""), message.body)', "        pass"),
        tests=[f"{REFUSED}::test_changed_body[cavage]", f"{DOOR}::test_a_body_changed_on_the_way_is_refused"],
    ),
    hole(
        "signature over only date",
        ANY_COVERAGE,
        tests=[
            f"{HOLES}::test_a_signature_over_too_little_is_refused_at_the_door[only the date]",
            f"{REFUSED}::test_cavage_over_too_little",
        ],
    ),
    hole(
        "signature over only @method",
        (RFC9421, "    if missing:\n        raise", "    if False:\n        raise"),
        tests=[f"{REFUSED}::test_rfc9421_over_too_little"],
    ),
    hole(
        "Date of 2019",
        (CAVAGE, "if now - signed_at > message.longest_age:", "if False:"),
        tests=[f"{DOOR}::test_a_date_of_2019_is_refused", f"{REFUSED}::test_old[age1-cavage]"],
    ),
    hole(
        "created of 2019 (RFC 9421)",
        (RFC9421, "if self.now - created > self.longest_age + CLOCK_SKEW:", "if False:"),
        tests=[f"{REFUSED}::test_old[age1-rfc9421]"],
    ),
    hole(
        "key of another actor",
        (
            CAVAGE,
            "    except InvalidSignature:\n        return False",
            "    except InvalidSignature:\n        return True",
        ),
        tests=[
            f"{HOLES}::test_a_signature_that_mallory_made_under_the_name_of_danas_key_is_refused[cavage]",
            f"{REFUSED}::test_key_of_another_actor[cavage]",
        ],
        note="the signature itself: made with Mallory's key under the name of Dana's",
    ),
    hole(
        "key of another actor (RFC 9421)",
        (
            RFC9421,
            "super().__init__(signature_algorithm=_algorithm(key), key_resolver=_OneKey(key))",
            "believing = type('Any', (_algorithm(key),), {'verify': lambda self, signature, message: None})\n"
            "        super().__init__(signature_algorithm=believing, key_resolver=_OneKey(key))",
        ),
        tests=[
            f"{HOLES}::test_a_signature_that_mallory_made_under_the_name_of_danas_key_is_refused[rfc9421]",
            f"{REFUSED}::test_key_of_another_actor[rfc9421]",
        ],
    ),
    hole(
        "cached key of another actor",
        NOT_THE_SIGNER,
        NO_HOST_OF_ITS_OWN,
        tests=[
            f"{HOLES}::test_somebody_of_another_server_cannot_speak_for_dana[whose key is cached]",
            f"{DOOR}::test_the_key_of_another_actor_is_refused",
        ],
        note="the key's server is compared before it is asked for, and its owner after",
    ),
    hole(
        "key that bears the name of another's",
        ("federation/actors.py", "if identity.origin_of(name) != identity.origin_of(owner):", "if False:"),
        tests=[f"{POLICY}/test_same_server.py::test_a_key_that_bears_the_name_of_another_silences_nobody"],
    ),
    hole(
        "key rotated (accepted after one refetch)",
        (
            AUTHENTICATE,
            "newer = None if fresh else refetched(actor, claim.keyid, address)",
            "newer = None",
        ),
        tests=[f"{DOOR}::test_a_rotated_key_is_taken_after_asking_once"],
    ),
    hole(
        "key refetched for every bad signature",
        (
            AUTHENTICATE,
            'if not cache.add(mark, "asked", timeout=seconds):',
            "if False:",
        ),
        tests=[f"{DOOR}::test_bad_signatures_make_us_ask_once_in_five_minutes"],
    ),
    hole(
        "signer ≠ actor",
        NOT_THE_SIGNER,
        tests=[f"{DOOR}::test_the_key_of_another_actor_is_refused"],
        note="both on one server",
    ),
    hole(
        "signer ≠ actor, on another server",
        NOT_THE_SIGNER,
        NO_HOST_OF_ITS_OWN,
        tests=[f"{HOLES}::test_somebody_of_another_server_cannot_speak_for_dana"],
    ),
    hole(
        "key on another server than its owner is asked for",
        NO_HOST_OF_ITS_OWN,
        tests=[f"{POLICY}/test_same_server.py::test_a_key_on_another_server_than_its_owner_is_not_even_asked_for"],
    ),
    hole(
        "actor on our own host",
        (THE_DOOR, "if identity.is_ours(actor_uri):", "if False:"),
        NO_HOST_OF_ITS_OWN,
        NOT_THE_SIGNER,
        tests=[
            f"{HOLES}::test_nobody_outside_speaks_as_one_of_ours",
            f"{DOOR}::test_an_actor_on_our_own_host_is_refused",
        ],
        note="refused as such, since its key would be on another server, and since it is not the signer",
    ),
    hole(
        "object id on another host",
        (VERBS, "if not here:\n        return", "if False:\n        return"),
        ANY_ORIGIN,
        (
            OBJECTS,
            "if speaker is not None and speaker.uri not in owners and (owners or type_ is not None):",
            "if False:",
        ),
        (OBJECTS, "if identity.origin_of(uri) == node.origin:", "if True:"),
        tests=[f"{OWNERS}::test_an_object_of_a_third_host_is_asked_of_that_host"],
        note="by the verb, by whoever stores it, and by its owner, who must live there too",
    ),
    hole(
        "object id on our host",
        (
            VERBS,
            'if identity.is_ours(uri):\n        raise Refused(f"object: {uri} is on this node and',
            'if False:\n        raise Refused(f"object: {uri} is on this node and',
        ),
        (VERBS, "if not here:\n        return", "if False:\n        return"),
        ANY_ORIGIN,
        tests=[f"{OWNERS}::test_an_object_on_our_host_cannot_be_written_from_outside"],
    ),
    hole(
        "a stranger has us ask other servers for things",
        (VERBS, "not (here and _is_invited(obj, incoming.actor))", "not _is_invited(obj, incoming.actor)"),
        tests=[f"{POLICY}/test_strangers_first_words.py::test_a_stranger_does_not_have_us_fetch_words_from_elsewhere"],
    ),
    hole(
        "a stranger's first words, where stewards want to read them first",
        (OBJECTS, "created and unasked and moderation.hold_if_first_of_a_stranger(row)", "False"),
        tests=[
            f"{POLICY}/test_strangers_first_words.py::test_they_wait_unseen_and_untold_until_a_steward_publishes_them",
        ],
    ),
    hole(
        "activity id on another host",
        (THE_DOOR, "if not same or len(uri) > 500:", "if False:"),
        tests=[f"{DOOR}::test_an_activity_id_on_another_host_is_refused"],
    ),
    hole(
        "fetched document's id ≠ its URL",
        ("federation/fetching.py", 'if doc.get("id") != uri:', "if False:"),
        tests=[f"{POLICY}/test_patient_fetching.py::test_a_document_that_is_not_the_thing_asked_for_is_not_taken"],
    ),
    hole(
        "wrong Content-Type",
        (HTTP, "if media_type not in accept.taken or", "if False and"),
        tests=[f"{FETCH}::test_a_wrong_content_type"],
        note="of a document that is fetched",
    ),
    hole(
        "wrong Content-Type (in the inbox)",
        (THE_DOOR, "if content_type not in CONTENT_TYPES:", "if False:"),
        tests=[f"{DOOR}::test_too_large_too_deep_and_not_json_are_refused"],
    ),
    hole(
        "embedded object not refetched",
        (
            VERBS,
            "if incoming.vouched is not None and incoming.inner is not None:\n        return _as_said(",
            "if incoming.inner is not None:\n        return _as_said(",
        ),
        (VERBS, "incoming.inner, incoming.vouched, passed_on_by", "incoming.inner, incoming.actor, passed_on_by"),
        (
            VERBS,
            "if node is None or not isinstance(uri, str) or not identity.is_at(uri, node.origin):",
            "if node is None:",
        ),
        ANY_ORIGIN,
        (
            OBJECTS,
            "if speaker is not None and speaker.uri not in owners and (owners or type_ is not None):",
            "if False:",
        ),
        (OBJECTS, "if identity.origin_of(uri) == node.origin:", "if True:"),
        tests=[
            f"{HOLES}::test_what_is_passed_on_without_a_proof_is_asked_of_its_own_server[a Create inside]",
        ],
        note="what a group passes on is believed as it was passed on, wherever it belongs",
    ),
    hole(
        "Undo by a non-owner",
        (
            "federation/inbound/following.py",
            "Following.objects.filter(same, follower=incoming.actor, followed__node__isnull=True)",
            "Following.objects.filter(same, followed__node__isnull=True)",
        ),
        tests=[f"{OWNERS}::test_a_stranger_cannot_undo_the_follow_of_another"],
    ),
    hole(
        "Undo of a Like by a non-owner",
        (
            "federation/inbound/endorsements.py",
            "theirs = Endorsement.objects.filter(actor=incoming.actor)",
            "theirs = Endorsement.objects.all()",
        ),
        tests=[f"{POLICY}/test_endorsements.py::test_they_take_it_back_and_nobody_else_does"],
    ),
    hole(
        "Update by a non-owner",
        (
            OBJECTS,
            "if speaker is not None and speaker.uri not in owners and (owners or type_ is not None):",
            "if False:",
        ),
        tests=[
            f"{OWNERS}::test_only_the_owner_changes_or_withdraws",
            f"{POLICY}/test_same_server.py::test_nobody_publishes_in_the_name_of_another",
        ],
    ),
    hole(
        "Delete by a non-owner",
        (
            OBJECTS,
            "if speaker is not None and held is not None and speaker.uri not in {uri, *_owners(held, {})}:",
            "if False:",
        ),
        tests=[
            f"{OWNERS}::test_only_the_owner_changes_or_withdraws",
            f"{POLICY}/test_same_server.py::test_nobody_withdraws_the_thing_of_another_by_wrapping_its_tombstone",
        ],
    ),
    hole(
        "400-deep replies",
        (
            OBJECTS,
            "        said = str(kept)\n",
            "        said = str(kept)\n"
            "        from federation.inbound.objects_verbs import ask_for\n\n"
            "        ask_for(kept.answers)\n",
        ),
        tests=[
            f"{HOLES}::test_a_thread_of_four_hundred_answers_makes_us_ask_for_none_of_them",
        ],
        note="there is no guard to take away, since nobody asks: here somebody does, as elsewhere",
    ),
    hole(
        "unknown or file: @context",
        ("federation/jsonld.py", "if url in BUNDLED or _is_extension(url) or _is_their_own(url, doc):", "if True:"),
        ("federation/jsonld.py", "if name is None and not _is_extension(url):", "if False:"),
        tests=[
            f"{DOOR}::test_a_context_nobody_knows_is_refused",
            f"{POLICY}/test_context_refusals.py::test_unknown_context",
        ],
        note="by name, and by the only loader that JSON-LD is given",
    ),
    hole(
        "SSRF: 127/8, ::1, ::ffff:127.0.0.1, 169.254.169.254, 10/8, 100.64/10, 0.0.0.0",
        ANY_ADDRESS,
        tests=[
            f"{FETCH}::test_an_address_that_is_not_on_the_public_internet[{address}]"
            for address in (
                "127.0.0.1",
                "127.1.2.3",
                "::1",
                "::ffff:127.0.0.1",
                "169.254.169.254",
                "10.0.0.1",
                "100.64.0.1",
                "0.0.0.0",
            )
        ],
    ),
    hole(
        "SSRF: addresses inside IPv6",
        (GUARD, "    if inner is not None:\n        return _is_accepted(inner, private)\n", ""),
        tests=[f"{FETCH}::test_an_address_that_is_not_on_the_public_internet[64:ff9b::7f00:1]"],
        note="of v4-mapped ones Python itself knows; of NAT64 it does not",
    ),
    hole(
        "SSRF: networks that Python calls global",
        (GUARD, "and not address.is_multicast and not any(address in n for n in REFUSED_NETWORKS)", ""),
        tests=[f"{FETCH}::test_an_address_that_is_not_on_the_public_internet[224.0.0.1]"],
    ),
    hole(
        "SSRF: 2130706433, 0x7f.1",
        (
            GUARD,
            'if not NAME.fullmatch(host) or last.isdigit() or last.startswith("0x") or _spells_address(host):',
            "if False:",
        ),
        ANY_ADDRESS,
        tests=[
            f"{FETCH}::test_an_address_in_odd_notation[2130706433]",
            f"{FETCH}::test_an_address_in_odd_notation[0x7f.1]",
        ],
        note="by their look, and by the address they lead to",
    ),
    hole(
        "SSRF: redirect to private",
        (HTTP, "return check_url(str(target))", "return target"),
        ANY_ADDRESS,
        tests=[f"{FETCH}::test_a_redirect_inside"],
        note="each hop is looked at like the first, and so is the address that is connected to",
    ),
    hole(
        "SSRF: redirect from https to http",
        (HTTP, 'if current.scheme == "https" and target.scheme != "https":', "if False:"),
        tests=[f"{FETCH}::test_a_redirect_from_https_to_http"],
    ),
    hole(
        "SSRF: redirects without end",
        (HTTP, "for _ in range(MAX_REDIRECTS + 1):", "for _ in range(99):"),
        tests=[f"{FETCH}::test_a_fourth_redirect"],
    ),
    hole(
        "SSRF: DNS rebinding",
        (HTTP, "resolver=GuardedResolver(),", ""),
        (HTTP, "socket_factory=guarded_socket,", ""),
        tests=[f"{FETCH}::test_a_name_that_leads_elsewhere_the_second_time", f"{FETCH}::test_a_name_that_leads_inside"],
        note="the address that a name leads to, and the one that is connected to, are the same and both looked at",
    ),
    hole(
        "SSRF: user name, port, scheme",
        (GUARD, "if parsed.scheme not in ACCEPTED_SCHEMES[private]:", "if False:"),
        (GUARD, 'if "@" in parsed.raw_authority:', "if False:"),
        (GUARD, "if not private and parsed.port != USUAL_PORTS[parsed.scheme]:", "if False:"),
        tests=[
            f"{FETCH}::test_an_address_that_is_none_of_ours_to_ask[https://user@hackney.example/]",
            f"{FETCH}::test_an_address_that_is_none_of_ours_to_ask[https://hackney.example:22/]",
            f"{FETCH}::test_an_address_that_is_none_of_ours_to_ask[http://hackney.example/]",
        ],
    ),
    hole(
        "10 MB body (posted)",
        (THE_DOOR, "or int(length) > MAX_BYTES:", "or False:"),
        (THE_DOOR, "if len(raw) > MAX_BYTES:", "if False:"),
        tests=[
            f"{HOLES}::test_ten_megabytes_are_refused_whatever_they_hold",
            f"{DOOR}::test_too_large_too_deep_and_not_json_are_refused",
        ],
        note="by what it says of itself before it is read, and by what it is",
    ),
    hole(
        "10 MB body (fetched)",
        (HTTP, "if len(body) > longest:", "if False:"),
        tests=[f"{FETCH}::test_a_body_that_is_too_long[10 MB]"],
    ),
    hole(
        "created=123 unquoted",
        (CAVAGE, r'(?:"([^"\\]*)"|([0-9]{1,12}(?:\.[0-9]{1,6})?))', r'(?:"([^"\\]*)"|(\d{99}))'),
        tests=[f"{CONTRACT}/test_signatures.py::test_cavage_created_is_accepted_with_and_without_quotes[False]"],
        note="accepted, as Fedify sends it",
    ),
    hole(
        "query in the inbox URL",
        (CAVAGE, "return [message.target, path] if query else [message.target]", "return [path]"),
        tests=[
            f"{HOLES}::test_an_inbox_with_a_query_is_the_inbox[cavage-/inbox?from=hackney]",
            f"{CONTRACT}/test_signatures.py::test_a_query_in_the_inbox_url_is_fine",
        ],
        note="accepted where it is signed",
    ),
    hole(
        "query in the inbox URL, signed without it",
        (CAVAGE, "return [message.target, path] if query else [message.target]", "return [message.target]"),
        tests=[f"{CONTRACT}/test_signatures.py::test_cavage_signed_without_the_query_is_fine"],
        note="accepted, as some peers sign",
    ),
    hole(
        "fractional published",
        ("federation/values.py", "(?:[.,]([0-9]{1,30}))?)?", "()?)?"),
        tests=[f"{HOLES}::test_a_fractional_published_is_read"],
        note="accepted",
    ),
    hole(
        "a dead follower must not block others",
        (
            "federation/outbound/attempt.py",
            "if future.exception() is not None or future.result()",
            "if future.result()",
        ),
        tests=[f"{HOLES}::test_a_dead_follower_does_not_keep_the_others_waiting"],
    ),
    hole(
        "a slow follower must not block others",
        (
            "federation/outbound/deliver.py",
            "pending, open_per_node) if not stopping.is_set() else 0",
            "pending, open_per_node) if not stopping.is_set() and not pending else 0",
        ),
        tests=[f"{POLICY}/test_slow_nodes.py::test_what_becomes_due_while_a_slow_node_answers_goes_out_meanwhile"],
    ),
    hole(
        "older version after a newer one",
        (
            OBJECTS,
            'if held is not None and held.version > version:\n        return f"older',
            'if False:\n        return f"older',
        ),
        tests=[f"{OWNERS}::test_older_never_replaces_newer_and_a_tombstone_wins"],
    ),
    hole(
        "Create after Delete",
        (
            OBJECTS,
            'if held is not None and held.version > version:\n        return f"older',
            'if False:\n        return f"older',
        ),
        (
            OBJECTS,
            "if held is not None and held.tombstone and not _may_come_back(held, version, speaker):",
            "if False:",
        ),
        tests=[f"{OWNERS}::test_create_after_delete_stays_deleted"],
    ),
    hole(
        "the same version with other content",
        (OBJECTS, "_same_version_again(held, doc) and held.content_hash != digest:", "False:"),
        tests=[
            f"{POLICY}/test_same_version.py::test_the_same_version_with_other_content_is_refused_and_changes_nothing"
        ],
    ),
    hole(
        "replay of the same signed POST",
        (THE_DOOR, "if SeenSignature.objects.filter(fingerprint=signer.fingerprint).exists():", "if False:"),
        (
            THE_DOOR,
            "            SeenSignature.objects.create(fingerprint=signer.fingerprint, forget_at=signer.fresh_until)\n",
            "",
        ),
        tests=[
            f"{POLICY}/test_replays.py::test_a_replay_is_known_even_when_what_it_brought_is_forgotten",
            f"{POLICY}/test_replays.py::test_replays_neither_use_up_what_a_node_may_send_nor_wake_it",
        ],
        note="looked for before anything counts, and unique in the database",
    ),
    hole(
        "replay of an activity, signed anew",
        (
            THE_DOOR,
            "            _store(uri, activity, actor, type_, raw)\n",
            '            _store(f"{uri}-{signer.fingerprint}", activity, actor, type_, raw)\n',
        ),
        tests=[
            f"{POLICY}/test_replays.py::test_the_same_message_signed_anew_is_thanked_too_and_kept_once",
        ],
        note="its id is unique in the database",
    ),
    hole(
        "replay of a signed GET after its hour",
        (MESSAGE, "return LONGEST_AGE if self.needs_digest else LONGEST_AGE_OF_A_QUESTION", "return LONGEST_AGE"),
        tests=[f"{POLICY}/test_replays.py::test_a_captured_question_opens_what_is_for_members_for_an_hour_at_most"],
    ),
    hole(
        "rate limit per node",
        (
            THE_DOOR,
            'if not limits.within(f"inbox:{identity.origin_of(actor.uri)}", limits.INBOX_PER_NODE):',
            "if False:",
        ),
        tests=[f"{DOOR}::test_too_many_from_one_node_are_put_off"],
    ),
    hole(
        "rate limit of unknown keys",
        (
            AUTHENTICATE,
            "    if not few:\n",
            "    if False:\n",
        ),
        tests=[
            f"{LIMITS}::test_one_address_has_us_ask_for_only_so_many_unknown_keys",
            f"{POLICY}/test_same_server.py::test_one_server_is_not_asked_for_more_than_so_many_unknown_keys",
        ],
    ),
    hole(
        "slow key servers hold our threads",
        (AUTHENTICATE, "if len(_waiting) >= limits.KEY_FETCHES_AT_ONCE or", "if"),
        tests=[f"{LIMITS}::test_servers_that_take_their_time_hold_only_so_many_requests"],
    ),
    hole(
        "rate limit of what others have us ask",
        ("federation/catalogue.py", '    if not limits.within(f"fetches:{node.origin}", most):', "    if False:"),
        tests=[f"{LIMITS}::test_nobody_can_have_us_trouble_a_server_by_speaking_of_it"],
    ),
    hole(
        "rate limit of digests and catalogue",
        ("federation/limits.py", "            if may_ask(request, limit):", "            if True:"),
        tests=[f"{LIMITS}::test_whoever_asks_too_often_is_told_when_to_come_again"],
    ),
    hole(
        "flood of new actors",
        ("federation/room.py", 'if _counted(f"actors:{node.pk}", new.count) >= most and', "if False and"),
        tests=[f"{LIMITS}::test_a_neighbour_brings_only_so_many_new_people_a_day"],
    ),
    hole(
        "flood of documents",
        ("federation/room.py", 'if _counted(f"documents:{node.pk}", held.count) >= most and', "if False and"),
        tests=[f"{LIMITS}::test_only_so_many_things_of_one_server_are_kept"],
    ),
    hole(
        "depth limit",
        (
            "federation/bounded.py",
            "if depth > limits.depth or len(each) > limits.names:",
            "if len(each) > limits.names:",
        ),
        (
            "federation/bounded.py",
            "if depth > limits.depth or len(each) > limits.members:",
            "if len(each) > limits.members:",
        ),
        tests=[
            f"{HOLES}::test_a_message_out_of_bounds_is_refused_by_name[20 deep inside]",
            f"{HOLES}::test_a_message_out_of_bounds_is_refused_by_name[400 deep]",
        ],
    ),
    hole(
        "list limit",
        ("federation/bounded.py", "if depth > limits.depth or len(each) > limits.members:", "if depth > limits.depth:"),
        tests=[
            f"{CONTRACT}/test_json.py::test_what_is_out_of_bounds_is_named",
            f"{HOLES}::test_a_message_out_of_bounds_is_refused_by_name[201 in a list]",
        ],
    ),
    hole(
        "limit of names",
        ("federation/bounded.py", "if depth > limits.depth or len(each) > limits.names:", "if depth > limits.depth:"),
        tests=[f"{HOLES}::test_a_message_out_of_bounds_is_refused_by_name[more than 300 names]"],
    ),
    hole(
        "NUL and half characters",
        ("federation/bounded.py", '    if "\\0" in text:\n        return False\n', "    return True\n"),
        tests=[
            f"{HOLES}::test_a_message_out_of_bounds_is_refused_by_name[NUL]",
            f"{HOLES}::test_a_message_out_of_bounds_is_refused_by_name[half a character]",
        ],
    ),
    hole(
        "size limit of JSON",
        ("federation/bounded.py", "    if len(raw) > max_bytes:\n", "    if False:\n"),
        tests=[f"{CONTRACT}/test_json.py::test_what_is_out_of_bounds_is_named"],
    ),
    hole(
        "blocked node",
        (KEPT_OUT, "if node is not None and node.blocked_at is not None:", "if False:"),
        tests=[
            f"{DOOR}::test_a_blocked_node_is_refused_and_a_paused_one_put_off",
            f"{POLICY}/test_kept_out.py::test_a_blocked_node_gets_nothing_whoever_of_it_asks",
        ],
    ),
    hole(
        "paused node",
        (KEPT_OUT, "if node is not None and node.peering == Node.Peering.PAUSED:", "if False:"),
        tests=[
            f"{DOOR}::test_a_blocked_node_is_refused_and_a_paused_one_put_off",
            f"{POLICY}/test_kept_out.py::test_a_paused_neighbour_is_told_when_to_ask_again",
        ],
    ),
    hole(
        "who is kept out asks for things",
        (
            NEGOTIATION,
            "    if refused := kept_out.turned_away(kept_out.claimed_node(request)):\n        return refused\n",
            "",
        ),
        tests=[
            f"{POLICY}/test_kept_out.py::test_a_blocked_node_gets_nothing_whoever_of_it_asks",
            f"{POLICY}/test_kept_out.py::test_a_paused_neighbour_is_told_when_to_ask_again",
        ],
    ),
    hole(
        "group-only GET unsigned",
        (
            NEGOTIATION,
            "    except SignatureRefused:\n        return False",
            "    except SignatureRefused:\n        return True",
        ),
        (
            NEGOTIATION,
            'if not wants_activity(request) or "Signature" not in request.headers:',
            "if not wants_activity(request):",
        ),
        tests=[f"{AUDIENCES}::test_a_member_elsewhere_is_sent_it_and_may_fetch_it"],
    ),
    hole(
        "group-only GET signed by a node without a member",
        (
            NEGOTIATION,
            "return Actor.objects.filter(audience_keys__audience=audience, node=node).exists()",
            "return True",
        ),
        tests=[f"{AUDIENCES}::test_nobody_outside_finds_it_anywhere[group]"],
    ),
    hole(
        "group-only GET by a blocked or not fully peered node",
        (
            NEGOTIATION,
            "if node is None or node.peering != Node.Peering.FULL or node.blocked_at is not None:",
            "if node is None:",
        ),
        tests=[
            f"{AUDIENCES}::test_a_node_that_is_no_full_neighbour_any_more_is_sent_and_given_nothing[{state}]"
            for state in ("blocked", "ended", "limited", "trial")
        ],
    ),
    hole(
        "group-only sent to a node that is no full neighbour",
        (
            "federation/outbound/say.py",
            "node__in=Node.objects.filter(Node.FOR_GROUPS, blocked_at__isnull=True)",
            "node__isnull=False",
        ),
        tests=[
            f"{AUDIENCES}::test_a_node_that_is_no_full_neighbour_any_more_is_sent_and_given_nothing[{state}]"
            for state in ("ended", "limited", "trial")
        ],
    ),
    hole(
        "this-node-only never leaves",
        ("federation/outbound/publish.py", "or row.audience == audiences.this_node():", "or False:"),
        (
            "federation/outbound/publish.py",
            "    if row.audience != audiences.PUBLIC:\n        return [*say.readers_of(row.audience), *more]\n",
            "",
        ),
        tests=[f"{AUDIENCES}::test_nobody_outside_finds_it_anywhere[node]"],
        note="it is not published at all, and would have no recipients",
    ),
    hole(
        "hostile HTML of others on our pages",
        ("federation/foreign_html.py", "    cleaned = str(clean_html(source)).strip()\n", "    return source\n"),
        (
            "frontend/templatetags/flotilla.py",
            "clean_html(text) if isinstance(text, SafeString)",
            "text if isinstance(text, SafeString)",
        ),
        tests=[f"{POLICY}/test_clean_words.py::test_what_a_neighbour_says_does_nothing_on_our_pages"],
        note="cleaned when it is read, and when it is shown",
    ),
    hole(
        "hostile HTML of ours on the pages of others",
        ("frontend/text.py", '{"html": False,', '{"html": True,'),
        ("frontend/text.py", 'return clean_html(rendered.replace("<h1>"', 'return mark_safe(rendered.replace("<h1>"'),
        tests=[f"{POLICY}/test_clean_words.py::test_what_people_here_write_does_nothing_elsewhere"],
        note="Markdown makes no HTML of HTML, and what it makes is cleaned",
    ),
    hole(
        "proof by another actor's key",
        (
            "federation/proofs.py",
            "    except InvalidSignature:\n        return False",
            "    except InvalidSignature:\n        return True",
        ),
        tests=[
            f"{CONTRACT}/test_proofs.py::test_the_key_of_somebody_else_is_refused",
            PASSED_ON,
        ],
        note="FEP-8b32: the proof itself, made with somebody else's key under the name of the writer's",
    ),
    hole(
        "proof by another actor of another server",
        (FORWARDED, "if not identity.is_at(method, identity.origin_of(actor_uri)):", "if False:"),
        (FORWARDED, "if actor.uri != actor_uri or actor.node is None", "if actor.node is None"),
        (
            OBJECTS,
            "if speaker is not None and speaker.uri not in owners and (owners or type_ is not None):",
            "if False:",
        ),
        tests=[PASSED_ON],
        note="by where the key is, by whose it is, and by whose the thing is",
    ),
    hole(
        "proof by somebody of a blocked node",
        (FORWARDED, "or actor.node.blocked_at is not None:", "or False:"),
        tests=[f"{POLICY}/test_passed_on.py::test_nobody_from_a_blocked_node_is_heard_through_a_group"],
    ),
    hole(
        "proof that a stranger has us fetch a key for",
        (WORK, 'type_ == "Announce" and is_welcome(incoming):', 'type_ == "Announce":'),
        tests=[f"{POLICY}/test_passed_on.py::test_whoever_nobody_here_listens_to_cannot_have_us_ask_for_a_key"],
    ),
    hole(
        "keys on servers that never answer: all slots for one who asks, or for one server",
        (AUTHENTICATE, " or max(of_one) >= limits.KEY_FETCHES_OF_ONE:", ":"),
        tests=[
            f"{LIMITS}::test_one_address_holds_only_a_few_of_those_who_wait_for_keys",
            f"{LIMITS}::test_one_server_holds_only_a_few_of_those_who_wait_for_keys",
        ],
    ),
    hole(
        "keys made up on one server, asked for from one address",
        (AUTHENTICATE, "few = not asker or limits.within(", "few = True or limits.within("),
        tests=[
            f"{LIMITS}::test_one_address_has_us_ask_for_only_so_many_unknown_keys",
            f"{LIMITS}::test_one_address_does_not_use_up_what_a_server_is_asked_for",
        ],
    ),
    hole(
        "bytes of a stranger in a minute",
        (THE_DOOR, "    if not _within_bytes(actor, len(raw)):", "    if False:"),
        tests=[f"{LIMITS}::test_a_stranger_sends_only_so_many_bytes_in_a_minute"],
    ),
    hole(
        "words hidden by a group that named them before they came",
        (AWAITED, "if group is not None and group.pk == each.group_id:", "if True:"),
        tests=[f"{AHEAD}::test_a_group_takes_nothing_out_of_a_talk_that_is_not_its_own_by_naming_it_first"],
    ),
    hole(
        "removals ahead without end",
        (AWAITED, "[limits.AWAITED_REMOVALS_PER_NODE :]", "[10**9 :]"),
        tests=[f"{AHEAD}::test_of_one_node_the_newest_are_remembered"],
    ),
)


LISTED = (
    "unsigned", "digest absent", "digest wrong", "digest unsigned", "body changed under RFC 9421",
    "signature over only date", "signature over only @method", "Date of 2019", "key of another actor",
    "cached key of another actor", "key rotated (accepted after one refetch)", "signer ≠ actor",
    "actor on our own host", "object id on another host", "fetched document's id ≠ its URL", "wrong Content-Type",
    "embedded object not refetched",
    "Undo by a non-owner", "Update by a non-owner", "Delete by a non-owner", "400-deep replies",
    "unknown or file: @context",
    "SSRF: 127/8, ::1, ::ffff:127.0.0.1, 169.254.169.254, 10/8, 100.64/10, 0.0.0.0", "SSRF: 2130706433, 0x7f.1",
    "SSRF: redirect to private", "SSRF: DNS rebinding", "10 MB body (posted)", "created=123 unquoted",
    "query in the inbox URL", "fractional published", "a dead follower must not block others",
    "older version after a newer one", "Create after Delete", "replay of the same signed POST", "rate limit per node",
    "depth limit", "list limit", "size limit of JSON", "blocked node", "paused node", "group-only GET unsigned",
    "group-only GET signed by a node without a member", "group-only GET by a blocked or not fully peered node",
    "this-node-only never leaves", "proof by another actor's key",
)  # fmt: skip
"""What must be in the table, whatever else is."""


def faults(holes: tuple[Hole, ...] = HOLES_AND_GUARDS) -> Iterator[str]:
    """What is wrong with the table: a line without an entry, a guard that is not where it says, a test that is not."""
    named = [each.line for each in holes]
    yield from (f"{line}: no entry" for line in LISTED if line not in named)
    yield from (f"{line}: two entries" for line in dict.fromkeys(named) if named.count(line) > 1)
    for each in holes:
        yield from (
            f"{each.line}: {edit.file} holds {edit.found} times {edit.text!r}" for edit in each.edits if edit.found != 1
        )
        for test in each.tests:
            path, _, name = test.partition("::")
            function = name.partition("[")[0]
            if f"def {function}(" not in (ROOT / path).read_text(encoding="utf-8"):
                yield f"{each.line}: no test {test}"
