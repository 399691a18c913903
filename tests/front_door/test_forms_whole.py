"""A form shows every field it reads: one that a template forgot could never be filled in."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.gatherings import Camden


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/needs/new", "/offers/new", "/groups/new", "/gatherings/new", "/calls/new", "/me/page"]
)
def test_every_field_of_a_form_is_on_its_page(path):
    camden = Camden()
    page = camden.client(camden.alice).get(path)
    missing = [name for name in page.context["form"].fields if f'name="{name}"' not in page.text]
    timezone.deactivate()
    assert not missing, f"{path} does not show {', '.join(missing)}"
