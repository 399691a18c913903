"""A group's page, founding and changing it, and who is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from atlas.fields import LANGUAGES
from atlas.views.fragments import is_for
from atlas.views.publishing import tell_published
from cop import access, queries, together
from cop.actions import groups as actions
from cop.actions import membership
from cop.flotillas.aboard import voyages_of
from cop.forms import practice
from cop.forms.groups import AnswerForm, GroupForm, JoinForm, NewGroupForm, RoleForm
from cop.kits import asking, beginning
from cop.kits.steps import address_of
from cop.mandates import seats
from cop.mandates.reading import goals_of, mandate_of
from cop.models import Group, Member
from cop.views.flotillas import voyage
from cop.views.withdrawn import page_or_tombstone
from federation import seeing
from federation.negotiation import document_response, wants_activity
from frontend.forms import form_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.paginator import Page
    from django.http import HttpRequest, HttpResponse

PEOPLE_PER_PAGE = 100
SECTIONS = "from-this-group"  # id of the fragment that fetches itself again


@require_safe
@page_or_tombstone(Group)
def group_page(request: HttpRequest, public_id: str) -> HttpResponse:
    group = access.group_for_page(request.actor, public_id)
    if wants_activity(request):
        return document_response(request, group)
    context = {
        "group": group,
        "me": queries.membership(group, request.actor),
        "sections": queries.published_by(group, request.actor),
    }
    if is_for(request, SECTIONS):
        response = render(request, "cop/_group_sections.html", context)
    else:
        context |= _people(request, group, context["me"]) | _together(request, group)
        response = render(request, "cop/group.html", context)
    patch_vary_headers(response, ["Accept", "HX-Request", "HX-Target"])
    return response


def _together(request: HttpRequest, group: Group) -> dict[str, Any]:
    """The mandate, and the flotillas it sails with; of a flotilla its ships, and how far they have come."""
    mandate = mandate_of(group, request.actor)
    done = together.done_together(group, request.actor, mandate) if group.has_together else []
    context = {"mandate": mandate, "together": done}
    if not group.is_flotilla:
        return context | {"voyages": voyages_of(group, request.actor) if group.is_ship else []}
    context["goals"] = goals_of(mandate, request.actor)
    context["speakers"] = {} if group.dissolved_at else seats.speakers(request.actor, mandate)
    return context | voyage(request, group, mandate.ships)


def _people(request: HttpRequest, group: Group, me: Member | None) -> dict[str, Any]:
    """Who is in the group, for those who are; how many, for everybody else. Only its own node knows them."""
    inside = me is not None and me.state == Member.State.JOINED and group.is_ours
    steward = inside and me is not None and me.role == Member.Role.STEWARD
    waiting = list(queries.waiting_at(group, request.actor)[:PEOPLE_PER_PAGE]) if steward else []
    seeing.opened(activities={member.join_uri: group.actor for member in waiting if not member.actor.is_ours})
    people = _members(request, group) if inside else None
    return {
        "is_steward": steward,
        "people": people,
        "how_many": people.paginator.count if people is not None else queries.how_many_in(group),
        "waiting": waiting,
        "receipt": receipt_of_joining(me),
        "spoken": [name for code, name in LANGUAGES if code in group.languages],
        "join_form": None if inside else JoinForm(initial={"name": queries.own_name(request.actor)}),
    }


def _members(request: HttpRequest, group: Group) -> Page[Member]:
    """A page of those who are in it; where all of them fit on one, nobody counts them first."""
    everybody = queries.people_of(group)
    first = list(everybody[: PEOPLE_PER_PAGE + 1])
    fit = len(first) <= PEOPLE_PER_PAGE
    return Paginator(first if fit else everybody, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))


def receipt_of_joining(me: Member | None) -> seeing.Progress | None:
    """How far somebody's own request has come, while it waits at another node."""
    return seeing.receipt(me.join_uri) if me is not None and me.state == Member.State.ASKED else None


