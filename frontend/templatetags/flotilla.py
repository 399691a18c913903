"""The components of every page. `{% load flotilla %}`; the living example of each is at `/style/`.

Flags and words
    {% topic_flag "housing" %}            flag and word; also takes a Topic (flag, label)
    {% topic_flag "housing" bare=True %}  the flag alone, only where the word stands beside it already
    {% pennant origin name %}             the node's pennant and name; {% pennant origin %} is decoration
    {% kind_word "need" %}                the burgee with the kind's word

Time (in the reader's zone unless `tz` names one)
    {% when dt %}  {% when dt tz="Europe/Rome" until=end weekday=True %}   also takes plain dates
    {% day dt weekday=True %}             the day alone
    {% ago dt %}                          “3 minutes ago”

Words people wrote
    {% content text lang %}               Markdown (str) or clean HTML (SafeString), marked with its language
    {% lang_attr lang %}                  ` lang="ar" dir="rtl"` when that is not the language of the page
    {% dir_attr lang %}                   the second half, for what stands around it
    {{ title|alone }}                     a name or a title in the middle of a sentence

Forms
    {% error_summary form %}              before the form; empty when there is nothing to mend
    {% not_understood form form … %}      the same where the form itself is not on the page
    {% field form.name %}                 label, hint, error, control; hint="…" label="…" override
    {% fields form %}                     every visible field, then the hidden ones
    {% check_words form %}                after the button that publishes; see `frontend.checking`

Pieces
    {% card card level=3 %}     an atlas.Card; heading level 2–4; facts=… replaces its dates by your <span>s
    {% panel title="…" kind="strong" %}…{% endpanel %}     kind: "", "strong", "deep"
    {% notice kind="warning" title="…" %}…{% endnotice %}  kind: "", "success", "warning", "error"
    {% empty_state title text action_url action_label %}
    {% state_line steps current %}        steps: (value, label) pairs
    {% filter_bar form %}                 a GET form with removable chips; for a FilterSet: filterset.form
    {% breadcrumbs label url label url … label %}
    {% tabs label url label url … %}      links; the one whose path and `view` parameter match is current, or `here=url`

Addresses
    {% qs key=value other=None %}         this page's query string, changed; None removes; `page` restarts
    {% pager page name="page" of="" %}    previous, where you are, next; page: a Page of django.core.paginator. Where a
                                          page has several, `name` is its name in the address, `of` says of what

The shell (used by base.html): {% primary_navigation %} {% footer_links %} {% node_origin %} {% node_name %}
{% is_demo %} {% flag_locker %} {% words_for_scripts %} {% unread_notices user %}
"""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from frontend import amounts, direction, filtering, forms, moments, navigation, script_words, shell, writing
from frontend.flags import TOPIC_WORDS, pennant_for
from frontend.kinds import KIND_WORDS
from frontend.text import clean_html, render_markdown
from frontend.times import language_name

register = template.Library()
COMPONENTS = "frontend/components/"


def _render(component: str, /, **context: Any) -> SafeString:
    # Trimmed, because a flag stands inside a sentence: a line break there would be a space too many.
    return mark_safe(render_to_string(f"{COMPONENTS}_{component}.html", context).strip())


# --- Flags and words ----------------------------------------------------------------------------------


@register.simple_tag
def topic_flag(topic: Any, bare: bool = False, big: bool = False) -> SafeString:
    """A topic's flag with its word. A narrower topic flies the flag of the topic it belongs to."""
    slug, word = _topic_words(topic)
    return _render("topic_flag", slug=slug, word="" if bare else word, big=big)


@register.simple_tag
def pennant(origin: str, name: str = "") -> SafeString:
    return _render("pennant", pennant=pennant_for(origin or settings.ORIGIN), name=name)


@register.simple_tag
def kind_word(kind: str) -> SafeString:
    return format_html('<span class="kind">{}</span>', KIND_WORDS.get(kind, kind))


def _topic_words(topic: Any) -> tuple[str, str]:
    """Slug of the flag to fly ("" for none) and the word to write."""
    if isinstance(topic, str):
        return (topic if topic in TOPIC_WORDS else "", str(TOPIC_WORDS.get(topic, topic)))
    label = getattr(topic, "label", None) or str(topic)
    flag = str(getattr(topic, "flag", ""))
    return (flag if flag in TOPIC_WORDS else "", str(label() if callable(label) else label))


