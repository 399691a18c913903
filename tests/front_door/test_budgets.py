"""A page asks the database as often for many things as for two."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import actions as accounts
from accounts.models import User
from atlas import area_names
from atlas.concept_rules import Words
from atlas.concepts import add_concept, map_concept
from atlas.models import Topic
from cop import hosting
from cop.actions import conversations as talk
from cop.actions.claims import claim_listing
from cop.actions.groups import found_group
from cop.actions.hosts import agree, ask_host
from cop.actions.listings import list_organisation, lister
from cop.actions.mandates import give_stance, propose_version
from cop.actions.membership import join_group
from cop.actions.people import change_page, person_of
from cop.actions.places import publish_place
from cop.actions.proposals import publish_proposal
from cop.actions.removal import take_out
from cop.models import Consent, Member, Proposal
from desk.careful_words import keep_word
from desk.models import CarefulWord, Import
from desk.queries import ALARM
from events.actions.attendance import accept_attendee, attend
from events.models import Gathering
from federation import actors, describing, digest, moderation, personal_blocks, reports
from federation.attaching import Attaching, keep
from federation.models import Actor, Attachment, Delivery, Node, Receipt
from federation.uploads import rewrite
from journal import Errand
from knowledge.actions import change_page as change_know_how
from notifications.actions import follow, notify
from notifications.models import Follow
from tests.gatherings import HOUSING
from tests.know_how import Writers
from tests.pictures import picture

FEW, MANY = 2, 8

# How many queries each address may take for a signed-in steward, at most, however much there is.
BUDGETS = {
    "/": 17,
    "/near/?area=Camden": 12,
    "/ask/?q=room": 18,
    "/atlas/": 15,
    "/atlas/?view=network": 19,
    "/atlas/?view=network&around=AROUND": 19,
    "/atlas/?view=network&around=urn:flotilla:topic:housing": 19,
    "/atlas/?view=topics": 18,
    "/atlas/?q=room": 18,
    "/atlas/cards.geojson": 13,
    "/atlas/network.json": 10,
    "/atlas/network/whole.json": 10,
    "/atlas/network/whole.json?layer=support": 11,
    "/atlas/list.csv": 10,
    "/needs/list.geojson": 10,
    "/api/v1/": 6,
    "/api/v1/docs": 5,
    "/api/v1/schema": 3,
    "/api/v1/things/": 9,
    "/api/v1/things/?q=room": 12,
    "/api/v1/links/": 6,
    "/api/v1/topics/": 9,
    "/api/v1/areas/": 5,
    "/api/v1/nodes/": 8,
    "/offers/list.ics": 10,
    "/gatherings/list.csv": 10,
    "/calls/list.atom": 12,
    "/know-how/list.csv": 10,
    "/atlas/embed/?view=map": 12,
    "/atlas/embed/points.geojson": 9,
    "/atlas/on-your-website?topic=housing": 9,
    "/needs/on-your-website": 9,
    "/atlas/this-week": 12,
    "/topics/": 9,
    "/topics/housing": 12,
    "/topics/own": 12,
    "/topics.ttl": 8,
    "/topics/own.jsonld": 8,
    "/groups/": 12,
    "/groups/new": 12,
    "/kits/": 6,
    "/kits/course": 8,
    "GROUP/kit": 10,
    "GROUP/kit?kit=course": 14,
    "/needs/": 12,
    "/offers/": 12,
    "/places/": 12,
    "/gatherings/": 11,
    "/gatherings/calendar.ics": 8,
    "/calls/": 14,
    "/calls/calendar.ics": 10,
    "/know-how/": 12,
    "PAGE": 14,
    "PAGE/history": 10,
    "PAGE/changes?older=1&newer=2": 9,
    "PAGE/versions/1": 9,
    "/notices/": 10,
    "/notices/bell": 4,
    "/me/following": 10,
    "/me/notices": 10,
    "/me/page": 10,
    "/me/welcoming": 10,
    "/desk/": 21,
    "/desk/bringing": 6,
    "IMPORT": 6,
    "CLAIM": 7,
    "/desk/neighbours": 8,
    "NODE": 16,
    "TRAVELS": 10,
    "/desk/reports": 10,
    "/desk/moderation": 9,
    "REPORT": 12,
    "DECIDE": 14,
    "TAKEN OUT": 9,
    "/reports/": 9,
    "/me/blocks": 6,
    "/desk/hosts": 8,
    "/desk/topics": 7,
    "/desk/new-topic": 6,
    "/desk/topics/own": 13,
    "/desk/work": 17,
    "/desk/words": 6,
    "/desk/kits": 6,
    "/needs/new": 12,
    "/accounts/signing-up/": 6,
    "/metro/catalogue?after=0": 4,
    "/metro/digest": 4,
    "GROUP": 22,
    "GROUP/outbox?page=1": 6,
    "PERSON": 8,
    "FESTIVAL": 22,
    "LAB": 18,
    "ACTION": 24,
    "PLACE": 18,
    "LISTING": 18,
    "NEED": 22,
    "PICTURE": 8,
    "THREAD": 18,
    "POST": 18,
    "/conversations/": 10,
    "CONVERSATION": 16,
}


class Busy(Writers):
    """A node where everything there can be several of is there `many` times."""

    def __init__(self) -> None:
        super().__init__()
        User.objects.filter(actor=self.alice).update(is_steward=True)
        self.alice.user.refresh_from_db()
        self.asked = found_group(self.alice, name="Menders", joining="request", language="en")
        self.festival = self.gathering(kind=Gathering.Kind.FESTIVAL, title="Festival")
        self.lab = self.gathering(title="Asked lab", joining=Gathering.Joining.REQUEST)
        self.goal = self._goal()
        self.action = self._action("Carry chairs")
        change_page(person_of(self.alice), {"name": "Alice", "is_public": True})
        self.wiki = self.page(body="As it was")
        self.place = publish_place(self.alice, self.group.actor, name="The Corner Room", area="Camden")
        with transaction.atomic():
            facts = {"name": "Listed", "source": "A register", "licence": "OGL"}
            self.listing, _happened = list_organisation(lister(), "GB-CHC", "0", **facts)
        self.need = publish_proposal(
            self.alice,
            self.group.actor,
            Proposal.Direction.NEED,
            title="Talked about",
            language="en",
            attached=Attaching(tuple(keep(rewrite(picture()), alt=f"Picture {n}", name="") for n in range(MANY // 2))),
        )
        self.picture = Attachment.objects.filter(thing_uri=self.need.uri).first()
        self.post = talk.publish_post(self.alice, self.need.uri, "Who has one?")
        change_page(person_of(self.bob), {"name": "Bob", "is_public": True})
        self.message = talk.write_to(self.alice, self.bob, "Hello")
        self.own = add_concept(Words({"en": "Own"}, {}, {}), Topic.objects.get(iri=HOUSING), by=self.alice)
        self.made = 0

    def _goal(self) -> str:
        """Of the mandate of the group that is asked, with another group that signs it."""
        said = {"title": "Chairs for all", "purpose": "So that nobody stands.", "review_on": dt.date(2100, 1, 1)}
        goals = [{"id": "chairs", "text": "Forty chairs"}]
        party = {"uri": self.group.uri, "name": self.group.name, "role": "community"}
        version = propose_version(self.alice, self.asked.actor, self.asked, parties=[party], goals=goals, **said)
        give_stance(self.alice, version, Consent.Stance.CONSENT, speaker=self.group.actor)
        return "chairs"

    def _action(self, title: str) -> Gathering:
        needed = [{"id": f"{number:08x}", "text": f"Thing {number}", "amount": 9} for number in range(MANY)]
        known = {"kind": "action", "needed": needed, "for_uri": self.asked.uri, "goal_id": self.goal}
        return self.gathering(title=title, joining=Gathering.Joining.REQUEST, **known)

    def grow(self, number: int) -> None:
        for _ in range(number):
            self.made += 1
            self._one_more(self.made)

    def _one_more(self, n: int) -> None:
        shared = {"language": "en", "topics": [HOUSING], "lat": 51.5 + n / 1000, "lon": -0.1}
        need, offer = Proposal.Direction.NEED, Proposal.Direction.OFFER
        for direction, speaker in ((need, self.asked.actor), (offer, self.asked.actor), (need, self.alice)):
            publish_proposal(self.alice, speaker, direction, title=f"A room {n}", **shared)
        self.gathering(title=f"Part {n}", festival_id=self.festival.uri)
        self.gathering(title=f"Here {n}", venue_id=self.place.uri)
        publish_place(self.alice, self.group.actor, name=f"Room {n}", area="Camden")
        self.call(title=f"Grant {n}")
        self.page(title=f"Page {n}", adapted_from=self.wiki.uri)
        change_know_how(self.alice if n % 2 else self.bob, self.wiki, {"body": f"Version {n}"})
        person = self.somebody(f"person{n}")
        change_page(person_of(person), {"name": f"Person {n}", "is_public": True})
        join_group(person, self.group, name=f"Person {n}")
        for about in (self.need, self.group, self.place, self.festival):
            talk.publish_post(person, about.uri, "I have one.")
        talk.publish_post(person, self.need.uri, "And so have I.", reply_to=self.post.uri)
        talk.write_to(person, self.alice, "Good morning")
        join_group(person, self.asked, name=f"Person {n}")
        attend(person, self.festival, name=f"Person {n}")
        attend(person, self.lab, name=f"Person {n}")
        self._action(f"Carry {n}")
        accept_attendee(self.alice, attend(person, self.action, name=f"Person {n}", brings={"00000000": 1}))
        attend(self.somebody(f"waiting{n}"), self.action, name="Waiting", brings={"00000001": 1})
        group = found_group(self.alice, name=f"Group {n}", joining="open", language="en", topics=[HOUSING])
        with transaction.atomic():
            facts = {"name": f"Listed {n}", "source": "A register", "licence": "OGL"}
            listing, _happened = list_organisation(lister(), "GB-CHC", str(n), **facts)
        told = {"name": f"Person {n}", "role": "Chair", "proof": "Ask me", "group_name": f"Listed {n}"}
        for about in (listing, self.listing):
            self.claim = claim_listing(person, about, **told)
        talk.publish_post(person, self.listing.uri, "They are good.")
        refusals = [["2", "name", "", "expected a value", "refused"]] * n
        self.brought = Import.objects.create(
            folder=f"{n}",
            word="groups",
            name=f"{n}.csv",
            mapping="ours",
            state="checked",
            language="en",
            refusals=refusals,
        )
        self.flag, _is_new = reports.report(person, self.need, "false", f"Report {n}")
        reports.report(self.alice, listing, "other", f"Report {n}")
        keep_word(CarefulWord(word=f"word {n}", language="en", why="It hurts."), by=self.alice)
        moderation.hide(group.uri, by=self.alice, reason=f"Reason {n}")
        take_out(self.alice, talk.publish_post(person, self.group.uri, f"Rude {n}"), reason="Rude")
        personal_blocks.block(self.alice, group.actor.uri)
        topic = add_concept(Words({"en": f"Topic {n}"}, {}, {}), self.own, by=self.alice)
        map_concept(topic, "closeMatch", HOUSING, by=self.alice)
        map_concept(self.own, "relatedMatch", f"https://n{n}.example/topics/{n}", by=self.alice)
        publish_proposal(self.alice, self.alice, need, title=f"Own {n}", **(shared | {"topics": [topic.iri]}))
        ask_host(self.alice.user, person.user, {"en": f"Welcome {n}"})
        agree(person.user.host, {"en": f"Welcome {n}"}, to_visitors=True)
        notify(self.alice.user, "join_accepted", group.uri, group=group.name)
        accounts.invite(self.alice.user)
        self._neighbour(n)

    def _neighbour(self, n: int) -> None:
        node = Node.objects.create(origin=f"https://n{n}.example", name=f"N {n}")
        actor = Actor.objects.create(uri=f"{node.origin}/actor", node=node, type="Application")
        peering = Node.Peering.ASKED if n % 2 else Node.Peering.FULL
        Node.objects.filter(pk=node.pk).update(actor=actor, peering=peering)
        dana = Actor.objects.create(uri=f"{node.origin}/people/dana", node=node, type="Person", name=f"Dana {n}")
        Member.objects.create(group=self.asked, actor=dana, state="asked", name=f"Dana {n}")
        failed = {"state": "dead", "error": "no answer"}
        activity = self.group.actor.activities.first()
        Receipt.objects.create(activity_uri=f"{dana.uri}#1", actor=dana, type="Create", body=b"", **failed)
        Errand.objects.create(kind="federation.fetch", **failed)
        if activity is not None:
            Delivery.objects.create(activity=activity, node=node, inbox=f"{node.origin}/inbox", **failed)

    def follow_all(self) -> None:
        for kind, model in ((Follow.Kind.GROUP, self.group), (Follow.Kind.GROUP, self.asked)):
            follow(self.alice.user, kind, model.uri)
        follow(self.alice.user, Follow.Kind.TOPIC, HOUSING)


@pytest.fixture
def busy(db):
    return Busy()


def address(busy: Busy, path: str) -> str:
    known = {
        "AROUND": busy.group.uri,
        "GROUP": busy.asked.get_absolute_url(),
        "PERSON": person_of(busy.alice).get_absolute_url(),
        "FESTIVAL": busy.festival.get_absolute_url(),
        "LAB": busy.lab.get_absolute_url(),
        "ACTION": busy.action.get_absolute_url(),
        "PAGE": busy.wiki.get_absolute_url(),
        "PLACE": busy.place.get_absolute_url(),
        "LISTING": busy.listing.get_absolute_url(),
        "IMPORT": f"/desk/bringing/{busy.brought.pk}",
        "CLAIM": f"/desk/claims/{busy.claim.pk}",
        "NODE": f"/desk/neighbours/{Node.objects.filter(peering=Node.Peering.ASKED).first().pk}",
        "TRAVELS": f"/travels/?of={busy.need.uri}",
        "NEED": busy.need.get_absolute_url(),
        "PICTURE": busy.picture.path,
        "THREAD": f"/threads/?about={busy.need.uri}",
        "REPORT": f"/desk/reports/{busy.flag.pk}",
        "DECIDE": f"/desk/decide?of={busy.need.uri}",
        "TAKEN OUT": f"{busy.group.get_absolute_url()}/taken-out",
        "POST": busy.post.get_absolute_url(),
        "CONVERSATION": busy.message.audience.removeprefix(settings.ORIGIN),
    }
    for name, url in known.items():
        path = path.replace(name, url)
    return path


def counted(client, path: str) -> list[str]:
    cache.set(ALARM, "", None)
    cache.set(describing.TOLD, ("Camden", "", ""), None)  # asked for once a minute, whichever page that falls on
    area_names.known()  # once a minute
    cache.set(hosting.ANYBODY, True, None)
    cache.delete(digest.lately_key(settings.ORIGIN))  # added up once a second, likewise
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200, path
    return [query["sql"][:160] for query in queries]


def test_no_page_asks_once_for_each_row(busy, work):
    busy.grow(FEW)
    work()
    busy.follow_all()
    client = busy.client(busy.alice)
    assert actors.this_node()
    few = {}
    for path in BUDGETS:
        client.get(address(busy, path))  # what is only asked the first time does not count
        few[path] = counted(client, address(busy, path))
    busy.grow(MANY)
    work()
    grown, over = {}, {}
    for path, budget in BUDGETS.items():
        many = counted(client, address(busy, path))
        if len(many) > len(few[path]):
            grown[path] = (len(few[path]), len(many), [sql for sql in many if sql not in few[path]][:3])
        if len(many) > budget:
            over[path] = len(many)
    assert not grown, grown
    assert not over, over
