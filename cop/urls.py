from django.urls import path, re_path

from cop.views import conversations, expertise, groups, listings, lists, people, places, proposals, talk, travels

_ID = r"(?P<public_id>[a-z0-9]{8,16})"
_DIRECTION = r"(?P<direction>need|offer)s"

urlpatterns = [
    path("groups/", lists.groups, name="group-list"),
    re_path(rf"^{_DIRECTION}/$", lists.proposals, name="proposal-list"),
    path("places/", lists.places, name="place-list"),
    path("groups/new", groups.new_group, name="group-new"),
    re_path(rf"^groups/{_ID}$", groups.group_page, name="group"),
    re_path(rf"^groups/{_ID}/edit$", groups.edit_group, name="group-edit"),
    re_path(rf"^groups/{_ID}/withdrawal$", groups.withdraw_group, name="group-withdrawal"),
    re_path(rf"^groups/{_ID}/joining$", groups.join_group, name="group-joining"),
    re_path(rf"^groups/{_ID}/leaving$", groups.leave_group, name="group-leaving"),
    re_path(rf"^groups/{_ID}/members/(?P<member_id>[0-9]{{1,18}})/answer$", groups.answer_member, name="member-answer"),
    re_path(rf"^groups/{_ID}/members/(?P<member_id>[0-9]{{1,18}})/role$", groups.give_role, name="member-role"),
    re_path(rf"^people/{_ID}$", people.person_page, name="person"),
    re_path(rf"^people/{_ID}/writing$", conversations.write_to, name="write-to"),
    path("conversations/", conversations.conversations, name="conversations"),
    re_path(rf"^conversations/{_ID}$", conversations.conversation, name="conversation"),
    re_path(rf"^conversations/{_ID}/leaving$", conversations.leave, name="conversation-leaving"),
    path("threads/", talk.thread, name="thread"),
    path("threads/muting", talk.muting, name="thread-muting"),
    re_path(rf"^posts/{_ID}$", talk.post_page, name="post"),
    re_path(rf"^posts/{_ID}/edit$", talk.edit_post, name="post-edit"),
    re_path(rf"^posts/{_ID}/withdrawal$", talk.withdraw_post, name="post-withdrawal"),
    path("travels/", travels.where_it_travelled, name="travels"),
    path("me/page", people.my_page, name="my-page"),
    re_path(rf"^{_DIRECTION}/new$", proposals.new_proposal, name="proposal-new"),
    re_path(rf"^{_DIRECTION}/{_ID}$", proposals.proposal_page, name="proposal"),
    re_path(rf"^{_DIRECTION}/{_ID}/edit$", proposals.edit_proposal, name="proposal-edit"),
    re_path(rf"^{_DIRECTION}/{_ID}/withdrawal$", proposals.withdraw_proposal, name="proposal-withdrawal"),
    path("expertise/", lists.expertise, name="expertise-list"),
    path("expertise/new", expertise.new_expertise, name="expertise-new"),
    re_path(rf"^expertise/{_ID}$", expertise.expertise_page, name="expertise"),
    re_path(rf"^expertise/{_ID}/edit$", expertise.edit_expertise, name="expertise-edit"),
    re_path(rf"^expertise/{_ID}/withdrawal$", expertise.withdraw_expertise, name="expertise-withdrawal"),
    path("places/new", places.new_place, name="place-new"),
    re_path(rf"^places/{_ID}$", places.place_page, name="place"),
    re_path(rf"^places/{_ID}/edit$", places.edit_place, name="place-edit"),
    re_path(rf"^places/{_ID}/withdrawal$", places.withdraw_place, name="place-withdrawal"),
    re_path(rf"^organisations/{_ID}$", listings.listing_page, name="listing"),
    re_path(rf"^organisations/{_ID}/edit$", listings.edit_listing, name="listing-edit"),
    re_path(rf"^organisations/{_ID}/withdrawal$", listings.withdraw_listing, name="listing-withdrawal"),
    re_path(rf"^organisations/{_ID}/claim$", listings.claim, name="listing-claim"),
]
