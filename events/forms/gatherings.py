"""One screen to publish a gathering, and the same screen to change it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from atlas.attaching import AttachmentsFormMixin
from atlas.editing import EditFormMixin
from atlas.fields import LanguageField, PointFormMixin, TopicsField
from atlas.formfields import CountField, WallTimeField, WebAddressField, ZoneField, in_zone
from atlas.placed import StepFree
from cop.forms.placefields import VenueField
from cop.forms.proposals import SpeakerFormMixin
from events import queries
from events.forms.together import TogetherFormMixin
from events.models import Gathering
from frontend import writing
from frontend.checking import WritingHelpMixin
from frontend.forms import Paragraphs
from frontend.writing import Basic, Help

if TYPE_CHECKING:
    from federation.models import Actor

MOST_PLACES = 100_000
LONGEST = dt.timedelta(days=366)
MOMENTS = ("starts", "ends")
# A new one takes place or may take place; the other states are what becomes of it.
NEW_STATES = (Gathering.State.SCHEDULED, Gathering.State.TENTATIVE)


class GatheringEditForm(
    TogetherFormMixin, WritingHelpMixin, AttachmentsFormMixin, EditFormMixin, PointFormMixin, forms.ModelForm
):
    """Every rule of the database is checked here first, in words and beside the field it is about."""

    writing_help = writing.offer(
        Help(
            "gathering",
            ("summary",),
            (
                Basic(("starts",), _("You do not say when it begins.")),
                Basic(
                    ("venue", "place", "address", "area", "lat", "online"),
                    _("You do not say where people meet, or that they meet online."),
                ),
            ),
        )
    )
    starts = WallTimeField(label=_("Starts"), help_text=_("The clock time at the place."))
    ends = WallTimeField(label=_("Ends"), help_text=_("The clock time at the place."))
    time_zone = ZoneField(label=_("Time zone of the place"))
    capacity = CountField(
        label=_("Number of places"), most=MOST_PLACES, required=False, help_text=_("Leave empty if there is no limit.")
    )
    external_url = WebAddressField(
        label=_("Address where people sign up"), help_text=_("Only if they sign up on another website.")
    )
    online_url = WebAddressField(
        label=_("Link to take part online"),
        help_text=_("Everybody can read it here. Leave it empty to send it to those who come."),
    )
    venue = VenueField()
    topics = TopicsField(help_text=_("Up to six topics; people who follow them are told."))
    axis = forms.ChoiceField(
        label=_("What is it for?"), required=False, choices=[("", _("Nothing of these")), *Gathering.Axis.choices]
    )
    festival = forms.ChoiceField(label=_("Part of a festival"), required=False)
    language = LanguageField()

    class Meta:
        model = Gathering
        fields = (
            "kind", "title", "summary", "in_charge", "starts", "ends", "time_zone", "state", "venue", "place",
            "address", "area", "lat", "lon", "step_free", "online", "online_url", "joining", "external_url", "capacity",
            "topics", "axis", "festival", "language",
        )  # fmt: skip
        help_texts = {
            "summary": _("Who it is for, what people will do, what to bring. You can use Markdown."),
            "in_charge": _("The name of the person to turn to. Everybody can read it."),
            "place": _("For example Camden Town Hall. Leave empty if it is only online."),
            "address": _("Street, number, postcode and town, as you would write it on a letter."),
            "area": _("In words, for example Camden, London."),
            "online": _("Tick it also when the link is sent later."),
        }
        widgets = {
            "summary": Paragraphs(attrs={"rows": 6}),
            "kind": forms.RadioSelect,
            "joining": forms.RadioSelect,
            "step_free": forms.RadioSelect,
        }

    def __init__(self, *args: Any, reader: Actor, **kwargs: Any) -> None:
        super().__init__(*args, reader=reader, **kwargs)
        self.fields["kind"].choices = Gathering.Kind.choices  # type: ignore[attr-defined]
        self.fields["festival"].choices = self._festivals(reader)  # type: ignore[attr-defined]
        self.initial["festival"] = self.initial.get("festival") or ""
        self.fields["venue"].for_reader(reader)  # type: ignore[attr-defined]
        if self.instance.pk is not None:
            self._show_wall_times()

    def _festivals(self, reader: Actor) -> list[tuple[str, Any]]:
        """Those that are on, and the one it is part of already."""
        choices = {festival.uri: festival.title for festival in queries.festivals(reader)}
        held = self.instance.festival_id
        if held:
            choices.setdefault(held, held)
        choices.pop(self.instance.uri, None)
        return [("", _("None")), *choices.items()]

    def _show_wall_times(self) -> None:
        for name in MOMENTS:
            moment = getattr(self.instance, name)
            if moment is not None:
                self.initial[name] = moment.astimezone(self.instance.zone).replace(tzinfo=None, fold=0)

    def clean_festival(self) -> str | None:
        return self.cleaned_data["festival"] or None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._clean_times(data)
        self._clean_whereabouts(data)
        if (
            data.get("joining") == Gathering.Joining.ELSEWHERE
            and not data.get("external_url")
            and not self.instance.register  # what a calendar of others does not say, its corrector need not know
        ):
            self._add_missing("external_url", _("Give the address of the website where people sign up."))
        if data.get("joining") in {Gathering.Joining.OPEN, Gathering.Joining.REQUEST}:
            data["external_url"] = ""
        return data

    def _clean_times(self, data: dict[str, Any]) -> None:
        zone = data.get("time_zone")
        for name in MOMENTS:
            if zone and data.get(name) is not None:
                try:
                    data[name] = self._unchanged(name, data[name], zone) or in_zone(data[name], zone)
                except ValidationError as error:
                    self.add_error(name, error)
        starts, ends = data.get("starts"), data.get("ends")
        if not (zone and starts and ends):
            return
        if ends < starts:
            message = _("It ends on %(ends)s, before it starts on %(starts)s. Choose a later end.")
            self.add_error("ends", message % {"ends": _written(ends), "starts": _written(starts)})
        elif ends - starts > LONGEST:
            message = _("From %(starts)s to %(ends)s is more than a year. Publish several gatherings instead.")
            self.add_error("ends", message % {"ends": _written(ends), "starts": _written(starts)})

    def _unchanged(self, name: str, wall_time: dt.datetime, zone: str) -> dt.datetime | None:
        """The held instant where the clock shows the same: of an hour that comes twice, the second stays the second."""
        held: dt.datetime | None = getattr(self.instance, name)
        if held is None or self.instance.time_zone != zone:
            return None
        return held if held.astimezone(self.instance.zone).replace(tzinfo=None, fold=0) == wall_time else None

    def _clean_whereabouts(self, data: dict[str, Any]) -> None:
        self._take_from_venue(data)
        if data.get("online_url"):
            data["online"] = True
        if data.get("state") == Gathering.State.MOVED_ONLINE and not data.get("online"):
            self._add_missing("online", _("It has moved online: tick that people can take part online."))
        elif "venue" in self.errors:
            return  # whoever named a place is told what is wrong with that, and not that there is none
        elif not data.get("place") and not data.get("online") and not self.instance.register:
            self._add_missing("place", _("Say where it is: name the place, or tick that people can take part online."))

    def _take_from_venue(self, data: dict[str, Any]) -> None:
        """A place of the list says itself where it is, in all that was left empty."""
        venue = data.get("venue")
        if venue is None:
            return
        data["place"] = data.get("place") or venue.name
        data["address"] = data.get("address") or venue.address
        data["area"] = data.get("area") or venue.area
        if data.get("lat") is None and data.get("lon") is None:
            data["lat"], data["lon"] = venue.lat, venue.lon
        if data.get("step_free") == StepFree.UNKNOWN:
            data["step_free"] = venue.step_free

    def _add_missing(self, name: str, message: Any) -> None:
        """Unless that field is wrong already: one thing to mend is said once."""
        if name not in self.errors:
            self.add_error(name, message)

    def _post_clean(self) -> None:
        """The instance stays as it is: an action writes, from `changes()`, on the row as it is then."""

    def changes(self) -> dict[str, Any]:
        values = super().changes()
        values["festival_id"] = values.pop("festival")
        venue = values.pop("venue")
        values["venue_id"] = venue.uri if venue is not None else None
        return values


class GatheringForm(SpeakerFormMixin, GatheringEditForm):
    """A new gathering, published for a group one belongs to or for oneself."""

    def __init__(self, *args: Any, author: Actor, **kwargs: Any) -> None:
        super().__init__(*args, author=author, reader=author, **kwargs)
        state = self.fields["state"]
        state.choices = [(each.value, each.label) for each in NEW_STATES]  # type: ignore[attr-defined]


def _written(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