# --- Time ---------------------------------------------------------------------------------------------


@register.simple_tag
def when(moment: Any, tz: Any = None, until: Any = None, weekday: bool = False) -> SafeString:
    return moments.when_html(moment, tz, until, weekday)


@register.simple_tag
def day(moment: Any, weekday: bool = False) -> SafeString:
    return moments.day_html(moment, weekday)


@register.simple_tag
def ago(moment: Any) -> SafeString:
    return moments.ago_html(moment)


# --- Words people wrote -------------------------------------------------------------------------------


@register.simple_tag
def amount(number: Any, unit: str = "") -> str:
    """How much, in the reader's way of writing numbers: “£240”, “12 chairs”."""
    return amounts.amount_words(number, unit)


@register.simple_tag
def content(text: Any, lang: str = "") -> SafeString:
    """People's words in their own language, with a label when that is not the language of the page."""
    body = clean_html(text) if isinstance(text, SafeString) else render_markdown(text)
    foreign = bool(lang) and not _is_page_language(lang)
    return _render("content", body=body, lang=lang, language=language_name(lang) if foreign else "")


@register.simple_tag
def lang_attr(lang: str | None) -> SafeString:
    if not lang or _is_page_language(lang):
        return dir_attr(lang)
    return format_html(' lang="{}"{}', lang, dir_attr(lang))


@register.simple_tag
def dir_attr(lang: str | None) -> SafeString:
    way = direction.direction_of(lang or "")
    return format_html(' dir="{}"', way) if way else SafeString("")


@register.filter
def alone(words: Any) -> str:
    return direction.alone(words)


def _is_page_language(lang: str) -> bool:
    return lang.split("-")[0].lower() == (get_language() or "en").split("-")[0]


# --- Forms --------------------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField, label: str = "", hint: str = "") -> SafeString:
    return _render("field", **forms.field_context(bound, label, hint))


@register.simple_tag
def fields(form: BaseForm) -> SafeString:
    visible = "".join(field(bound) for bound in form.visible_fields())
    hidden = "".join(str(bound) for bound in form.hidden_fields())
    return mark_safe(visible + hidden)


@register.simple_tag
def error_summary(form: BaseForm) -> SafeString:
    if getattr(form, "is_check", False):
        return _looked_at(form)
    problems = forms.problems(form)
    return _render("error_summary", problems=problems) if problems else SafeString("")


def _looked_at(form: Any) -> SafeString:
    places = [{"target": f"{form[name].auto_id}_remarks", "label": form[name].label} for name in form.hints]
    count = sum(len(found) for found in form.hints.values())
    return _render("looked_at", places=places, count=count, files=bool(form.files))


@register.simple_tag
def check_words(form: BaseForm) -> SafeString:
    return _render("check_words") if hasattr(form, "writing_help") else SafeString("")


@register.simple_tag
def writing_asks(help_: writing.Help) -> str:
    return " ".join(writing.asks(help_))


@register.simple_tag
def not_understood(*asked: BaseForm) -> SafeString:
    problems = [problem for form in asked for problem in forms.problems(form)]
    lines = format_html_join("", "<p>{}</p>", ((problem,) for problem in problems))
    return _render("notice", content=lines, kind="warning", title="") if problems else SafeString("")


# --- Pieces -------------------------------------------------------------------------------------------


@register.simple_tag
def card(card: Any, level: int = 3, facts: str = "") -> SafeString:
    """One thing on the atlas. Reads `card.said_topics`, or else `card.topics`: prefetch them for a list."""
    topics = [{"slug": slug, "word": word} for slug, word in (_topic_words(topic) for topic in shell.topics_of(card))]
    flag = next((topic["slug"] for topic in topics if topic["slug"]), "")
    node = getattr(card, "node", None)
    return _render(
        "card",
        card=card,
        runs_left=direction.direction_of(getattr(card, "language", "")) == "rtl",
        level=min(max(int(level), 2), 4),
        topics=topics,
        flag=flag,
        origin=getattr(node, "origin", "") or settings.ORIGIN,
        node_name=getattr(node, "name", "") or (shell.node_name() if node is None else ""),
        where=shell.place_of(card),
        facts=facts,
    )


@register.simple_block_tag
def panel(content: str, title: str = "", kind: str = "", level: int = 2) -> SafeString:
    return _render("panel", content=mark_safe(content), title=title, kind=kind, level=level)


