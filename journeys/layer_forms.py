"""What is typed about a local layer: a station of one's own, and what becomes of a station of the core. The deeds write."""

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from courses.models import Course, CourseVersion
from journeys.models import LocalChange, LocalLayer, LocalStop, Stage, Stop
from people.access import Viewer
from people.forms import day_field

ANCHORS = [(value or "none", label) for value, label in Stop.Anchor.choices if value != Stop.Anchor.STOP]
DATED = ("anchor", "offset", "unit", "fixed_on")


class DatedForm(forms.Form):
    """A deadline in one step: what it counts from, and what that needs."""

    anchor = forms.ChoiceField(label=_("The deadline counts from"), choices=ANCHORS, initial="journey")
    offset = forms.IntegerField(
        label=_("How long after"), min_value=0, required=False, initial=2, validators=[MaxValueValidator(3650)],
        help_text=_("Not needed for a fixed date or without a deadline."),
    )  # fmt: skip
    unit = forms.ChoiceField(label=_("Unit"), choices=Stop.OffsetUnit.choices, initial="weeks", required=False)
    fixed_on = day_field(_("Date"), required=False, help_text=_("Only for a fixed date."))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("offset", "unit", "fixed_on"):
            self.fields[name].needed_by_some = True  # what it counts from decides, so none of them is called optional

    def clean(self) -> dict:
        given = super().clean() or self.cleaned_data
        anchor = given.get("anchor")
        if anchor == Stop.Anchor.FIXED and not given.get("fixed_on") and "fixed_on" not in self.errors:
            self.add_error("fixed_on", _("Choose the date."))
        if anchor not in (None, "none", Stop.Anchor.FIXED) and given.get("offset") is None and "offset" not in self.errors:  # fmt: skip
            self.add_error("offset", _("Say how long after the start the station is due."))
        return given

    def dates(self) -> dict:
        """The deed's arguments."""
        given = {name: self.cleaned_data[name] for name in DATED}
        return given | {"anchor": "" if given["anchor"] == "none" else given["anchor"]}


class LocalStopForm(DatedForm):
    """A station of the organisation's own."""

    course = forms.ModelChoiceField(
        Course.objects.none(), label=_("Course"), to_field_name="slug", empty_label=_("Choose a course")
    )
    stage = forms.ChoiceField(label=_("Stage"))
    kind = forms.ChoiceField(label=_("Kind"), choices=LocalStop.Kind.choices)

    field_order = ["course", "stage", "kind", *DATED]

    def __init__(self, *args, viewer: Viewer, layer: LocalLayer, stop: LocalStop | None = None, **kwargs) -> None:
        super().__init__(*args, initial=_stored(stop) if stop else None, **kwargs)
        published = {"version__journey": layer.journey_id, "version__state": "published"}
        taken = Stop.objects.filter(**published).order_by().values("course")
        courses = Course.objects.visible_to(viewer).filter(state=Course.State.PUBLISHED).exclude(pk__in=taken)
        if stop:
            courses = Course.objects.filter(pk=stop.course_id)
        field = self.fields["course"]
        live = CourseVersion.objects.published().filter(course__in=courses)
        titles = {one.course_id: one.shown_title for one in live}
        field.queryset = courses.select_related("owner").order_by("code")  # type: ignore[attr-defined]
        field.label_from_instance = lambda one: f"{titles.get(one.pk, one.code)} ({one.owner.short_name})"  # type: ignore[attr-defined]
        stages = Stage.objects.filter(**published, stops__isnull=False).distinct().order_by("order")
        self.fields["stage"].choices = [(one.key, str(one)) for one in stages]  # type: ignore[attr-defined]


class LocalChangeForm(DatedForm):
    """What becomes of a station of the core: as in the programme, an own date, or, of an optional one, out of sight."""

    becomes = forms.ChoiceField(label=_("In your organisation"), widget=forms.RadioSelect)

    field_order = ["becomes", *DATED]

    def __init__(self, *args, stop: Stop, change: LocalChange | None, **kwargs) -> None:
        now = "" if change is None else "hidden" if change.hidden else "dated"
        stored = _stored(change) if change and not change.hidden else {}
        super().__init__(*args, initial={"becomes": now or "same", **stored}, **kwargs)
        choices = [("same", _("As in the programme")), ("dated", _("With a date of your own, where that is earlier"))]
        if stop.kind == Stop.Kind.OPTIONAL:
            choices.append(("hidden", _("Hidden for those who have neither begun nor done it")))
        self.fields["becomes"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict:
        given = self.cleaned_data
        if given.get("becomes") == "dated":
            if given.get("anchor") == "none":
                self.add_error("anchor", _("Choose what the date counts from."))
            return super().clean()
        for name in DATED:
            self.errors.pop(name, None)
        return given

    def given(self) -> dict:
        """The deed's arguments."""
        becomes = self.cleaned_data["becomes"]
        return {"hidden": True} if becomes == "hidden" else self.dates() if becomes == "dated" else {}


class PostponeForm(forms.Form):
    """The day on which a proposal comes back."""

    back_on = day_field(_("Ask again on"))


def _stored(row: LocalStop | LocalChange) -> dict:
    """A stored deadline as the fields show it; for a station also its course, stage and kind."""
    typed = {name: getattr(row, name) for name in DATED} | {"anchor": row.anchor or "none"}
    if isinstance(row, LocalStop):
        typed |= {"course": row.course, "stage": row.stage, "kind": row.kind}
    return {name: value for name, value in typed.items() if value not in (None, "")}
