"""Forms of the organiser: plan a session, change it, move a day, cancel, correct attendance."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.forms.limits import clock_fault, limit, moment_field
from courses.models import Attendance, Course, Meeting, Occasion, Part, Venue
from courses.obstacles import window_obstacles
from courses.scheduling import MOST_SEATS, Day
from people.access import Viewer
from people.forms import day_field
from people.models import Collaboration, Person
from people.roles import Role

WEEKS_AHEAD = 6
CLOSES_DAYS = 7


def clock_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class CourseField(forms.ModelChoiceField):
    """Courses by the title of the version that is published."""

    def label_from_instance(self, course: Course) -> str:
        published = (one.shown_title for one in course.versions.all() if one.state == "published")
        return next(published, course.code)


class CourseChoice(forms.Form):
    """Which course the session is of: published ones that the organiser may use."""

    kurs = CourseField(queryset=Course.objects.none(), to_field_name="slug", label=_("Course"))

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        shown = Course.objects.visible_to(viewer).filter(
            state=Course.State.PUBLISHED, versions__parts__kind__in=Part.MEETING_KINDS
        )
        self.fields["kurs"].queryset = shown.distinct().prefetch_related("versions")


class OccasionForm(forms.ModelForm):
    """What a session is besides its days. Prefilled, so that a usual one takes a minute."""

    opens_at = moment_field(_("Booking opens"))
    closes_at = moment_field(_("Booking closes"))

    class Meta:
        model = Occasion
        fields = [
            "seats",
            "opens_at",
            "closes_at",
            "collaboration",
            "min_participants",
            "late_days",
            "contact",
            "asks_needs",
            "costs",
        ]

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["collaboration"]
        field.queryset = Collaboration.objects.visible_to(viewer)
        field.empty_label = _("Own staff only")
        if self.instance.pk is None and len(field.queryset) == 1:
            self.initial.setdefault("collaboration", field.queryset[0].pk)
        limit(self.fields["seats"], 1, MOST_SEATS)
        limit(self.fields["min_participants"], 0, MOST_SEATS)
        limit(self.fields["late_days"], 0, 365)

    def clean(self) -> dict:
        super().clean()
        planned = self.instance.meetings.filter(cancelled_at=None) if self.instance.pk else Meeting.objects.none()
        self.fits(planned.values_list("starts_at", flat=True))
        return self.cleaned_data

    def fits(self, starts: Iterable[datetime]) -> bool:
        """Whether booking opens and closes before the days that start then; else the field says why not.

        A closing time that nobody touched moves before a first day that comes sooner than was suggested.
        """
        opens_at, closes_at = (self.cleaned_data.get(name) for name in ("opens_at", "closes_at"))
        first = min(starts := list(starts), default=None)
        if not self.instance.pk and first and closes_at == self.initial["closes_at"] > first:
            closes_at = self.cleaned_data["closes_at"] = self.instance.closes_at = first
        window = [self.initial.get(name) for name in ("opens_at", "closes_at")]
        if not opens_at or not closes_at or (self.instance.pk and window == [opens_at, closes_at]):
            return True
        sentences = window_obstacles(opens_at, closes_at, starts)
        for sentence in sentences:
            self.add_error("closes_at", sentence)
        return not sentences


class TrainersForm(forms.Form):
    """Who leads it: the trainers of the organisation."""

    trainers = forms.ModelMultipleChoiceField(
        queryset=Person.objects.none(),
        to_field_name="public_id",
        required=False,
        label=_("Led by"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        pool = Person.objects.filter(
            roles__role=Role.TRAINER,
            roles__organisation__in=viewer.acts_for,
            roles__ends_on=None,
            shown_to=Person.ShownTo.ALL,
        )
        self.fields["trainers"].queryset = pool.distinct().order_by("sort_key")


class DayForm(forms.Form):
    """One course day: when and where."""

    on = day_field(_("Date"))
    starts = forms.TimeField(label=pgettext_lazy("time", "From"), widget=clock_input())
    ends = forms.TimeField(label=pgettext_lazy("time", "To"), widget=clock_input())
    venue = forms.ModelChoiceField(
        queryset=Venue.objects.none(), required=False, label=_("Venue"), empty_label=_("No venue")
    )
    place = forms.CharField(label=_("Room"), max_length=200, required=False)
    online_url = forms.URLField(label=_("Link"), required=False, max_length=200, assume_scheme="https")

    def __init__(self, *args, viewer: Viewer, part: Part, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.part = part
        self.fields["venue"].queryset = Venue.objects.visible_to(viewer)

    def clean(self) -> dict:
        super().clean()
        data = self.cleaned_data
        if data.get("starts") and data.get("ends") and data["ends"] <= data["starts"]:
            self.add_error("ends", _("A day has to end after it starts."))
        for name in ("starts", "ends"):
            if (
                data.get("on")
                and data.get(name)
                and (sentence := clock_fault(datetime.combine(data["on"], data[name])))
            ):
                self.add_error(name, sentence)
        return data

    def when(self) -> tuple[datetime, datetime]:
        """Start and end as moments of the local day."""
        data, zone = self.cleaned_data, timezone.get_current_timezone()
        return (
            datetime.combine(data["on"], data["starts"], zone),
            datetime.combine(data["on"], data["ends"], zone),
        )

    def lies_behind(self) -> bool:
        """Whether the day has begun: nobody could get a seat any more. The field says where earlier courses are written in."""
        begun = self.when()[0] < timezone.now()
        if begun:
            self.add_error(
                "on",
                _(
                    "The day lies behind, and nobody could book it any more. Change the date. What somebody has taken already "
                    "is written in by the employer's HR, under Earlier courses."
                ),
            )
        return begun

    def facts(self) -> dict:
        starts_at, ends_at = self.when()
        where = {name: self.cleaned_data[name] for name in ("venue", "place", "online_url")}
        return {"starts_at": starts_at, "ends_at": ends_at, **where}

    def day(self) -> Day:
        return Day(part=self.part, **self.facts())


def day_initial(number: int) -> dict:
    """A usual day: six weeks ahead, one week apart, on a Tuesday, nine to four."""
    ahead = timezone.localdate() + timedelta(weeks=WEEKS_AHEAD + number)
    return {"on": ahead + timedelta(days=(1 - ahead.weekday()) % 7), "starts": time(9), "ends": time(16)}


def meeting_initial(meeting: Meeting) -> dict:
    starts, ends = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
    return {
        "on": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "venue": meeting.venue_id,
        "place": meeting.place,
        "online_url": meeting.online_url,
    }


def occasion_initial() -> dict:
    first = day_initial(0)["on"]
    now = timezone.localtime().replace(second=0, microsecond=0)
    closes = datetime.combine(first - timedelta(days=CLOSES_DAYS), time(17), timezone.get_current_timezone())
    return {"seats": 24, "opens_at": now, "closes_at": closes, "min_participants": 8, "late_days": 7}


class ReasonForm(forms.Form):
    """A reason that everybody concerned will read."""

    reason = forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class TextForm(forms.Form):
    """Words of the organiser's own, on top of what the message says by itself."""

    text = forms.CharField(
        label=_("Your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stand first in the message. The rest is written by itself, with days and links."),
    )


class FallForm(TextForm):
    """Why a session is cancelled, and what the organiser wants to say besides."""

    reason = forms.CharField(label=_("Reason"), max_length=400, help_text=_("Everybody reads it."))
    field_order = ["reason", "text"]


class RewriteForm(TextForm):
    """Other words into a message that waits."""

    everybody = forms.BooleanField(
        label=_("Change it for everybody who waits for the same message"), required=False, initial=True
    )


class CorrectionForm(ReasonForm):
    """Another mark after the lock (R26)."""

    state = forms.ChoiceField(
        label=_("Attendance"),
        choices=[(s.value, s.label) for s in Attendance.State],
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=_("Minutes present"), required=False, min_value=1, max_value=6000, help_text=_("Only for partly present.")
    )
    field_order = ["state", "minutes", "reason"]

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if data.get("state") == Attendance.State.PARTLY and not data.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", _("Write how many minutes the person was there."))
        return data