@register.simple_block_tag
def notice(content: str, kind: str = "", title: str = "") -> SafeString:
    return _render("notice", content=mark_safe(content), kind=kind, title=title)


@register.simple_tag
def empty_state(title: str, text: str = "", action_url: str = "", action_label: str = "") -> SafeString:
    return _render("empty_state", title=title, text=text, action_url=action_url, action_label=action_label)


@register.simple_tag
def state_line(steps: Any, current: str) -> SafeString:
    values = [value for value, _label in steps]
    at = values.index(current) if current in values else -1
    marked = [
        {"label": label, "done": index < at, "current": index == at} for index, (_value, label) in enumerate(steps)
    ]
    return _render("state_line", steps=marked)


@register.simple_tag(takes_context=True)
def filter_bar(context: template.Context, form: BaseForm, submit: str = "", level: int = 2) -> SafeString:
    """The first field is always seen; “Filters” opens the others. What is in force stands below as chips."""
    query = _query(context)
    rows = [forms.field_context(bound) for bound in form.visible_fields()]
    return _render(
        "filter_bar",
        rows=rows[:1],
        more=rows[1:],
        more_at_fault=any(row["errors"] for row in rows[1:]),
        kept=filtering.kept(query, form),
        chips=filtering.chips(query, form),
        path=_path(context),
        submit=submit,
        level=level,
    )


@register.simple_tag
def breadcrumbs(*steps: str) -> SafeString:
    """Pairs of label and address, ended by the label of this page."""
    links = [{"label": label, "url": url} for label, url in zip(steps[::2], steps[1::2], strict=False)]
    return _render("breadcrumbs", links=links, here=steps[-1] if len(steps) % 2 else "")


@register.simple_tag(takes_context=True)
def tabs(context: template.Context, *steps: str, label: str = "", here: str = "") -> SafeString:
    at = (_path(context), _query(context).get("view", ""))
    links = []
    for word, url in zip(steps[::2], steps[1::2], strict=False):
        path, _mark, query = str(url).partition("?")
        current = str(url) == here if here else (path or at[0], QueryDict(query).get("view", "")) == at
        links.append({"label": word, "url": url, "current": current})
    return _render("tabs", links=links, label=label)


# --- Addresses ----------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def qs(context: template.Context, **changes: Any) -> str:
    """`?a=1&b=2` of this page with the changes; `?` when nothing is left, so that a link stays a link."""
    return filtering.changed(_query(context), changes)


@register.simple_tag(takes_context=True)
def pager(context: template.Context, page: Any, name: str = "page", of: str = "") -> SafeString:
    if not page.has_other_pages():
        return SafeString("")

    def address(number: int) -> str:
        return filtering.changed(_query(context), {name: number})

    return _render(
        "pager",
        page=page,
        of=of,
        previous=address(page.previous_page_number()) if page.has_previous() else "",
        next=address(page.next_page_number()) if page.has_next() else "",
    )


def _query(context: template.Context) -> QueryDict:
    request = context.get("request")
    return request.GET if request is not None else QueryDict("")


def _path(context: template.Context) -> str:
    request = context.get("request")
    return request.path if request is not None else ""


# --- The shell ----------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def primary_navigation(context: template.Context) -> SafeString:
    path = _path(context)
    entries = [
        {"label": entry.label, "path": entry.path, "here": navigation.is_here(entry.path, path)}
        for entry in navigation.PRIMARY
    ]
    return _render("primary_navigation", entries=entries)


@register.simple_tag
def footer_links() -> tuple[navigation.Entry, ...]:
    return navigation.FOOTER


@register.simple_tag
def node_origin() -> str:
    return settings.ORIGIN


@register.simple_tag(takes_context=True)
def alarm(context: template.Context) -> str:
    request = context.get("request")
    return shell.alarm(getattr(request, "user", None))


@register.simple_tag
def node_name() -> str:
    return shell.node_name()


@register.simple_tag
def unread_notices(user: Any) -> int:
    return shell.unread_notices(user)


@register.simple_tag
def is_demo() -> bool:
    return bool(getattr(settings, "DEMO", False))


@register.simple_tag
def flag_locker() -> SafeString:
    """The nine flags, drawn once per page and shown anywhere by `<use href="#flag-housing">`."""
    return _render("flag_locker")


@register.simple_tag
def words_for_scripts() -> SafeString:
    """The sentences the scripts say, as JSON the browser does not run."""
    return json_script(script_words.sentences(), "script-words")