@signed_in
@form_page
def new_group(request: HttpRequest) -> HttpResponse:
    """Empty, or with `?kit=` begun from a starter kit, whose other steps come next."""
    kit = asking.asked_for(request.GET)
    form = NewGroupForm(request.POST or None, request.FILES or None, initial=beginning.of_group(kit))
    if request.method == "POST" and form.is_valid():
        group = actions.found_group(
            request.actor, steward_name=queries.own_name(request.actor), once=form.once_key, **form.changes()
        )
        tell_published(request, group, _("The group is there. Now tell people about it."))
        return redirect(address_of(kit, group) if kit else group)
    context = {"form": form, "kit": kit, "suggested": None if kit else asking.suggested()}
    return render(request, "cop/group_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def edit_group(request: HttpRequest, public_id: str) -> HttpResponse:
    group = access.group_for_editing(request.actor, public_id)
    if group.is_flotilla:
        return redirect("flotilla-edit", public_id)
    form = GroupForm(request.POST or None, request.FILES or None, instance=Group.objects.get(pk=group.pk))
    if request.method == "POST" and form.is_valid() and form.carried_out(actions.change_group, request.actor, group):
        messages.success(request, _("Saved. The other nodes are being told."))
        return redirect(group)
    return render(request, "cop/group_form.html", {"form": form, "group": group}, status=400 if form.errors else 200)


@signed_in
@form_page
def edit_practice(request: HttpRequest, public_id: str) -> HttpResponse:
    """The attributes of a community of practice, and its structure; with `?kit=` what is empty comes from that."""
    group = access.group_for_editing(request.actor, public_id)
    kit = asking.asked_for(request.GET, group.language)
    begun = beginning.of_practice(kit, group, request.GET.get("part", ""))
    sent = request.POST if request.method == "POST" else None
    form = practice.PracticeForm(sent, instance=Group.objects.get(pk=group.pk), initial=begun)
    roles = practice.Roles(sent, initial=begun.get("roles", group.roles), prefix="role")
    tables = practice.Tables(sent, initial=begun.get("tables", group.tables), prefix="table")
    if sent is not None and all([form.is_valid(), roles.is_valid(), tables.is_valid()]):
        structure = {"roles": roles.listed("title"), "tables": tables.listed("name")}
        if form.carried_out(
            lambda who, what, said: actions.change_group(who, what, said | structure), request.actor, group
        ):
            messages.success(request, _("Saved. The other nodes are being told."))
            return redirect(address_of(kit, group) if kit else group)
    context = {"form": form, "roles": roles, "tables": tables, "group": group, "kit": kit}
    is_wrong = form.errors or any(roles.errors) or any(tables.errors)
    return render(request, "cop/practice_form.html", context, status=400 if is_wrong else 200)


@signed_in
@form_page
def withdraw_group(request: HttpRequest, public_id: str) -> HttpResponse:
    group = access.group_for_editing(request.actor, public_id)
    if request.method == "POST":
        actions.withdraw_group(request.actor, group)
        messages.success(request, _("The group “%(name)s” was closed.") % {"name": group.name})
        return redirect("/groups/")
    return render(request, "cop/withdrawal.html", {"thing": group, "title": group.name})


@signed_in
@require_POST
def join_group(request: HttpRequest, public_id: str) -> HttpResponse:
    group = access.group_for_reading(request.actor, public_id)
    form = JoinForm(request.POST)
    if not form.is_valid():
        return render(request, "cop/join.html", {"group": group, "form": form}, status=400)
    try:
        member = membership.join_group(request.actor, group, **form.cleaned_data)
    except membership.AlreadyThere:
        messages.info(request, _("You are in this group, or have asked already."))
        return redirect(group)
    joined = member.state == Member.State.JOINED
    messages.success(
        request, _("Welcome to the group.") if joined else _("You have asked to join. A steward will answer.")
    )
    return redirect(group)


@signed_in
@require_POST
def leave_group(request: HttpRequest, public_id: str) -> HttpResponse:
    group = access.group_for_leaving(request.actor, public_id)
    try:
        membership.leave_group(request.actor, group)
        messages.success(request, _("You have left the group."))
    except membership.LastSteward:
        messages.error(request, _("You are the only steward. Make somebody else a steward first."))
    may_look = Group.objects.visible_to(request.actor).filter(pk=group.pk).exists()
    return redirect(group if may_look else "my-page")


@signed_in
@require_POST
def answer_member(request: HttpRequest, public_id: str, member_id: int) -> HttpResponse:
    group = access.group_for_editing(request.actor, public_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose an answer: let in, or do not let in."))
        return redirect(group)
    answer = membership.accept_member if form.cleaned_data["answer"] == "accept" else membership.refuse_member
    if _done(request, group, member_id, lambda member: answer(request.actor, member)):
        messages.success(request, _("Your answer is on its way."))
    return redirect(group)


@signed_in
@require_POST
def give_role(request: HttpRequest, public_id: str, member_id: int) -> HttpResponse:
    group = access.group_for_editing(request.actor, public_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a role: steward or member."))
        return redirect(group)
    role = Member.Role(form.cleaned_data["role"])
    _done(request, group, member_id, lambda member: membership.set_role(request.actor, member, role))
    return redirect(group)


def _done(request: HttpRequest, group: Group, member_id: int, act: Callable[[Member], Any]) -> bool:
    """Whether `act` was done to the member; if not, the person is told why."""
    member = group.members.select_related("group__actor", "actor").filter(pk=member_id).first()
    try:
        if member is not None:
            act(member)
            return True
    except membership.LastSteward:
        messages.error(request, _("A group cannot be without a steward."))
        return False
    except membership.NoLongerThere:
        pass
    messages.info(request, _("They have left, or somebody has answered already."))
    return False
