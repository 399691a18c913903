"""A node full of everything, for looking at every page filled. Runs in the node's own process, before it serves.

The three kits of the demo on one node, and what a kit does not have: somebody at the door, work that was given up,
neighbours in every state, a listed organisation, second factors. Made by the actions people use; rows are written
only where the world outside would have to act.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts.actions import invite, make_account
from accounts.models import User
from atlas import concepts
from atlas.concept_rules import Words
from atlas.models import Topic
from config.demo import loading, neighbourly
from config.demo.kit import KEYS, read_kit
from cop.actions import conversations as talk
from cop.actions.claims import claim_listing
from cop.actions.expertise import publish_expertise
from cop.actions.groups import found_group
from cop.actions.hosts import ask_host
from cop.actions.listings import list_organisation, lister
from cop.actions.membership import accept_member, join_group
from cop.actions.people import change_page as show_page
from cop.actions.people import person_of
from cop.actions.places import publish_place
from cop.actions.proposals import publish_proposal, withdraw_proposal
from cop.actions.removal import take_out
from cop.models import Group, Person, Proposal
from desk.actions import Decision, decide
from desk.bringing import uploads
from desk.careful_words import keep_word
from desk.models import CarefulWord
from events.actions.attendance import attend
from events.actions.gatherings import change_gathering, publish_gathering
from events.models import Gathering
from federation import actors, moderation, neighbours, peering, personal_blocks, reports
from federation.attaching import Attaching, keep
from federation.describing import describe_this_node
from federation.inbound.objects import take
from federation.models import Activity, Actor, Delivery, Introduction, Node, Restriction, Source
from federation.uploads import rewrite
from funding.models import Call
from journal.lanes import lanes
from journal.models import Errand
from knowledge.actions import change_page, publish_page
from notifications.actions import follow
from notifications.stopping import DAILY, token_for
from tests.browser.crew import GUARDED, LEADER, MEMBER, STEWARD, WITHOUT_PASSWORD
from tests.browser.stocking_actions import stock_actions
from tests.browser.stocking_flotillas import stock_flotillas
from tests.browser.stocking_kits import stock_kits
from tests.browser.stocking_lending import stock_lending
from tests.browser.stocking_mandates import stock_mandates
from tests.browser.stocking_matches import stock_matches
from tests.browser.stocking_timebank import stock_timebank
from tests.federation.live.node import PASSWORD
from tests.pictures import paper, picture

HOUSING = "urn:flotilla:topic:housing"
GROUP = "Neighbours of the front door"
THEIRS = "https://hackney.example"
ARABIC = "غرفة لأربعين شخصا، قرب Camden Road"
DOOR = """## You need

- two people
- a screwdriver

## Steps

1. Take the door off.
2. Mend what is loose.
3. Hang it again.

