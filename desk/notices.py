"""Stewards hear of nodes that ask to become neighbours, and of the answers to our own questions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.access import stewards
from accounts.models import User
from cop import threads
from cop.access import running
from cop.actions.removal import group_of
from cop.models import Member, Post
from federation import moderation, restrictions, types
from federation.models import Actor, Flag, Node, Restriction, ThisNode
from journal import entry_of, reaction
from notifications.actions import notify
from notifications.kinds import notice_kind, nowhere

if TYPE_CHECKING:
    from federation.models import Published
    from journal.models import Entry, Errand
    from notifications.models import Notice


def _neighbours_page(_notice: object) -> str:
    return "/desk/neighbours"


WORDS = {
    "node.asked": ("neighbour_asked", _("%(node)s asks to become a neighbour node.")),
    "node.peered": ("neighbour_agreed", _("%(node)s is now a neighbour node.")),
    "node.declined": ("neighbour_declined", _("%(node)s does not want to become a neighbour node.")),
    "node.left": ("neighbour_left", _("%(node)s is no longer a neighbour node.")),
    "node.away": ("neighbour_away", _("%(node)s, a neighbour node, has not answered for a day.")),
    "node.back": ("neighbour_back", _("%(node)s, a neighbour node, answers again.")),
}
for _kind, _text in WORDS.values():
    notice_kind(_kind, _text, matter="node", address=_neighbours_page)


@reaction("desk.tell_stewards", to=tuple(WORDS))
def tell_stewards(errand: Errand) -> None:
    entry = entry_of(errand)
    node = Node.objects.filter(origin=entry.uri).first()
    for steward in stewards():
        notify(steward, WORDS[entry.name][0], entry.uri, entry=entry, node=str(node or entry.uri))


# --- Reports, and what stewards decide ---------------------------------------------------------------------


MOST_TITLE = MOST_CONTACT = 500  # bytes as JSON, so that they fit into a notice with a reason in any script


def _report_page(notice: Notice) -> str:
    return f"/desk/reports/{int(notice.params.get('report', 0))}"


def _post_page(notice: Notice) -> str:
    return str(notice.params.get("page", ""))


def _waiting_page(_notice: object) -> str:
    return "/desk/"


def _cut(words: str, most: int) -> str:
    """What fits into a notice, which counts bytes: a picture of a face takes twelve of them."""
    while len(json.dumps(words)) > most:
        words = f"{words[: len(words) * 4 // 5].rstrip('…')}…"
    return words


def _with_contact(notice: Notice) -> dict[str, Any]:
    """How to answer, in the reader's language: by the address that stewards showed when they decided."""
    contact = notice.params.get("contact")
    how = _("If you think that is wrong, write to %(contact)s.") % {"contact": contact} if contact else ""
    how = how or _("If you think that is wrong, speak to the stewards of this node.")
    otherwise = _("what you wrote") if notice.params.get("yours", True) else _("what your group wrote")
    title = notice.params.get("title") or _("your account")  # only actors are told by it, and most people have no page
    return {"how": how, "title": title, **_what(notice, otherwise)}


def _named(notice: Notice) -> dict[str, Any]:
    return _what(notice, _("something that somebody wrote"))


def _what(notice: Notice, otherwise: object) -> dict[str, Any]:
    """Its title; most posts have none."""
    title = notice.params.get("title")
    what = str(_("“%(title)s”") % {"title": title} if title else otherwise)
    return {"what": what, "What": capfirst(what)}


notice_kind("report_waiting", _("Somebody reports %(what)s."), matter="node", address=_report_page)(_named)
notice_kind("report_about_group", _("Somebody reports %(what)s, which your group published."), matter="groups")(_named)
notice_kind(
    "report_in_talk",
    _("Somebody reports %(what)s in the discussions of %(group)s. You can take it out of there."),
    matter="groups",
    address=_post_page,
    about_words=True,
)(_named)
notice_kind(
    "post_held",
    _("%(What)s is the first thing somebody new publishes. It waits for you."),
    matter="node",
    address=_waiting_page,
)(_named)
notice_kind("decision_lifted", _("%(What)s can be seen again."), matter="words")(_with_contact)
notice_kind("first_post_let_through", _("The stewards of this node have published %(what)s."), matter="words")(
    _with_contact
)
for _kind, _text in (
    ("removed_by_stewards", _("The stewards of this node have removed %(what)s: %(reason)s %(how)s")),
    ("first_post_refused", _("The stewards of this node have not published %(what)s: %(reason)s %(how)s")),
    ("thing_hidden", _("The stewards of this node have hidden %(what)s: %(reason)s %(how)s")),
    ("taken_out_of_talk", _("What you wrote was taken out of a discussion by the stewards of its group: %(reason)s")),
    ("suspended", _("The stewards of this node have suspended %(title)s: %(reason)s %(how)s")),
    ("limited", _("What %(title)s publishes is now shown only to those who follow it: %(reason)s %(how)s")),
):
    notice_kind(_kind, _text, matter="words", address=nowhere)(_with_contact)


def tell_owner(kind: str, row: Published, title: str, reason: str, entry: Entry | None = None) -> None:
    """Whoever is on record for a thing of ours: who wrote it, and the stewards of the group in whose name.

    The notice is about the decision: notices about the thing go when it is taken back.
    """
    if row.is_ours:
        _tell(kind, running(row), {row.author_id, row.actor_id}, row.uri, title, reason, entry)


