from django.urls import path, re_path

from cop.views import groups, listings, lists, people, proposals

_ID = r"(?P<public_id>[a-z0-9]{8,16})"
_DIRECTION = r"(?P<direction>need|offer)s"

urlpatterns = [
    path("groups/", lists.groups, name="group-list"),
    re_path(rf"^{_DIRECTION}/$", lists.proposals, name="proposal-list"),
    path("groups/new", groups.new_group, name="group-new"),
    re_path(rf"^groups/{_ID}$", groups.group_page, name="group"),
    re_path(rf"^groups/{_ID}/edit$", groups.edit_group, name="group-edit"),
    re_path(rf"^groups/{_ID}/withdrawal$", groups.withdraw_group, name="group-withdrawal"),
    re_path(rf"^groups/{_ID}/joining$", groups.join_group, name="group-joining"),
    re_path(rf"^groups/{_ID}/leaving$", groups.leave_group, name="group-leaving"),
    re_path(rf"^groups/{_ID}/members/(?P<member_id>[0-9]{{1,18}})/answer$", groups.answer_member, name="member-answer"),
    re_path(rf"^groups/{_ID}/members/(?P<member_id>[0-9]{{1,18}})/role$", groups.give_role, name="member-role"),
    re_path(rf"^people/{_ID}$", people.person_page, name="person"),
    path("me/page", people.my_page, name="my-page"),
    re_path(rf"^{_DIRECTION}/new$", proposals.new_proposal, name="proposal-new"),
    re_path(rf"^{_DIRECTION}/{_ID}$", proposals.proposal_page, name="proposal"),
    re_path(rf"^{_DIRECTION}/{_ID}/edit$", proposals.edit_proposal, name="proposal-edit"),
    re_path(rf"^{_DIRECTION}/{_ID}/withdrawal$", proposals.withdraw_proposal, name="proposal-withdrawal"),
    re_path(rf"^organisations/{_ID}$", listings.listing_page, name="listing"),
]