| Part | Costs |
|---|---|
| A hinge | £4 |
"""


@dataclass
class Crew:
    steward: User
    leader: User
    member: User
    guarded: User

    @classmethod
    def found(cls) -> Crew:
        return cls(*(User.objects.get(email=email) for email in (STEWARD, LEADER, MEMBER, GUARDED)))


def stock(kits: int = len(KEYS)) -> dict[str, str]:
    """Fill the node with the first so many kits; returns what addresses are made of, by the names in `page_types`."""
    call_command("migrate", interactive=False, verbosity=0)
    for key in reversed(KEYS[:kits]):
        kit = read_kit(key)
        loading.load(kit)
        neighbourly.follow_at_home(kit)
    User.objects.update(password=make_password(PASSWORD))
    User.objects.filter(email=WITHOUT_PASSWORD).update(password=make_password(None))
    crew = Crew.found()
    found = _community(crew) | _places(crew) | _talk(crew) | _events(crew) | _know_how(crew) | _neighbours(crew)
    found |= stock_timebank(crew.steward, crew.leader, found["group"], THEIRS)
    found |= _keys(crew)
    found |= _imports(crew)
    found |= _careful_words(crew)
    ask_host(crew.steward, crew.member, {"en": "Welcome. I am **Declan**. Ask me.", "it": "Ti do il benvenuto."})
    found |= _reports(crew, found)
    _travels(found["need_uri"])
    _work_at_home()
    return found


def _careful_words(crew: Crew) -> dict[str, str]:
    careful = CarefulWord(word="the homeless", language="en", instead="people without a home", why="They are people.")
    return {"careful_word": str(keep_word(careful, by=actors.for_user(crew.steward)).pk)}


def _community(crew: Crew) -> dict[str, str]:
    steward, leader, member = (actors.for_user(each) for each in (crew.steward, crew.leader, crew.member))
    group = found_group(
        steward,
        steward_name="Amara (demo)",
        name=GROUP,
        summary="We mend the doors of our street. *Everything here is invented.*",
        language="en",
        languages=["en", "it"],
        kinds=["community", "campaign"],
        topics=[HOUSING],
        joining=Group.Joining.REQUEST,
        area="Camden, London",
        lat=51.53,
        lon=-0.12,
    )
    accept_member(steward, join_group(leader, group, name="Kwame (demo)"))
    join_group(member, group, name="Declan (demo)", message="I mend hinges at night.")
    speech = {"language": "en", "topics": [HOUSING], "area": "Camden, London", "support": "space"}
    need = publish_proposal(
        steward, group.actor, Proposal.Direction.NEED, title="A room for forty people", attached=_attached(), **speech
    )
    gone = publish_proposal(steward, group.actor, Proposal.Direction.NEED, title="A ladder", **speech)
    withdraw_proposal(steward, gone)
    arabic = publish_proposal(
        steward,
        group.actor,
        Proposal.Direction.NEED,
        title=ARABIC,
        summary="مرة كل أسبوع، والدخول **بلا درج**.",
        lat=51.5461,
        lon=-0.1427,
        **speech | {"language": "ar"},
    )
    offer = publish_proposal(steward, group.actor, Proposal.Direction.OFFER, title="Ten folding chairs", **speech)
    stock_kits(crew.steward)
    return {
        **stock_flotillas(crew.steward, crew.leader, group),
        **stock_mandates(crew.steward, crew.leader, group),
        **stock_actions(crew.steward, crew.leader, crew.member, group),
        **stock_matches(crew.steward, crew.leader, group, need),
        **stock_lending(crew.steward, crew.member, group),
        "group": group.public_id,
        "open_group": _open_to(member).public_id,
        "need": need.public_id,
        "offer": offer.public_id,
        "gone": gone.public_id,
        "arabic": arabic.public_id,
        "person": Person.objects.ours().get(actor=steward).public_id,
        **_listing(member),
        "topic": Topic.objects.get(iri=HOUSING).slug,
        **_own_topics(steward, group),
    }


def _own_topics(steward: Actor, group: Group) -> dict[str, str]:
    """One that lies under a shared topic, is mapped and has something about it; one that is retired."""
    words = Words(
        {"en": "Door menders", "it": "Chi ripara porte"},
        {"en": ["hinge clinic", "door clinic"], "it": ["ambulatorio delle cerniere"]},
        {"en": "People who mend the doors of their street.", "it": "Persone che riparano le porte della loro strada."},
    )
    own = concepts.add_concept(words, Topic.objects.get(iri="urn:flotilla:topic:empty-homes"), by=steward)
    concepts.map_concept(own, "closeMatch", "http://www.wikidata.org/entity/Q36794", by=steward)
    concepts.map_concept(own, "relatedMatch", "urn:flotilla:topic:repair-and-recycling", by=steward)
    speech: dict[str, Any] = {"language": "en", "topics": [own.iri], "area": "Camden, London", "support": "skills"}
    publish_proposal(steward, group.actor, Proposal.Direction.OFFER, title="An hour with a plane", **speech)
    retired = concepts.add_concept(Words({"en": "Coal deliveries"}, {}, {}), None, by=steward)
    concepts.retire_concept(retired, by=steward)
    return {"own_topic": own.slug, "retired_topic": retired.slug}


def _places(crew: Crew) -> dict[str, str]:
    steward = actors.for_user(crew.steward)
    group = Group.objects.ours().get(name=GROUP)
    place = publish_place(
        steward,
        group.actor,
        kind="porters-lodge",
        name="The lodge of Judd Street (demo)",
        summary="Parcels, keys and *good advice*. Everything here is invented.",
        services="Parcels, every day\nSpare keys",
        give_back="An hour at the window",
        address="1 Judd Street",
        postcode="WC1H 9QW",
        area="Camden, London",
        lat=51.527,
        lon=-0.125,
        opening="Monday to Friday 9am to 6pm",
        step_free="yes",
        access=["lift", "hearing-loop"],
        access_note="Ring once.",
        website="https://example.org/lodge",
        topics=[HOUSING],
        language="en",
    )
    expertise = publish_expertise(
        steward,
        group.actor,
        title="Hanging a heavy door (demo)",
        summary="We show *how* to find the wall behind the plaster. Everything here is invented.",
        experience="Forty doors in our street.",
        ways=["explain", "do"],
        languages=["en", "it"],
        area="Camden, London",
        topics=[HOUSING],
        language="en",
    )
    return {"place": place.public_id, "expertise": expertise.public_id}


def _talk(crew: Crew) -> dict[str, str]:
    """A thread with an answer, one of another node and words taken back; a subject for members; a conversation."""
    steward, member = actors.for_user(crew.steward), actors.for_user(crew.member)
    group = Group.objects.ours().get(name=GROUP)
    need = Proposal.objects.ours().get(title="A room for forty people")
    show_page(person_of(member), {"name": "Declan (demo)", "is_public": True})
    first = talk.publish_post(member, need.uri, "There is one above the **bakery**.", language="en")
    talk.publish_post(steward, need.uri, "È libera il martedì, @Declan (demo)?", reply_to=first.uri, language="it")
    gone = talk.publish_post(member, need.uri, "I asked.", language="en")
    talk.publish_post(steward, need.uri, "Thank you.", reply_to=gone.uri, language="en")
    talk.withdraw_post(member, gone)
    talk.publish_post(steward, group.uri, "Who has a key?", title="Keys", members_only=True, language="en")
    message = talk.write_to(member, steward, "Could we meet on Monday?", language="en")
    return {"post": first.public_id, "conversation": message.audience.rsplit("/", 1)[1], "need_uri": need.uri}


def _reports(crew: Crew, found: dict[str, str]) -> dict[str, str]:
    """Reports that wait and one answered, a decision undone, a first need that waits, words taken out, a block."""
    steward, leader, member = (actors.for_user(each) for each in (crew.steward, crew.leader, crew.member))
    need = Proposal.objects.get(uri=found["need_uri"])
    offer, group = Proposal.objects.ours().get(title="Ten folding chairs"), Group.objects.ours().get(name=GROUP)
    waits, _is_new = reports.report(leader, need, "false", "It is only for *thirty*.")
    answered, _is_new = reports.report(member, offer, "advertising", "They are sold elsewhere.")
    reports.report(member, group, "other", "Look at the words about hinges.")
    decide(answered, Decision.HIDE, by=steward, words="Give them away, or ask for a price.")
    moderation.lift(Restriction.objects.get(object_uri=offer.uri), by=steward)
    words = talk.publish_post(leader, group.uri, "Sell me your **doors**.", title="Doors", language="en")
    take_out(steward, words, reason="This is no market.")
    stays = talk.publish_post(leader, group.uri, "Whose hinge is this?", title="A hinge", language="en")
    describe_this_node(hold_first_post=True)
    somebody_new = actors.for_user(make_account("new@here.example", PASSWORD))
    join_group(somebody_new, _open_to(somebody_new), name="Wanda (demo)")
    speaker = Group.objects.ours().filter(members__actor=somebody_new)[0].actor
    publish_proposal(somebody_new, speaker, Proposal.Direction.NEED, title="A first need", language="en")
    personal_blocks.block(member, leader.uri)
    held = Restriction.objects.get(level=Restriction.Level.HELD)
    shown = {"report": waits.pk, "closed_report": answered.pk, "held": held.pk, "their_words": stays.public_id}
    return {name: str(value) for name, value in shown.items()}


def _open_to(person: Actor) -> Group:
    """A group that anybody may join and this person has not."""
    return Group.objects.ours().filter(joining=Group.Joining.OPEN).exclude(members__actor=person).order_by("name")[0]


def _listing(member: Actor) -> dict[str, str]:
    """One to look at, and another that somebody says they speak for."""
    facts: dict[str, Any] = {
        "name": "A charity invented for looking at its page",
        "summary": "It helps people with forms.",
        "website": "https://example.org/charity",
        "postcode": "NW1 1AA",
        "source": "A register invented for the demo",
        "licence": "OGL-UK-3.0",
        "attribution": "Contains no public sector information.",
        "area": "Camden, London",
        "lat": 51.53,
        "lon": -0.12,
        "topics": [HOUSING],
    }
    with transaction.atomic():
        listing, _happened = list_organisation(lister(), "GB-CHC", "000000", **facts)
        other, _happened = list_organisation(
            lister(), "GB-CHC", "000001", **facts | {"name": "Another invented charity"}
        )
    said = {"name": "Declan (demo)", "role": "Treasurer", "proof": "Ask at our office.", "group_name": "Forms for all"}
    claim = claim_listing(member, other, **said)
    return {"listing": str(listing.public_id), "claim": str(claim.pk)}


def _events(crew: Crew) -> dict[str, str]:
    steward, leader, member = (actors.for_user(each) for each in (crew.steward, crew.leader, crew.member))
    group = Group.objects.ours().get(name=GROUP)
    starts = timezone.now() + dt.timedelta(days=20)
    common: dict[str, Any] = {"language": "en", "time_zone": "Europe/London", "topics": [HOUSING]}
    festival = publish_gathering(
        steward,
        group.actor,
        kind="festival",
        title="A festival of front doors",
        place="Judd Street",
        starts=starts,
        ends=starts + dt.timedelta(days=2),
        **common,
    )
    lab = publish_gathering(
        steward,
        group.actor,
        kind="lab",
        title="Lab: draw the door you want",
        summary="Bring a pencil.",
        starts=starts + dt.timedelta(hours=2),
        ends=starts + dt.timedelta(hours=4),
        place="Camden Town Hall",
        area="Camden, London",
        lat=51.529,
        lon=-0.1255,
        capacity=12,
        joining=Gathering.Joining.REQUEST,
        **common,
    )
    change_gathering(steward, lab, {"festival": festival})
    attend(member, lab, name="Declan (demo)", message="I draw badly. May I come?")
    attend(leader, lab, name="Kwame (demo)")
    call = Call.objects.ours().filter(author=steward).first() or Call.objects.ours().order_by("pk")[0]
    return {"festival": festival.public_id, "gathering": lab.public_id, "call": call.public_id}


def _know_how(crew: Crew) -> dict[str, str]:
    """A page with three versions, made by two people."""
    steward, leader = (actors.for_user(each) for each in (crew.steward, crew.leader))
    page = publish_page(
        steward,
        Group.objects.ours().get(name=GROUP).actor,
        kind="good-practice",
        title="Mend a front door in an afternoon",
        short_answer="Take it off its hinges first: everything is easier on the floor.",
        body=DOOR,
        jurisdiction="England",
        checked_on=timezone.localdate(),
        checked_by="A joiner who was invented for the demo",
        topics=[HOUSING],
        language="en",
    )
    longer = DOOR.replace("two people", "two people and a wedge")
    change_page(leader, page, {"body": longer, "comment": "It fell on my foot"})
    change_page(steward, page, {"title": "Mend a front door in one afternoon"})
    return {"know_how": page.public_id}


def _imports(crew: Crew) -> dict[str, str]:
    """A file that was looked at, with something to tell of it, and one that is no register."""
    rows = (
        "org_id,name,activities,objects,postcode,web,active,UKCAT\nGB-CHC-1,A charity,,,SE1,,True,HO\n,None,,,,,True,\n"
    )
    brought = {
        name: uploads.begin(crew.steward, f"{name}.csv", [content.encode()], "charities-london", None)
        for name, content in (("import", rows), ("refused_import", "no,register\n1,2\n"))
    }
    return {name: str(row.pk) for name, row in brought.items()}


def _neighbours(crew: Crew) -> dict[str, str]:
    """One node in every state, one thing of theirs, and one errand that was given up."""
    peering.invite("https://invited.example", accepts=peering.AGREEMENT, by=actors.for_user(crew.steward).uri)
    for name, state in (("asking", Node.Peering.ASKED), ("hackney", Node.Peering.PAUSED)):
        node = Node.objects.create(origin=f"https://{name}.example", name=f"{name.title()} (demo)", software="flotilla")
        actor = Actor.objects.create(uri=f"{node.origin}/actor", node=node, type=Actor.Type.APPLICATION, name=node.name)
        Node.objects.filter(pk=node.pk).update(actor=actor, peering=state, peered_at=timezone.now())
    friend = Node.objects.create(origin="https://friend.example", name="Friend (demo)", software="flotilla")
    actor = Actor.objects.create(uri=f"{friend.origin}/actor", node=friend, type=Actor.Type.APPLICATION)
    Node.objects.filter(pk=friend.pk).update(actor=actor, peering=Node.Peering.FULL, peered_at=timezone.now())
    friend.refresh_from_db()
    Introduction.objects.create(node=friend, origin="https://unknown.example", name="Not met yet (demo)")
    Source.objects.create(address="@nobody@elsewhere.example", problem="their server answered 404")
    paused = Node.objects.get(origin=THEIRS)
    Actor.objects.create(uri=f"{THEIRS}/groups/1", node=paused, type=Actor.Type.GROUP, name="Menders of Hackney")
    with transaction.atomic():
        take(_their_need(), paused)
    theirs = Proposal.objects.get(node=paused)
    Errand.objects.create(kind="atlas.card", state=Errand.State.DEAD, error="ValueError: a demo of what was given up")
    blocked = Node.objects.create(origin="https://blocked.example", name="Blocked (demo)")
    neighbours.block(blocked, by=actors.for_user(crew.steward).uri, reason="Advertisements, since Monday")
    neighbours.limit(friend, by=actors.for_user(crew.steward).uri)
    Node.objects.filter(pk=friend.pk).update(
        contact="desk@friend.example",
        reports="Two of us look every evening.",
        catalogue_left=2700,
        given_left=3,
        given_at=timezone.now(),
        unreachable_since=timezone.now(),
    )
    nodes = {"asking": Node.objects.get(peering=Node.Peering.ASKED), "friend": friend, "paused": paused}
    return {"their_need": theirs.public_id} | {
        name: str(node.pk) for name, node in (nodes | {"blocked": blocked}).items()
    }


def _travels(uri: str) -> None:
    """A thing that reached one node, waits for another and was refused by a third, though nothing was sent."""
    speaker = actors.this_node().actor
    about = {"actor": speaker, "type": "Create", "object_uri": uri, "body": "{}"}
    activity = Activity.objects.create(uri=f"{uri}#demo", **about)
    stands = (
        ("friend", {"state": Delivery.State.DONE, "delivered_at": timezone.now()}),
        ("hackney", {"attempts": 3}),
        (
            "asking",
            {"state": Delivery.State.DEAD, "answer": "404 no such inbox", "error": "refused: 404 no such inbox"},
        ),
    )
    for name, how in stands:
        node = Node.objects.get(origin=f"https://{name}.example")
        sent = {"activity": activity, "node": node, "inbox": f"{node.origin}/inbox", "object_uri": uri}
        Delivery.objects.create(**sent, **how, due_at=timezone.now() + dt.timedelta(days=300))


def _attached() -> Attaching:
    """A picture with a caption, and a PDF."""
    shown = keep(rewrite(picture(size=(1200, 800))), alt="Forty chairs in a bright room", name="The room we had")
    return Attaching((shown, keep(rewrite(paper()), alt="", name="What we need the room for")))


def _their_need() -> dict[str, Any]:
    return {
        "id": f"{THEIRS}/needs/1",
        "type": "Note",
        "additionalType": "https://w3id.org/valueflows/ont/vf#Proposal",
        "purpose": "request",
        "attributedTo": f"{THEIRS}/groups/1",
        "name": "Cerchiamo una stanza per riparare biciclette",
        "contentMap": {"it": "<p>Il martedì sera, per dieci persone.</p>"},
        "content": "<p>Il martedì sera, per dieci persone.</p>",
        "published": "2026-11-20T09:00:00+00:00",
        "updated": "2026-11-20T09:00:00+00:00",
        "version": 1,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "support": "space",
        "topics": [HOUSING],
        "attachment": [
            {"type": "Image", "mediaType": "image/jpeg", "url": f"{THEIRS}/1.jpg", "name": "Tre biciclette al muro"}
        ],
    }


def _keys(crew: Crew) -> dict[str, str]:
    """An invitation, a link from a mail for a new password, and somebody's second factors."""
    TOTP.activate(crew.guarded, generate_totp_secret())
    codes = RecoveryCodes.activate(crew.guarded).get_unused_codes()
    passkey = WebAuthn.add(crew.guarded, "Noor's phone", _passkey()).instance
    follow(crew.member, "topic", "urn:flotilla:topic:housing")
    follow(crew.member, "area", "Camden")
    follow(crew.member, "filter", "/needs/?support=space", "Rooms that are needed")
    return {
        "invitation": invite(crew.steward, "new@example.org", makes_steward=True).token,
        "new_password": f"{user_pk_to_url_str(crew.member)}-{default_token_generator.make_token(crew.member)}",
        "passkey": str(passkey.pk),
        "stopping": token_for(crew.member, DAILY),
        "codes": " ".join(codes),
    }


def _passkey() -> dict[str, Any]:
    """What a device would have answered; nobody holds the private key."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    held = AttestedCredentialData.create(Aaguid.NONE, b"a credential id.", ES256.from_cryptography_key(public))
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    answer = AuthenticatorData.create(sha256(b"127.0.0.1").digest(), flags, 0, held)
    challenge = CollectedClientData.create("webauthn.create", b"a challenge", "http://127.0.0.1")
    return {
        "id": websafe_encode(held.credential_id),
        "rawId": websafe_encode(held.credential_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(challenge),
            "attestationObject": websafe_encode(AttestationObject.create("none", answer, {})),
        },
    }


def _work_at_home() -> None:
    """Cards, notices and whatever else follows here. What would be said to neighbours takes most of the time, and
    nobody listens."""
    Errand.objects.filter(kind="federation.publish").delete()
    home = next(lane for lane in lanes() if lane.name == "errands")
    while home.run():
        pass
