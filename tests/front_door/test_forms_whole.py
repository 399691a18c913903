"""What holds for every form: it shows each field it reads, and lines end as on every other node."""

from __future__ import annotations

import pytest
from django.forms import Textarea
from django.utils import timezone

from accounts.models import User
from tests.gatherings import Camden

KNOW_HOW = "/know-how/new"  # its short answer is kept on one line
PATHS = ["/needs/new", "/offers/new", "/groups/new", "/gatherings/new", "/calls/new", "/me/page"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PATHS, KNOW_HOW])
def test_every_field_of_a_form_is_on_its_page(path):
    camden = Camden()
    page = camden.client(camden.alice).get(path)
    missing = [name for name in page.context["form"].fields if f'name="{name}"' not in page.text]
    timezone.deactivate()
    assert not missing, f"{path} does not show {', '.join(missing)}"


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_lines_end_as_on_every_other_node(path):
    """Browsers send CR LF."""
    camden = Camden()
    client = camden.client(camden.alice)
    fields = client.get(path).context["form"].fields
    boxes = [name for name, field in fields.items() if isinstance(field.widget, Textarea)]
    form = client.post(path, dict.fromkeys(boxes, "One\r\nTwo\rThree")).context["form"]
    timezone.deactivate()
    assert boxes and {name: form.cleaned_data[name] for name in boxes} == dict.fromkeys(boxes, "One\nTwo\nThree")


@pytest.mark.django_db
def test_a_head_request_is_answered_where_a_get_is():
    camden = Camden()
    User.objects.filter(actor=camden.alice).update(is_steward=True)
    client, lab = camden.client(camden.alice), camden.gathering().get_absolute_url()
    paths = [*PATHS, KNOW_HOW, "/me/account", "/desk/node", f"{camden.group.get_absolute_url()}/edit"]
    paths += [f"{lab}/edit", f"{lab}/withdrawal", f"{lab}/attendance"]
    said = {path: client.head(path).status_code for path in paths}
    timezone.deactivate()
    assert set(said.values()) == {200}, said