def _tell(
    kind: str, users: QuerySet[User], by: set[int | None], uri: str, title: str, reason: str, entry: Entry | None
) -> None:
    """`by` are the actors whose words they are."""
    contact = ThisNode.objects.values_list("contact", flat=True).first() or ""
    for user in users.select_related("actor"):
        notify(
            user,
            kind,
            moderation.decision_uri(uri),
            entry=entry,
            title=_cut(title, MOST_TITLE),
            reason=reason,
            contact=_cut(contact, MOST_CONTACT),
            yours=user.actor.pk in by,
        )


@reaction("desk.tell_of_report", to="flag.made")
def tell_of_report(errand: Errand) -> None:
    """The stewards of this node, as long as it waits for one; those of the group that published it, who cannot decide
    and can mend it; and those of the group in whose talk the words stand, who can take them out of there."""
    entry = entry_of(errand)
    for flag in Flag.objects.filter(uri=entry.uri):
        found = types.locate(flag.object_uri)
        title = _cut(threads.title_of(found[1]), MOST_TITLE) if found else ""
        for steward in stewards() if flag.closed_at is None else []:
            notify(steward, "report_waiting", flag.uri, entry=entry, title=title, report=flag.pk)
        row = found[1] if found else None
        if row is not None and row.is_ours and row.actor.type == Actor.Type.GROUP:
            for user in _leading(row.actor_id, but={flag.reporter_id}):
                notify(user, "report_about_group", row.uri, entry=entry, title=title)
        group = group_of(row) if isinstance(row, Post) else None
        if group is None or row is None or group.actor_id == row.actor_id:
            continue
        said = {"title": title, "group": group.name, "page": row.get_absolute_url()}
        for user in _leading(group.actor_id, but={flag.reporter_id, row.actor_id, row.author_id}):
            notify(user, "report_in_talk", row.uri, entry=entry, **said)


def _leading(group: int, *, but: set[int | None]) -> QuerySet[User]:
    """The stewards of a group, without those of this node, who have the report itself, and without `but`: nobody is
    told of their own report, nor are the writers of words asked to judge them."""
    led = Member.objects.filter(group__actor=group, role=Member.Role.STEWARD).exclude(actor__in=but - {None})
    return User.objects.filter(actor__in=led.values("actor"), is_active=True).exclude(is_steward=True)


@reaction("desk.tell_of_decision", to=("moderation.restricted", "moderation.lifted"))
def tell_of_decision(errand: Errand) -> None:
    """Whoever published it, where that is somebody of this node; stewards, of what waits for them.

    Each decision is told by itself, also where another steward has made one since. Of what was taken back meanwhile
    there is nothing to tell; and what another decision still keeps from others cannot be seen again.
    """
    entry = entry_of(errand)
    made = entry.name == "moderation.restricted"
    restriction = moderation.told_by(entry)
    found = types.locate(entry.uri)
    if restriction is not None and found is None:
        _tell_of_account(restriction, entry)
    if restriction is None or found is None or found[1].withdrawn_at is not None:
        return
    title = threads.title_of(found[1])
    if restriction.level == Restriction.Level.HELD and made:
        for steward in stewards():
            notify(steward, "post_held", entry.uri, entry=entry, title=_cut(title, MOST_TITLE))
        return
    if not made and restrictions.is_hidden(found[1].uri, found[1].actor.uri):
        return
    if not made:
        was_held = restriction.level == Restriction.Level.HELD
        tell_owner("first_post_let_through" if was_held else "decision_lifted", found[1], title, "", entry)
    else:
        kinds = {"hidden": "thing_hidden", "removed": "removed_by_stewards"}
        kind = "taken_out_of_talk" if restriction.group_id else kinds.get(restriction.level, restriction.level)
        tell_owner(kind, found[1], title, restriction.reason, entry)


def _tell_of_account(restriction: Restriction, entry: Entry) -> None:
    """Whoever never had a page here, and what is decided about them."""
    made = restriction.lifted_at is None
    if restriction.actor is None or (not made and restrictions.is_suspended(restriction.actor)):
        return
    users = User.objects.filter(actor=restriction.actor, is_active=True)
    kind = restriction.level if made else "decision_lifted"
    _tell(kind, users, {restriction.actor_id}, entry.uri, "", restriction.reason if made else "", entry)


@reaction("desk.tell_reporter", to=("flag.answered", "flag.answered_there"))
def tell_reporter(errand: Errand) -> None:
    """Whoever made it, of what was done here, and of what was done on the node of the thing. A steward who answered
    what they reported themself knows."""
    entry = entry_of(errand)
    here = entry.name == "flag.answered"
    made = Flag.objects.filter(uri=entry.uri, reporter__user__is_active=True).select_related("reporter__user")
    for flag in made.exclude(reporter__uri=entry.actor) if here else made:
        user = flag.reporter.user if flag.reporter is not None else None
        if user is not None:
            notify(user, "report_answered" if here else "report_answered_there", flag.uri, entry=entry)


def _my_reports(_notice: object) -> str:
    return "/reports/"


notice_kind(
    "report_answered", _("The stewards of this node have answered your report."), matter="words", address=_my_reports
)
notice_kind(
    "report_answered_there",
    _("The stewards of the node it comes from have answered your report."),
    matter="words",
    address=_my_reports,
)
