"""A whole Django site in one file: django-activitypub as its page tells to use it, and controls for our tests.

Runs in an environment of its own, in the folder where its database may lie, on the PORT of the environment. It has one
account, `anna`. django-activitypub cannot follow anybody: `follow` sends a Follow that its own code signs and posts.
"""

import json
import os
import uuid
from urllib.parse import urlsplit

import django
import requests
from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

NETLOC = f"127.0.0.1:{os.environ['PORT']}"
ORIGIN = f"http://{NETLOC}"
ACCEPT = {"Accept": "application/activity+json"}

log = []

settings.configure(
    DEBUG=True,
    SECRET_KEY="a site that lives as long as a test",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "tree_queries", "django_activitypub"],
    MIDDLEWARE=[f"{__name__}.noting"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "site.sqlite3"}},
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - models need the settings
from django_activitypub.models import Follower, LocalActor, Note  # noqa: E402
from django_activitypub.signed_requests import signed_post  # noqa: E402


def noting(get_response):
    """What came to an inbox, and how django-activitypub answered."""

    def noted(request: HttpRequest) -> HttpResponse:
        body = request.body
        answer = get_response(request)
        if request.path.endswith("/inbox"):
            said = json.loads(body)
            scheme = "rfc9421" if "signature-input" in request.headers else "cavage"
            answered = answer.content.decode(errors="replace")[:300]
            log.append({"got": said.get("type"), "knock": scheme, "answered": answer.status_code, "said": answered})
        return answer

    return noted


def show_log(request: HttpRequest) -> JsonResponse:
    return JsonResponse(log, safe=False)


def show_rows(request: HttpRequest) -> JsonResponse:
    """What its tables hold of others."""
    notes = Note.objects.filter(remote_actor__isnull=False).values("content_url", "content", "remote_actor__url")
    followers = Follower.objects.values_list("remote_actor__url", flat=True)
    return JsonResponse({"notes": list(notes), "followers": list(followers)})


@csrf_exempt
def follow(request: HttpRequest) -> JsonResponse:
    anna = LocalActor.objects.get()
    me = f"{ORIGIN}{anna.get_absolute_url()}"
    whom = json.loads(request.body)["whom"]
    inbox = requests.get(whom, headers=ACCEPT, timeout=10).json()["inbox"]
    said = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{ORIGIN}/follows/{uuid.uuid4()}",
        "type": "Follow",
        "actor": me,
        "object": whom,
    }
    answer = signed_post(inbox, anna.private_key.encode(), f"{me}#main-key", body=json.dumps(said))
    return JsonResponse({"answered": answer.status_code, "said": answer.text[:300]})


@csrf_exempt
def write(request: HttpRequest) -> JsonResponse:
    """Publish a note; its own code posts it to all followers before this answers."""
    said = json.loads(request.body)
    Note.objects.upsert(ORIGIN, LocalActor.objects.get(), said["words"], f"{ORIGIN}/notes/{said['slug']}")
    return JsonResponse({"id": f"{ORIGIN}/notes/{said['slug']}"})


def show_note(request: HttpRequest, slug: str) -> JsonResponse:
    note = Note.objects.get(content_url=f"{ORIGIN}/notes/{slug}")
    context = {"@context": "https://www.w3.org/ns/activitystreams"}
    return JsonResponse(context | note.as_json(ORIGIN), content_type="application/activity+json")


urlpatterns = [
    path("", include("django_activitypub.urls")),
    path("notes/<slug:slug>", show_note),
    path("control/log", show_log),
    path("control/rows", show_rows),
    path("control/follow", follow),
    path("control/write", write),
]


def main() -> None:
    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_user("anna")
    LocalActor.objects.create(user=user, preferred_username="anna", domain=NETLOC, name="Anna of Django")
    call_command("runserver", urlsplit(ORIGIN).netloc, use_reloader=False)


if __name__ == "__main__":
    main()
