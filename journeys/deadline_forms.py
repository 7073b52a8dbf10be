"""When a station is due, asked in two steps: what the deadline counts from, then only what that needs.

Each step carries the other answers along in hidden fields, so that going back and forth loses nothing, also without scripts.
"""

from collections.abc import Mapping

from django import forms
from django.db.models import F, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from courses.models import CourseVersion
from journeys.models import Stop
from journeys.obstacles import course_name
from people.forms import day_field

COUNTED = ("offset", "unit")
# What each anchor needs to be whole.
NEEDS: dict[str, tuple[str, ...]] = {
    "none": (),
    Stop.Anchor.FIXED: ("fixed_on",),
    Stop.Anchor.EMPLOYMENT: COUNTED,
    Stop.Anchor.PROFESSION: COUNTED,
    Stop.Anchor.JOURNEY: COUNTED,
    Stop.Anchor.STOP: ("after", *COUNTED),
}
QUESTIONS = {
    Stop.Anchor.FIXED: _("Which day is the station due?"),
    Stop.Anchor.EMPLOYMENT: _("How long after the employment began?"),
    Stop.Anchor.PROFESSION: _("How long after the start in the profession?"),
    Stop.Anchor.JOURNEY: _("How long after the journey began?"),
    Stop.Anchor.STOP: _("How long after which station?"),
}
WHY = {
    "none": _("Shown, never overdue."),
    Stop.Anchor.FIXED: _("The same day for everybody."),
    Stop.Anchor.EMPLOYMENT: _("Counted anew with a new employer."),
    Stop.Anchor.PROFESSION: _("The same with every employer."),
    Stop.Anchor.JOURNEY: _("Each person's own first day on the journey."),
    Stop.Anchor.STOP: _("Once the person has passed that station."),
}


def earlier_stops(stop: Stop):
    """The stations before one in the order of the path."""
    live = Prefetch("course__versions", CourseVersion.objects.published(), to_attr="live_ones")
    place = stop.stage.order
    before = Q(stage__order__lt=place) | Q(stage__order=place, order__lt=stop.order)
    rows = stop.version.stops.filter(before).select_related("course", "stage").prefetch_related(live)
    return rows.order_by(F("stage__order"), "order")


class AnchorForm(forms.Form):
    """The first step: what the deadline counts from."""

    anchor = forms.ChoiceField(label=_("The deadline counts from"), widget=forms.RadioSelect)

    step = "anchor"
    title = _("When is the station due?")

    def __init__(self, data=None, *, stop: Stop, typed: Mapping[str, str]) -> None:
        super().__init__(data, initial={"anchor": typed.get("anchor") or stop.anchor or "none"})
        has_before = earlier_stops(stop).exists()
        self.fields["anchor"].choices = [
            (value or "none", f"{label}. {WHY[value or 'none']}")
            for value, label in Stop.Anchor.choices
            if has_before or value != Stop.Anchor.STOP
        ]
        self.carried = [(name, typed[name]) for name in ("offset", "unit", "after", "fixed_on") if typed.get(name)]


class DeadlineForm(forms.Form):
    """The second step: only what the chosen anchor needs."""

    after = forms.ModelChoiceField(
        queryset=Stop.objects.none(),
        label=_("Station before"),
        to_field_name="key",
        error_messages={"required": _("Choose the station before.")},
    )
    offset = forms.IntegerField(
        label=_("How long after"),
        min_value=0,
        max_value=3650,
        error_messages={"required": _("Say how long after the start the station is due.")},
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Stop.OffsetUnit.choices)
    fixed_on = day_field(_("Date"), error_messages={"required": _("Choose the date.")})

    step = "when"

    def __init__(self, data=None, *, stop: Stop, anchor: str, typed: Mapping[str, str]) -> None:
        self.anchor = anchor if anchor in NEEDS else "none"
        super().__init__(
            data, initial=_stored(stop) | {name: typed[name] for name in self.base_fields if name in typed}
        )
        needs = NEEDS[self.anchor]
        for name in set(self.fields) - set(needs):
            del self.fields[name]
        if "after" in needs:
            self.fields["after"].queryset = earlier_stops(stop)
            self.fields["after"].label_from_instance = _station
        self.carried = [(name, typed[name]) for name in self.base_fields if name not in needs and typed.get(name)]

    @property
    def title(self):
        return QUESTIONS.get(self.anchor, AnchorForm.title)

    def given(self) -> dict:
        """The deed's arguments."""
        return {**self.cleaned_data, "anchor": "" if self.anchor == "none" else self.anchor}


def _stored(stop: Stop) -> dict:
    """What the station says today; three months where it says nothing."""
    counted = stop.offset is not None
    return {
        "after": stop.after.key if stop.after else None,
        "offset": stop.offset if counted else 3,
        "unit": stop.unit if counted else Stop.OffsetUnit.MONTHS.value,
        "fixed_on": stop.fixed_on,
    }


def _station(stop: Stop) -> str:
    return f"{course_name(stop.course)} ({stop.stage})"
