from django.urls import path, re_path

from desk.views import bringing, claims, deciding, moderation, neighbour, neighbours, overview, reports, sources, topics

urlpatterns = [
    path("desk/", overview.desk, name="desk"),
    path("desk/node", overview.this_node, name="desk-node"),
    path("desk/work", overview.work, name="desk-work"),
    re_path(
        r"^desk/work/(?P<lane>errand|receipt|delivery)/(?P<row_id>[0-9]{1,18})/retrying$",
        overview.retrying,
        name="desk-retrying",
    ),
    re_path(r"^desk/claims/(?P<claim_id>[0-9]{1,18})$", claims.claim, name="desk-claim"),
    path("desk/reports", reports.reports, name="desk-reports"),
    re_path(r"^desk/reports/(?P<flag_id>[0-9]{1,18})$", reports.report, name="desk-report"),
    path("desk/decide", deciding.decide, name="desk-decide"),
    path("desk/moderation", moderation.log, name="desk-moderation"),
    re_path(r"^desk/moderation/(?P<restriction_id>[0-9]{1,18})/undoing$", moderation.undo, name="desk-undoing"),
    re_path(r"^desk/moderation/(?P<restriction_id>[0-9]{1,18})/refusal$", moderation.refuse, name="desk-refusal"),
    path("desk/bringing", bringing.bringing, name="desk-bringing"),
    re_path(r"^desk/bringing/mappings/(?P<name>[a-z0-9-]{1,64})\.yaml$", bringing.mapping, name="desk-mapping"),
    re_path(r"^desk/bringing/(?P<import_id>[0-9]{1,18})$", bringing.one_import, name="desk-import"),
    re_path(r"^desk/bringing/(?P<import_id>[0-9]{1,18})/report\.csv$", bringing.report, name="desk-import-report"),
    re_path(r"^desk/bringing/(?P<import_id>[0-9]{1,18})/start$", bringing.start, name="desk-import-start"),
    re_path(r"^desk/bringing/(?P<import_id>[0-9]{1,18})/discard$", bringing.discard, name="desk-import-discard"),
    path("desk/neighbours", neighbours.neighbours, name="desk-neighbours"),
    path("desk/neighbours/invitations", neighbours.invite, name="desk-invite"),
    path("desk/sources", sources.page, name="desk-sources"),
    re_path(r"^desk/sources/(?P<source_id>[0-9]{1,18})/leaving$", sources.leave, name="desk-source-leaving"),
    path("desk/topics", topics.topics, name="desk-topics"),
    path("desk/new-topic", topics.new, name="desk-topic-new"),
    path("desk/topics/<slug:slug>", topics.topic, name="desk-topic"),
    path("desk/topics/<slug:slug>/mappings", topics.mapping, name="desk-topic-mapping"),
    re_path(
        r"^desk/topics/(?P<slug>[-a-zA-Z0-9_]{1,64})/mappings/(?P<mapping_id>[0-9]{1,18})/removal$",
        topics.unmapping,
        name="desk-topic-unmapping",
    ),
    re_path(
        r"^desk/topics/(?P<slug>[-a-zA-Z0-9_]{1,64})/(?P<step>retire|return)$",
        topics.offering,
        name="desk-topic-offering",
    ),
    path("desk/neighbours/finding", neighbours.find, name="desk-neighbour-finding"),
    re_path(r"^desk/neighbours/(?P<node_id>[0-9]{1,18})$", neighbour.neighbour, name="desk-neighbour"),
    re_path(
        r"^desk/neighbours/(?P<node_id>[0-9]{1,18})/(?P<answer>accept|refuse|pause|resume|limit|unlimit|unblock)$",
        neighbour.answer,
        name="desk-answer",
    ),
    re_path(
        r"^desk/neighbours/(?P<node_id>[0-9]{1,18})/(?P<step>end|block)$",
        neighbour.confirm,
        name="desk-neighbour-confirmation",
    ),
]
