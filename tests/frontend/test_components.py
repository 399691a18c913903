"""Components say the same to eyes, to ears and to a reader without scripts."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from frontend import filtering
from frontend.flags import CLOTHS, PAIRS, TOPIC_WORDS, pennant_for
from frontend.forms import problems
from frontend.navigation import PRIMARY, is_here


class Ask(forms.Form):
    title = forms.CharField(label="What do you need?", help_text="One sentence.")
    kind = forms.ChoiceField(label="Kind", choices=[("need", "Need"), ("offer", "Offer")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="I agree")


def shown(template: str, path: str = "/needs/", **values):
    values.setdefault("request", RequestFactory().get(path))
    return Template("{% load flotilla %}" + template).render(Context(values))


def test_a_flag_never_stands_without_its_word():
    for slug, word in TOPIC_WORDS.items():
        html = shown("{% topic_flag slug %}", slug=slug)
        assert f'href="#flag-{slug}"' in html and f"<span>{word}</span>" in html and 'aria-hidden="true"' in html


def test_every_topic_has_a_flag_in_the_locker():
    locker = shown("{% flag_locker %}")
    assert set(re.findall(r'id="flag-([a-z-]+)"', locker)) == set(TOPIC_WORDS)


def test_a_narrower_topic_flies_the_flag_of_its_broader_one():
    class Topic:
        def __init__(self, slug, flag=""):
            self.slug, self.flag, self.label = slug, flag, slug.title()

    assert "#flag-housing" in shown("{% topic_flag t %}", t=Topic("cohousing", "housing"))
    assert "<use" not in shown("{% topic_flag t %}", t=Topic("unheard-of"))


def test_a_node_flies_the_same_pennant_everywhere():
    assert pennant_for("https://justspace.example") == pennant_for("https://JustSpace.example/")
    flown = {pennant_for(f"https://node{number}.example") for number in range(60)}
    assert len(flown) > 50
    assert {p.cloth for p in flown} == set(CLOTHS)


def test_both_colours_of_a_pennant_are_different():
    assert all(field != mark for field, mark in PAIRS)


def test_an_error_is_tied_to_its_control_and_to_the_summary():
    form = Ask(data={"kind": "castle"})
    html = shown("{% error_summary form %}{% fields form %}", form=form)
    assert '<a href="#id_title">What do you need? This field is required.</a>' in html
    assert 'aria-describedby="id_title_hint id_title_error"' in html
    assert 'id="id_title_hint"' in html and 'id="id_title_error"' in html and 'aria-invalid="true"' in html
    assert 'href="#id_kind_0"' in html and 'id="id_kind_0"' in html, "a group's error leads to its first box"


class Tide(forms.Form):
    day = forms.DateField(label="Day", widget=forms.DateInput({"type": "date"}))


def test_a_day_that_cannot_be_read_comes_back_as_it_was_written():
    html = shown("{% fields form %}", form=Tide({"day": "next week"}))
    assert 'type="text"' in html and 'value="next week"' in html
    assert 'type="date"' in shown("{% fields form %}", form=Tide({"day": "2026-11-21"}))


class Chart(forms.Form):
    topics = forms.MultipleChoiceField(
        label="Topics",
        choices=[
            ("Housing", [("urn:flotilla:topic:housing", "Housing"), ("urn:flotilla:topic:renting", "Renting")]),
            ("Legal", [("urn:flotilla:topic:legal", "Legal")]),
        ],
        widget=forms.CheckboxSelectMultiple,
    )


def test_many_boxes_stand_in_groups_which_are_open_where_something_is_chosen():
    html = shown("{% fields form %}", form=Chart({"topics": ["urn:flotilla:topic:renting"]}))
    shut, opened = html.count('<details class="choice-group">'), html.count('<details class="choice-group" open>')
    assert (shut, opened) == (1, 1)
    assert re.search(
        r'open>\s*<summary id="id_topics_0">.*?#flag-housing.*?value="urn:flotilla:topic:renting"', html, re.S
    )
    assert html.count('type="checkbox"') == 3 and html.count("checked") == 1


def test_an_error_leads_to_the_first_group_of_boxes():
    html = shown("{% error_summary form %}{% fields form %}", form=Chart({"topics": []}))
    assert 'href="#id_topics_0"' in html and '<summary id="id_topics_0">' in html


def test_a_fresh_form_has_nothing_to_mend():
    assert problems(Ask()) == []
    assert shown("{% error_summary form %}", form=Ask()) == ""


def test_errors_of_the_whole_form_come_first():
    form = Ask(data={"title": "x", "kind": "need", "agreed": "on"})
    form.add_error(None, "These two dates do not fit.")
    assert [str(problem) for problem in problems(form)] == ["These two dates do not fit."]


class Filter(forms.Form):
    kind = forms.MultipleChoiceField(label="Kind", choices=[("need", "Need"), ("offer", "Offer")], required=False)
    q = forms.CharField(label="Words", required=False)


def test_each_filter_in_force_can_be_left_by_its_own_link():
    query = QueryDict("kind=need&kind=offer&q=roof&view=map&page=3")
    chips = filtering.chips(query, Filter(query))
    assert [(chip.label, chip.value, chip.url) for chip in chips] == [
        ("Kind", "Need", "?kind=offer&q=roof&view=map"),
        ("Kind", "Offer", "?kind=need&q=roof&view=map"),
        ("Words", "roof", "?kind=need&kind=offer&view=map"),
    ]


def test_the_filter_bar_keeps_what_is_not_its_own():
    html = shown("{% filter_bar form %}", path="/atlas/?view=network&q=roof", form=Filter({"q": "roof"}))
    assert '<input type="hidden" name="view" value="network">' in html
    assert html.count('name="q"') == 1


def test_a_changed_query_begins_at_its_first_page():
    assert shown("{% qs kind='need' %}", path="/?page=4&q=a") == "?q=a&amp;kind=need"
    assert shown("{% qs q=None %}", path="/?q=a") == "?"


def test_hostile_words_stay_words():
    html = shown(
        "{% empty_state t t %}{% pennant o t %}{% kind_word t %}{% breadcrumbs t '/' t %}"
        "{% panel title=t %}{{ t }}{% endpanel %}",
        t="<script>alert(1)</script>",
        o="javascript:alert(1)",
    )
    assert "<script>" not in html


def test_peoples_words_carry_their_language():
    html = shown("{% content text 'it' %}", text="Ciao")
    assert '<div class="content" lang="it"><p>Ciao</p>' in html and "Shown in the original language: Italian." in html


def test_at_most_seven_ways_and_the_present_one_is_marked():
    assert len(PRIMARY) <= 7
    assert is_here("/needs/", "/needs/abc") and not is_here("/needs/", "/offers/")
    assert 'href="/needs/" aria-current="page"' in shown("{% primary_navigation %}")


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("path", ["/style/", "/accessibility/", "/accounts/login/", "/accounts/signup/"])
def test_the_frame_holds_in_both_languages(client, db, language, path):
    response = client.get(path, headers={"accept-language": language})
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}"' in page
    assert page.count("<h1") == 1 and page.count("<main") == 1
    assert "style=" not in page and not re.search(r"<script(?![^>]*(src=|application/json))", page)
    assert 'href="/#porter"' in page, "help is in the same place on every page"


def test_two_pagers_of_a_page_have_their_own_names_and_addresses():
    second = Paginator(range(30), 10).page(2)
    html = shown('{% pager page %}{% pager page "rows" "Relations" %}', path="/atlas/?view=network", page=second)
    assert 'aria-label="Pages"' in html and 'aria-label="Pages: Relations"' in html
    assert "view=network&amp;page=3" in html and "view=network&amp;rows=3" in html


def test_a_single_page_has_no_pager():
    assert shown("{% pager page %}", page=Paginator(range(3), 10).page(1)) == ""
