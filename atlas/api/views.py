"""The addresses of the API. Each says what it is in words; `schema` and the page for people are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from rest_framework.views import APIView

from atlas.access import cards_of
from atlas.api import asking, docs, paging, reading, schema, serializers
from atlas.api.answers import kept
from atlas.api.asking import Asked
from atlas.api.serializers import page_of, whole
from atlas.filters import CardFilter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.forms import BaseForm
    from django.http import HttpRequest

    from atlas.api.paging import Page, Paged, Values

    Json = dict[str, Any]


class Resource(APIView):  # type: ignore[misc]  # Django REST framework has no types
    """What can be asked for at one address, and what is answered."""

    schema: Any = schema.Described()
    http_method_names = ["get", "head", "options"]
    name = ""
    title: Any = ""
    says: Any = ""
    answers: Any
    #: What can be asked for, as the query of an example; the last line of the page's curl.
    example = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        return kept(request, self.answer(request))

    def options(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        return HttpResponse(status=204)

    def answer(self, request: HttpRequest) -> Json:
        raise NotImplementedError

    @classmethod
    def forms(cls, request: HttpRequest) -> list[BaseForm]:
        """What reads the query string here; with an empty request, what can be asked for."""
        return [asking.NothingForm(request.GET)]

    def asked(self, request: HttpRequest) -> Asked:
        """Raises Unreadable."""
        return Asked(request.path, request.GET, *self.forms(request))

    def listed(self, request: HttpRequest, asked: Asked, page: Page, entries: Iterable[Any], **more: Any) -> Json:
        following = whole(f"{request.path}?{asked.next_query(page.cursor)}") if page.cursor else None
        return {"results": list(entries), "next": following, **more}


class Index(Resource):
    name, title = "index", _("Where to begin")
    says = _("The node that you ask, and the address of each list.")
    answers = serializers.IndexSerializer

    def answer(self, request: HttpRequest) -> Json:
        self.asked(request)
        return {
            "node": reading.this_node(reading.visible_to(request)),
            "resources": {each.name: whole(reverse(f"api-{each.name}")) for each in RESOURCES},
            "schema": whole(reverse("api-schema")),
            "documentation": whole(reverse("api-docs")),
        }


class Things(Resource):
    name, title = "things", _("Things")
    says = _(
        "Everything on the atlas, whatever it is and whichever node it comes from, with the filters and in the order "
        "of the page: the newest first; by date where days are asked for; what fits best first where words are; as the "
        "layer says where one is chosen."
    )
    answers = page_of(serializers.ThingSerializer)
    example = "topic=housing&limit=20"

    @classmethod
    def forms(cls, request: HttpRequest) -> list[BaseForm]:
        return [CardFilter(request.GET, reading.visible_to(request)).form, asking.ThingsForm(request.GET)]

    def answer(self, request: HttpRequest) -> Json:
        filters = CardFilter(request.GET, reading.visible_to(request))
        asked = Asked(request.path, request.GET, filters.form, asking.ThingsForm(request.GET))
        found = filters.in_order()
        found = found.filter(uri__in=asked["uri"]) if asked["uri"] else found
        paged = asked.paged(reading.things(found))
        page = paged.page(asked["limit"], _where_it_stands_now(filters, paged, asked.behind(paged)))
        entries = serializers.ThingSerializer(page.rows, many=True).data
        return self.listed(
            request, asked, page, entries, understood=(filters.search and filters.search.mended_text) or None
        )


def _where_it_stands_now(filters: CardFilter, paged: Paged, behind: Values | None) -> Values | None:
    is_ranked = "rank_in_search" in paged.rows.query.annotations
    if behind is None or not is_ranked or filters.search is None:
        return behind
    return paging.behind_the_ranked(filters.search.ranked)(behind)


class Thing(Resource):
    name, title = "thing", _("One thing")
    says = _("One thing by its address.")
    answers = serializers.ThingSerializer

    @classmethod
    def forms(cls, request: HttpRequest) -> list[BaseForm]:
        return [asking.ThingForm(request.GET)]

    def answer(self, request: HttpRequest) -> Json:
        uri = self.asked(request)["uri"]
        card = reading.things(reading.visible_to(request)).filter(uri=uri).first()
        if card is None:
            raise Http404
        return dict(serializers.ThingSerializer(card).data)


class Links(Resource):
    name, title = "links", _("Links")
    says = _(
        "What stands between two things: who organises what, who answers whom, who funds whom. Only where you can see "
        "both of them, and the one that tells of it. In the order of their addresses."
    )
    answers = page_of(serializers.LinkSerializer)
    example = "relation=by"

    @classmethod
    def forms(cls, request: HttpRequest) -> list[BaseForm]:
        return [asking.LinksForm(request.GET)]

    def answer(self, request: HttpRequest) -> Json:
        asked = self.asked(request)
        wanted = {"relation": asked["relation"], "from_uri": asked["from"], "to_uri": asked["to"]}
        page = asked.page(reading.links(reading.visible_to(request), layer=asked["layer"], **wanted))
        return self.listed(request, asked, page, serializers.LinkSerializer(page.rows, many=True).data)


class Topics(Resource):
    name, title = "topics", _("Topics")
    says = _(
        "The shared words of all nodes in every language: topics, axes, kinds of support, of group and of gathering; "
        "and the topics that this node alone has."
    )
    answers = page_of(serializers.TopicSerializer)
    example = "scheme=topic"

    @classmethod
    def forms(cls, request: HttpRequest) -> list[BaseForm]:
        return [asking.TopicsForm(request.GET)]

    def answer(self, request: HttpRequest) -> Json:
        asked = self.asked(request)
        page = asked.page(reading.topics(asked["scheme"]))
        around = {"counts": reading.counts(reading.visible_to(request)), "counted": reading.COUNTED}
        entries = serializers.TopicSerializer(page.rows, many=True, context=around).data
        return self.listed(request, asked, page, entries)


class Areas(Resource):
    name, title = "areas", _("Areas")
    says = _("The parts of the world whose outlines this node has, the widest before what lies in it.")
    answers = page_of(serializers.AreaSerializer)
    example = "level=borough"

    @classmethod
    def forms(cls, request: HttpRequest) -> list[BaseForm]:
        return [asking.AreasForm(request.GET)]

    def answer(self, request: HttpRequest) -> Json:
        asked = self.asked(request)
        page = asked.page(reading.areas(asked["level"], asked["within"]))
        return self.listed(request, asked, page, serializers.AreaSerializer(page.rows, many=True).data)


class Nodes(Resource):
    name, title = "nodes", _("Nodes")
    says = _("The nodes that something comes from which you can see here: this one first, the others by their address.")
    answers = page_of(serializers.NodeSerializer)

    @classmethod
    def forms(cls, request: HttpRequest) -> list[BaseForm]:
        return [asking.PageForm(request.GET)]

    def answer(self, request: HttpRequest) -> Json:
        asked, visible = self.asked(request), reading.visible_to(request)
        paged = asked.paged(reading.other_nodes(visible))
        behind = asked.behind(paged)
        ours = reading.this_node(visible)
        first = [ours] if behind is None and ours["things"] else []
        # Behind nothing at all, where this node alone fills the page.
        page = paged.page(asked["limit"] - len(first), behind or [""])
        counted = reading.counts_of(visible, page.rows)
        entries = [
            {"origin": node.origin, "name": node.name or None, "here": False, "things": counted.get(node.pk, 0)}
            for node in page.rows
        ]
        return self.listed(request, asked, page, [*first, *entries])


RESOURCES: tuple[type[Resource], ...] = (Things, Thing, Links, Topics, Areas, Nodes)
ADDRESSES: tuple[type[Resource], ...] = (Index, *RESOURCES)


class Schema(Resource):
    """The OpenAPI document: JSON, or YAML for who asks for that with `?format=yaml` or prefers it."""

    schema = None
    MEDIA_TYPES = {"json": "application/vnd.oai.openapi+json", "yaml": "application/vnd.oai.openapi"}

    @classmethod
    def forms(cls, request: HttpRequest) -> list[BaseForm]:
        return [asking.SchemaForm(request.GET)]

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = self.asked(request)["format"] or ("yaml" if "yaml" in request.headers.get("Accept", "") else "json")
        document = schema.document(get_language())
        written: Any = document
        if wanted == "yaml":
            written = yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode()
        answer = kept(request, written, f"{self.MEDIA_TYPES[wanted]};charset=utf-8")
        patch_vary_headers(answer, ["Accept", "Accept-Language"])
        return answer


class Nowhere(Resource):
    """Any other address below: a problem, and not a page."""

    schema = None

    def get(self, request: HttpRequest, rest: str = "") -> HttpResponse:
        try:
            known = resolve(f"{request.path}/").url_name != "api-nowhere"
        except Resolver404:
            known = False
        if not known:
            raise Http404
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{request.path}/{'?' if query else ''}{query}")


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """The same for people, in their language."""
    newest = cards_of(None).newest_first().values_list("uri", flat=True).first()
    context = docs.page(schema.document(get_language()), newest or f"{settings.ORIGIN}/…")
    return render(request, "atlas/api.html", context)
