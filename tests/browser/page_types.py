"""Every page of a node, how to reach a filled example of it, and as whom.

The addresses come from the URL configuration: a pattern that stands neither in PAGES nor in NOT_PAGES fails
`test_page_types`, so that no page is added without being looked at. Whoever adds one writes here how to reach it;
what it shows is put on the node by `stocking`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, get_resolver

from tests.browser import steps
from tests.browser.crew import GUARDED, MEMBER, STEWARD, VISITOR

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.harbour import Crowd

    Steps = Callable[[Page, Crowd], None]


@dataclass(frozen=True)
class Example:
    """One face of a page. `{names}` in the path are filled with what `stocking.stock` returned."""

    path: str
    who: str = VISITOR
    steps: Steps | None = None
    """What to do there until the example is on the screen."""
    face: str = ""
    """Tells it from other examples of the same page."""
    status: int = 200
    alone: bool = False
    """By a stranger who leaves nothing behind, because it ends in a session that is half way somewhere."""


def _new(path: str, who: str = STEWARD) -> tuple[Example, ...]:
    """A form, fresh and with something to mend."""
    return Example(path, who), Example(path, who, steps.send_empty, face="to mend", status=400)


PAGES: dict[str, tuple[Example, ...]] = {
    # The atlas
    "home": (Example("/"), Example("/", MEMBER, face="signed in")),
    "near": (
        Example("/near/", face="to choose"),
        Example("/near/?area=London"),
        Example("/near/?area=Atlantis", face="no such area"),
        Example("/near/?near=somewhere", face="bad point", status=400),
    ),
    "ask": (
        Example("/ask/?q=room+for+a+meeting"),
        Example("/ask/?q=zebra+crossing+for+unicorns", face="nothing found"),
    ),
    "atlas": (
        Example("/atlas/", face="map"),
        Example("/atlas/?view=network", face="network"),
        Example("/atlas/?view=network&around={need_uri}", face="neighbourhood"),
        Example("/atlas/?view=network&around=urn:flotilla:topic:housing&kind=need", face="neighbourhood of a topic"),
        Example("/atlas/?view=network&around=urn:flotilla:topic:atlantis", face="no neighbourhood"),
        Example("/atlas/?view=topics", face="topics"),
        Example("/atlas/?kind=need&topic=housing", steps=steps.open_more_filters, face="filtered"),
        Example("/atlas/?q=zebra+crossing+for+unicorns", face="nothing found"),
        Example("/atlas/?since=yesterday-ish", face="bad filter"),
    ),
    "embed": (
        Example("/atlas/embed/", face="list"),
        Example("/atlas/embed/?view=map&topic=housing", face="map"),
        Example("/atlas/embed/?theme=mud", face="bad choice"),
    ),
    "on-your-website": (
        Example("/atlas/on-your-website?topic=housing"),
        Example("/needs/on-your-website?view=map&size=huge", face="to mend"),
    ),
    "this-week": (
        Example("/atlas/this-week"),
        Example("/atlas/this-week?topic=housing&area=Camden", face="filtered"),
        Example("/atlas/this-week?q=zebra+crossing+for+unicorns", face="empty"),
        Example("/atlas/this-week?topic=atlantis", face="bad filter"),
    ),
    "topic-list": (Example("/topics/"),),
    "topic": (
        Example("/topics/{topic}"),
        Example("/topics/{topic}", MEMBER, face="signed in"),
        Example("/topics/{own_topic}", face="of this node"),
        Example("/topics/{retired_topic}", face="retired"),
    ),
    # Communities of practice
    "group-list": (Example("/groups/"),),
    "proposal-list": (Example("/needs/", face="needs"), Example("/offers/", face="offers")),
    "group-new": (
        *_new("/groups/new", MEMBER),
        Example("/groups/new?kit=portineria", MEMBER, face="from a kit"),
    ),
    "kit-list": (Example("/kits/"),),
    "kit": (
        Example("/kits/authority"),
        Example("/kits/course", MEMBER, face="signed in"),
        Example("/kits/portineria?language=it", face="in Italian"),
    ),
    "group-kit": (
        Example("/groups/{group}/kit", STEWARD, face="to choose"),
        Example("/groups/{group}/kit?kit=hub", STEWARD, face="steps"),
    ),
    "group": (
        Example("/groups/{open_group}"),
        Example("/groups/{open_group}", MEMBER, face="to join"),
        Example("/groups/{group}", STEWARD, face="steward"),
        Example("/groups/{flotilla}", STEWARD, face="a flotilla"),
        Example("/groups/{dissolved}", face="a harvest"),
    ),
    "group-edit": (Example("/groups/{group}/edit", STEWARD),),
    "group-withdrawal": (Example("/groups/{group}/withdrawal", STEWARD),),
    "person": (Example("/people/{person}"), Example("/people/{person}", MEMBER, face="signed in")),
    "my-page": (Example("/me/page", MEMBER),),
    "welcoming": (
        Example("/me/welcoming", MEMBER, face="asked"),
        Example("/me/welcoming", GUARDED, face="welcoming"),
        Example("/me/welcoming", STEWARD, face="not asked"),
    ),
    "proposal-new": (
        *_new("/needs/new"),
        Example("/needs/new?as=brief", STEWARD, face="brief"),
        Example("/offers/new?as=opening", STEWARD, face="opening"),
        Example("/needs/new", STEWARD, steps=steps.check_words, face="with hints"),
        Example("/needs/new", STEWARD, steps=steps.write_carelessly, face="with hints while writing"),
        Example("/offers/new", STEWARD, face="offer"),
    ),
    "proposal": (
        Example("/needs/{need}", face="need"),
        Example("/needs/{need}", STEWARD, face="my own need"),
        Example("/needs/{their_need}", MEMBER, face="of another node"),
        Example("/needs/{arabic}", face="from right to left"),
        Example("/needs/{brief}", face="brief"),
        Example("/offers/{opening}", MEMBER, face="opening"),
        Example("/offers/{offer}", MEMBER, face="offer"),
        Example("/needs/{gone}", face="withdrawn", status=410),
    ),
    "proposal-edit": (Example("/needs/{need}/edit", STEWARD),),
    "proposal-withdrawal": (Example("/needs/{need}/withdrawal", STEWARD),),
    "expertise-list": (Example("/expertise/"),),
    "expertise-new": _new("/expertise/new"),
    "interview-new": (
        *_new("/expertise/interview"),
        Example("/expertise/interview?for={person}", MEMBER, face="of somebody"),
    ),
    "interview": (Example("/expertise/interviews/{interview}", STEWARD),),
    "expertise": (Example("/expertise/{expertise}"), Example("/expertise/{expertise}", STEWARD, face="steward")),
    "expertise-edit": (Example("/expertise/{expertise}/edit", STEWARD),),
    "expertise-withdrawal": (Example("/expertise/{expertise}/withdrawal", STEWARD),),
    "listing": (Example("/organisations/{listing}"), Example("/organisations/{listing}", STEWARD, face="steward")),
    "listing-edit": (Example("/organisations/{listing}/edit", STEWARD),),
    "listing-withdrawal": (Example("/organisations/{listing}/withdrawal", STEWARD),),
    "listing-claim": _new("/organisations/{listing}/claim", MEMBER),
    "place-list": (Example("/places/"),),
    "place-new": _new("/places/new"),
    "place": (Example("/places/{place}"), Example("/places/{place}", STEWARD, face="steward")),
    "place-edit": (Example("/places/{place}/edit", STEWARD),),
    "place-withdrawal": (Example("/places/{place}/withdrawal", STEWARD),),
    # What people write
    "thread": (
        Example("/threads/?about={need_uri}"),
        Example("/threads/?about={need_uri}", MEMBER, face="to write in"),
    ),
    "post": (Example("/posts/{post}"), Example("/posts/{post}", STEWARD, face="to answer")),
    "post-edit": (Example("/posts/{post}/edit", MEMBER),),
    "post-withdrawal": (Example("/posts/{post}/withdrawal", MEMBER),),
    "travels": (
        Example("/travels/?of={need_uri}", STEWARD),
        Example("/travels/?of=https://nowhere.example/1", STEWARD, face="not found", status=404),
    ),
    "post-taking-out": _new("/posts/{their_words}/taking-out"),
    "group-taken-out": (Example("/groups/{group}/taken-out", STEWARD),),
    "report-new": _new("/reports/new?about={need_uri}", MEMBER),
    "reports": (Example("/reports/", MEMBER), Example("/reports/", GUARDED, face="none yet")),
    "blocks": (Example("/me/blocks", MEMBER), Example("/me/blocks", GUARDED, face="nobody")),
    "conversations": (Example("/conversations/", STEWARD), Example("/conversations/", GUARDED, face="none yet")),
    "conversation": (Example("/conversations/{conversation}", STEWARD),),
    "flotilla-list": (Example("/flotillas/"),),
    "flotilla-new": (
        Example("/flotillas/new?ship={group}", STEWARD),
        Example("/flotillas/new", STEWARD, steps.send_unnamed, face="to mend", status=400),
        Example("/flotillas/new", GUARDED, face="no group yet"),
    ),
    "flotilla-edit": (Example("/groups/{flotilla}/flotilla", STEWARD),),
    "flotilla-harvest": (Example("/groups/{flotilla}/harvest", STEWARD),),
    "ship-new": (Example("/groups/{flotilla}/ships/new", STEWARD),),
    "ship-edit": (Example("/ships/{ship}/edit", STEWARD),),
    "ship-leaving": (Example("/ships/{ship}/leaving", STEWARD),),
    "mandate": (
        Example("/groups/{group}/mandate", STEWARD, face="in force"),
        Example("/groups/{open_group}/mandate", face="none yet"),
    ),
    "mandate-new": (
        Example("/groups/{group}/mandate/new", STEWARD),
        Example("/groups/{group}/mandate/new", STEWARD, steps.send_untitled, face="to mend", status=400),
    ),
    "mandate-version": (
        Example("/mandates/{mandate}", face="in force"),
        Example("/mandates/{amendment}", STEWARD, face="with an objection"),
    ),
    "mandate-stance": (Example("/mandates/{asked_mandate}/stance", STEWARD),),
    "mandate-leaving": (Example("/mandates/{mandate}/leaving", STEWARD),),
    "mandate-withdrawal": (Example("/mandates/{amendment}/withdrawal", STEWARD),),
    "objection-answer": (Example("/mandates/{amendment}/objections/{objection}/answer", STEWARD),),
    "result-new": _new("/groups/{group}/mandate/results/new?goal=doors"),
    "result-withdrawal": (Example("/results/{result}/withdrawal", STEWARD),),
    "group-practice": (
        Example("/groups/{group}/practice", STEWARD),
        Example("/groups/{group}/practice?kit=campaign", STEWARD, face="from a kit"),
    ),
    "matches": (Example("/matches/", STEWARD), Example("/matches/", GUARDED, face="none yet")),
    "match-new": _new("/matches/new?about={hall_offer_uri}"),
    "match": (
        Example("/matches/{waiting_match}", STEWARD, face="to answer"),
        Example("/matches/{begun_match}", STEWARD, face="under way"),
        Example("/matches/{thanked_match}", STEWARD, face="thanked"),
        Example("/matches/{ended_match}", STEWARD, face="ended"),
    ),
    "match-step": (
        Example("/matches/{waiting_match}/agreeing", STEWARD, face="agreeing"),
        Example("/matches/{waiting_match}/declining", STEWARD, face="declining"),
        Example("/matches/{begun_match}/noting", STEWARD, face="noting"),
        Example("/matches/{begun_match}/ending", STEWARD, face="ending"),
        Example("/matches/{begun_match}/finishing", STEWARD, steps.send_empty, face="to mend", status=400),
    ),
    "lending": (Example("/lending/"), Example("/lending/?near=51.541,-0.141", MEMBER, face="with distances")),
    "lending-mine": (
        Example("/lending/mine", STEWARD, face="lends"),
        Example("/lending/mine", MEMBER, face="borrows"),
        Example("/lending/mine", GUARDED, face="nothing yet"),
    ),
    "reserving": (
        Example("/offers/{ladder}/reserving", MEMBER, face="days"),
        Example("/offers/{lent_room}/reserving", MEMBER, face="hours"),
        Example("/offers/{ladder}/reserving", MEMBER, steps.send_empty, face="to mend", status=400),
    ),
    "write-to": (*_new("/people/{person}/writing", MEMBER),),
    # Gatherings
    "gatherings": (Example("/gatherings/"),),
    "gathering-new": _new("/gatherings/new"),
    "gathering": (
        Example("/gatherings/{gathering}"),
        Example("/gatherings/{gathering}", MEMBER, face="who has asked to come"),
        Example("/gatherings/{gathering}", STEWARD, face="organiser"),
        Example("/gatherings/{festival}", face="festival"),
        Example("/gatherings/{action}", MEMBER, face="what is needed"),
        Example("/gatherings/{action_done}", STEWARD, face="what came of it"),
        Example("/gatherings/{action_asked}", STEWARD, face="who brings what"),
    ),
    "gathering-bringing": (Example("/gatherings/{action}/bringing", MEMBER),),
    "gathering-outcome": _new("/gatherings/{action_over}/outcome"),
    "gathering-edit": (Example("/gatherings/{gathering}/edit", STEWARD),),
    "gathering-withdrawal": (Example("/gatherings/{gathering}/withdrawal", STEWARD),),
    "gathering-attendance": (Example("/gatherings/{festival}/attendance", MEMBER),),
    # Funding
    "calls": (Example("/calls/"),),
    "call-new": _new("/calls/new"),
    "call": (Example("/calls/{call}"), Example("/calls/{call}", STEWARD, face="steward")),
    "call-edit": (Example("/calls/{call}/edit", STEWARD),),
    "call-withdrawal": (Example("/calls/{call}/withdrawal", STEWARD),),
    # Time banks
    "my-hours": (Example("/timebank/", STEWARD), Example("/timebank/", GUARDED, face="none yet")),
    "timebank": (
        Example("/timebanks/{bank}"),
        Example("/timebanks/{bank}", STEWARD, face="steward"),
        Example("/timebanks/{their_bank}", MEMBER, face="of another node"),
    ),
    "timebank-new": (
        Example("/groups/{group}/timebank/new", STEWARD),
        Example("/groups/{group}/timebank/new", STEWARD, steps.send_unnamed, face="to mend", status=400),
    ),
    "timebank-edit": (Example("/timebanks/{bank}/edit", STEWARD),),
    "timebank-withdrawal": (Example("/timebanks/{bank}/withdrawal", STEWARD),),
    "timebank-accounts": (Example("/timebanks/{bank}/accounts", STEWARD),),
    "timebank-clearings": (Example("/timebanks/{bank}/clearing", STEWARD),),
    "timebank-clearing-new": (Example("/timebanks/{bank}/clearing/new", STEWARD),),
    "time-account": (
        Example("/timebank/accounts/{other_time_account}", STEWARD),
        Example("/timebank/accounts/{time_account}", STEWARD, face="my own"),
    ),
    "time-account-name": (
        Example("/timebank/accounts/{time_account}/name", STEWARD),
        Example("/timebank/accounts/{time_account}/name", STEWARD, steps.send_unnamed, face="to mend", status=400),
    ),
    "time-account-limit": (
        Example("/timebank/accounts/{other_time_account}/limit", STEWARD),
        Example(
            "/timebank/accounts/{other_time_account}/limit", STEWARD, steps.ask_too_much, face="to mend", status=400
        ),
    ),
    "transfer-new": _new("/timebank/accounts/{time_account}/transfers/new"),
    "transfer": (
        Example("/timebank/transfers/{waiting_hours}", STEWARD, face="to answer"),
        Example("/timebank/transfers/{asked_hours}", STEWARD, face="asked"),
        Example("/timebank/transfers/{thanked_hours}", STEWARD, face="thanked"),
        Example("/timebank/transfers/{hours_across}", STEWARD, face="at another bank"),
    ),
    "transfer-thanks": (Example("/timebank/transfers/{thanked_hours}/thanks", STEWARD),),
    "clearing": (
        Example("/timebank/clearing/{clearing}", STEWARD, face="open, and different"),
        Example("/timebank/clearing/{wanted_clearing}", STEWARD, face="to answer"),
        Example("/timebank/clearing/{clearing}", STEWARD, steps.ask_too_much, face="to mend", status=400),
    ),
    # Know-how
    "know-how-list": (Example("/know-how/"),),
    "know-how-new": (
        *_new("/know-how/new"),
        Example("/know-how/new", STEWARD, steps.preview, face="preview"),
        Example("/know-how/new?kit=course&page=1", STEWARD, face="from a kit"),
    ),
    "know-how": (Example("/know-how/{know_how}"), Example("/know-how/{know_how}", STEWARD, face="steward")),
    "know-how-edit": (
        Example("/know-how/{know_how}/edit", STEWARD),
        Example("/know-how/{know_how}/edit", STEWARD, steps.cross_an_edit, face="clashing", status=400),
    ),
    "know-how-withdrawal": (Example("/know-how/{know_how}/withdrawal", STEWARD),),
    "know-how-history": (
        Example("/know-how/{know_how}/history"),
        Example("/know-how/{know_how}/history", STEWARD, face="steward"),
    ),
    "know-how-version": (Example("/know-how/{know_how}/versions/1", STEWARD),),
    "know-how-changes": (
        Example("/know-how/{know_how}/changes?older=1&newer=2"),
        Example("/know-how/{know_how}/changes?older=99", face="no such version", status=400),
    ),
    # One's own
    "notifications:notices": (Example("/notices/", STEWARD), Example("/notices/", GUARDED, face="nothing new")),
    "notifications:following": (Example("/me/following", MEMBER), Example("/me/following", GUARDED, face="other")),
    "notifications:mail": (Example("/me/notices", MEMBER), Example("/me/notices", STEWARD, face="steward")),
    "notifications:stopping": (
        Example("/stopping/{stopping}"),
        Example("/stopping/nobody-knows-it", face="unknown", status=404),
    ),
    "accounts:me": (Example("/me/", MEMBER),),
    "accounts:settings": (Example("/me/account", MEMBER),),
    "accounts:invitation": (
        Example("/invitations/{invitation}/", MEMBER),
        Example("/invitations/nobody-knows-it/", face="unknown", status=404),
    ),
    "set_language": (Example("/language/"),),
    # The desk
    "accounts:signing_up": (Example("/accounts/signing-up/", STEWARD),),
    "desk": (Example("/desk/", STEWARD),),
    "desk-bringing": _new("/desk/bringing"),
    "desk-import": (
        Example("/desk/bringing/{import}", STEWARD, face="looked at"),
        Example("/desk/bringing/{refused_import}", STEWARD, face="refused"),
    ),
    "desk-claim": _new("/desk/claims/{claim}", STEWARD),
    "desk-hosts": _new("/desk/hosts"),
    "desk-reports": (Example("/desk/reports", STEWARD),),
    "desk-report": (
        *_new("/desk/reports/{report}", STEWARD),
        Example("/desk/reports/{closed_report}", STEWARD, face="answered"),
    ),
    "desk-decide": _new("/desk/decide?of={need_uri}", STEWARD),
    "desk-moderation": (Example("/desk/moderation", STEWARD),),
    "desk-refusal": _new("/desk/moderation/{held}/refusal", STEWARD),
    "desk-node": (Example("/desk/node", STEWARD),),
    "desk-work": (Example("/desk/work", STEWARD),),
    "desk-sources": _new("/desk/sources"),
    "desk-topics": (Example("/desk/topics", STEWARD),),
    "desk-topic-new": _new("/desk/new-topic"),
    "desk-topic": (
        Example("/desk/topics/{own_topic}", STEWARD),
        Example("/desk/topics/{retired_topic}", STEWARD, face="retired"),
        Example("/desk/topics/{retired_topic}", STEWARD, steps.send_empty, face="to mend", status=400),
    ),
    "desk-kits": (Example("/desk/kits", STEWARD),),
    "desk-careful-words": _new("/desk/words"),
    "desk-careful-word": (Example("/desk/words/{careful_word}", STEWARD),),
    "desk-neighbours": (
        Example("/desk/neighbours", STEWARD),
        Example("/desk/neighbours?ask=https://unknown.example", STEWARD, face="an address filled in"),
    ),
    "desk-neighbour": (
        Example("/desk/neighbours/{asking}", STEWARD, face="asks"),
        Example("/desk/neighbours/{friend}", STEWARD, face="neighbour"),
        Example("/desk/neighbours/{paused}", STEWARD, face="paused"),
        Example("/desk/neighbours/{blocked}", STEWARD, face="blocked"),
    ),
    "desk-neighbour-confirmation": (
        *_new("/desk/neighbours/{friend}/block"),
        Example("/desk/neighbours/{friend}/end", STEWARD, face="ending"),
    ),
    # The frame
    "style": (
        Example("/style/"),
        Example("/style/?theme=light", face="light"),
        Example("/style/?theme=dark", face="dark"),
        Example("/style/?theme=contrast", face="high contrast"),
    ),
    "accessibility": (Example("/accessibility/"),),
    "api-docs": (Example("/api/v1/docs"),),
    "offline": (Example("/offline"),),
    # Signing in and out
    "account_login": (Example("/accounts/login/"), Example("/accounts/login/", steps=steps.send_empty, face="to mend")),
    "account_logout": (Example("/accounts/logout/", MEMBER),),
    "account_inactive": (Example("/accounts/inactive/"),),
    "account_signup": (Example("/accounts/signup/"),),
    "account_reauthenticate": (Example("/accounts/reauthenticate/", MEMBER),),
    "account_email": (Example("/accounts/email/", MEMBER),),
    "account_email_verification_sent": (Example("/accounts/signup/", steps=steps.sign_up, alone=True),),
    "account_change_password": (Example("/accounts/password/change/", MEMBER),),
    "account_set_password": (
        Example("/accounts/login/code/?next=/accounts/password/set/", steps=steps.come_without_password, alone=True),
    ),
    "account_reset_password": (Example("/accounts/password/reset/"),),
    "account_reset_password_done": (Example("/accounts/password/reset/done/"),),
    "account_reset_password_from_key": (
        Example("/accounts/password/reset/key/{new_password}/", alone=True),
        Example("/accounts/password/reset/key/0-0/", face="used up", alone=True),
    ),
    "account_reset_password_from_key_done": (Example("/accounts/password/reset/key/done/"),),
    "account_request_login_code": (Example("/accounts/login/code/"),),
    "account_confirm_login_code": (Example("/accounts/login/code/", steps=steps.ask_for_a_code, alone=True),),
    "usersessions_list": (
        Example("/accounts/sessions/", MEMBER),
        Example("/accounts/sessions/", GUARDED, face="other"),
    ),
    # Second factors
    "mfa_index": (Example("/accounts/2fa/", MEMBER, face="none yet"), Example("/accounts/2fa/", GUARDED)),
    "mfa_authenticate": (Example("/accounts/login/", steps=steps.stop_at_second_factor, alone=True),),
    "mfa_reauthenticate": (Example("/accounts/2fa/reauthenticate/", GUARDED),),
    "mfa_activate_totp": (Example("/accounts/2fa/totp/activate/", MEMBER),),
    "mfa_deactivate_totp": (Example("/accounts/2fa/totp/deactivate/", GUARDED),),
    "mfa_view_recovery_codes": (Example("/accounts/2fa/recovery-codes/", GUARDED),),
    "mfa_generate_recovery_codes": (Example("/accounts/2fa/recovery-codes/generate/", GUARDED),),
    "mfa_list_webauthn": (Example("/accounts/2fa/webauthn/", GUARDED),),
    "mfa_add_webauthn": (
        Example("/accounts/2fa/webauthn/add/", MEMBER),
        Example("/accounts/2fa/webauthn/add/", MEMBER, steps.ask_for_a_passkey_in_vain, face="refused"),
    ),
    "mfa_reauthenticate_webauthn": (Example("/accounts/2fa/webauthn/reauthenticate/", GUARDED),),
    "mfa_edit_webauthn": (Example("/accounts/2fa/webauthn/keys/{passkey}/edit/", GUARDED),),
    "mfa_remove_webauthn": (Example("/accounts/2fa/webauthn/keys/{passkey}/remove/", GUARDED),),
}

WITHOUT_ADDRESS = {
    "not found": (Example("/nowhere", status=404),),
    "form out of date": (Example("/accounts/login/", steps=steps.send_without_token, status=403, alone=True),),
}
"""Pages that answer in place of others."""

PROTOCOL = "spoken between servers, in JSON"
PROBE = "for machines that watch the node, one word"
DATA = "points, nodes and links for a drawing, whose list is the page"
FILE = "a file to take away"
API = "read by programs, in JSON, and explained on a page of its own"
FRAGMENT = "a piece of a page, fetched by that page"
ACTION = "answers POST only, and leads to a page"

NOT_PAGES: dict[str, str] = {
    "live": PROBE,
    "ready": PROBE,
    "webfinger": PROTOCOL,
    "nodeinfo-links": PROTOCOL,
    "nodeinfo": PROTOCOL,
    "node-actor": PROTOCOL,
    "inbox": PROTOCOL,
    "actor-inbox": PROTOCOL,
    "actor-outbox": PROTOCOL,
    "actor-followers": PROTOCOL,
    "actor-following": PROTOCOL,
    "activity": PROTOCOL,
    "metro-digest": PROTOCOL,
    "metro-catalogue": PROTOCOL,
    "metro-neighbours": PROTOCOL,
    "gathering-attendees": PROTOCOL,
    "api-index": API,
    "api-things": API,
    "api-thing": API,
    "api-links": API,
    "api-topics": API,
    "api-areas": API,
    "api-nodes": API,
    "api-schema": API,
    "api-nowhere": API,
    "area-outline": DATA,
    "cards-geojson": DATA,
    "embed-points": DATA,
    "list-file": FILE,
    "desk-mapping": FILE,
    "network-json": DATA,
    "whole-json": DATA,
    "streets": DATA,
    "worker": "a program of the browser's",
    "style-pins": DATA,
    "style-network": DATA,
    "mfa_login_webauthn": "the challenge a passkey answers, in JSON",
    "gatherings-calendar": FILE,
    "gathering-calendar": FILE,
    "calls-calendar": FILE,
    "call-calendar": FILE,
    "mfa_download_recovery_codes": FILE,
    "attachment": FILE,
    "notifications:bell": FRAGMENT,
    "notifications:reading": ACTION,
    "notifications:reading_all": ACTION,
    "notifications:follow": ACTION,
    "notifications:unfollow": ACTION,
    "accounts:accept_invitation": ACTION,
    "accounts:signup_policy": ACTION,
    "accounts:invitations": ACTION,
    "accounts:withdraw_invitation": ACTION,
    "group-joining": ACTION,
    "group-leaving": ACTION,
    "member-answer": ACTION,
    "member-role": ACTION,
    "gathering-leaving": ACTION,
    "thread-muting": ACTION,
    "conversation-leaving": ACTION,
    "suggestion-dismissal": ACTION,
    "interview-dropping": ACTION,
    "mandate-adoption": ACTION,
    "ship": ACTION,
    "ship-answer": ACTION,
    "timebank-joining": ACTION,
    "time-account-closing": ACTION,
    "transfer-step": ACTION,
    "clearing-ending": ACTION,
    "clearing-comparing": ACTION,
    "consent": ACTION,
    "reservation-step": ACTION,
    "result": ACTION,
    "know-how-restoration": ACTION,
    "attendee-answer": ACTION,
    "desk-import-report": FILE,
    "desk-import-start": ACTION,
    "desk-import-discard": ACTION,
    "welcoming-ending": ACTION,
    "desk-host-ending": ACTION,
    "desk-retrying": ACTION,
    "desk-invite": ACTION,
    "desk-answer": ACTION,
    "desk-neighbour-finding": "answers with the page of a node, or with the list and why not",
    "desk-source-leaving": ACTION,
    "desk-topic-mapping": ACTION,
    "desk-topic-unmapping": ACTION,
    "desk-topic-offering": ACTION,
    "vocabulary-file": FILE,
    "topic-file": FILE,
    "desk-undoing": ACTION,
    "block-new": ACTION,
    "block-undoing": ACTION,
    "post-putting-back": ACTION,
    "convergence-choice": ACTION,
    "desk-careful-word-removal": ACTION,
    "writing-help": "hints on what somebody writes, in JSON, shown by the form",
}


def patterns(resolver: URLResolver | None = None, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The name of every pattern of the URL configuration, with its namespaces; its route where it has no name."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, (*spaces, *filter(None, [entry.namespace])))
        elif isinstance(entry, URLPattern):
            yield ":".join([*spaces, entry.name or str(entry.pattern)])
