"""Forms of the programme owner: short, prefilled, one decision a screen."""

from datetime import date

from django import forms
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from courses.models import Course, CourseVersion
from journeys.models import ChoiceGroup, Journey, MoveRule, Stage, Stop
from journeys.programmes import course_version
from people.access import Viewer
from people.forms import day_field
from people.models import Collaboration, Organisation
from people.roles import Role


class ProgrammeForm(forms.Form):
    """A new programme: its names and where it is shared."""

    owner = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label=_("Owner"), to_field_name="public_id", empty_label=None
    )
    name = forms.CharField(label=_("Name in Swedish"), max_length=160)
    name_en = forms.CharField(label=_("Name in English"), max_length=160, required=False)
    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("Short, as in your plan: BU"))
    collaboration = forms.ModelChoiceField(
        queryset=Collaboration.objects.none(),
        label=_("Shared in"),
        required=False,
        to_field_name="public_id",
        empty_label=_("Only the own organisation"),
    )

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        owners = Organisation.objects.filter(pk__in=viewer.edits_journeys_of)
        self.only = owners[0] if len(owners) == 1 else None
        self.fields["owner"].queryset = owners
        if self.only:
            del self.fields["owner"]
        shared = Collaboration.objects.visible_to(viewer)
        self.fields["collaboration"].queryset = shared
        self.fields["collaboration"].initial = next((one.public_id for one in shared), None)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        owner = self.only or self.cleaned_data.get("owner")
        if Journey.objects.filter(owner=owner, code=code).exists():
            raise forms.ValidationError(_("A programme with this code is already there. Choose another code."))
        return code

    def given(self) -> dict:
        """The deed's arguments."""
        return {**self.cleaned_data, "owner": self.only or self.cleaned_data["owner"]}


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("JSON, as it is written by “Download as a file”."))


class StageForm(forms.Form):
    """A stage: years in the profession, or a track of its own for a role."""

    name = forms.CharField(
        label=_("Name in Swedish"),
        max_length=80,
        help_text=_("As people say it: Ny, Van, Erfaren. A course stands in one stage alone, so each needs its own."),
    )
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    min_years = forms.IntegerField(label=_("From years in the profession"), required=False, min_value=0, max_value=60)
    max_years = forms.IntegerField(label=_("To years in the profession"), required=False, min_value=1, max_value=60)
    role = forms.ChoiceField(
        label=_("For"),
        required=False,
        choices=[("", _("Everybody in the profession")), (Role.MANAGER.value, _("Managers: a track of its own"))],
    )

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        first, last = cleaned.get("min_years"), cleaned.get("max_years")
        if first is not None and last is not None and last <= first:
            self.add_error("max_years", _("The stage must end later than it begins."))
        return cleaned


class GroupForm(forms.Form):
    """A choice group: how many of its stations are needed."""

    name = forms.CharField(label=_("Name"), max_length=80, required=False, help_text=_("For example: Fördjupning"))
    needs = forms.IntegerField(label=_("How many are needed"), min_value=1, max_value=20, initial=1)


class StopForm(forms.Form):
    """A station: which course, and how it counts."""

    course = forms.ModelChoiceField(queryset=Course.objects.none(), label=_("Course"), to_field_name="public_id")
    counts = forms.ChoiceField(label=_("It is"), widget=forms.RadioSelect, initial="compulsory")

    def __init__(self, *args, viewer: Viewer, stage: Stage, stop: Stop | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {f"group-{group.pk}": group for group in stage.groups.order_by("pk")}
        elective = _("Elective, in the group “%(group)s”")
        self.fields["counts"].choices = [
            (Stop.Kind.COMPULSORY.value, _("Compulsory")),
            *((key, elective % {"group": group_words(group)}) for key, group in self.groups.items()),
            (Stop.Kind.OPTIONAL.value, _("Optional: shown, never counted")),
        ]
        if stop:
            del self.fields["course"]
            self.fields["counts"].initial = f"group-{stop.group_id}" if stop.group_id else stop.kind
            return
        live = CourseVersion.objects.exclude(state=CourseVersion.State.SUPERSEDED)
        rows = Course.objects.visible_to(viewer).exclude(stops__version=stage.version_id)
        choice = self.fields["course"]
        choice.queryset = rows.prefetch_related(Prefetch("versions", live, to_attr="live_ones")).order_by("sort_key")
        choice.label_from_instance = _course_label
        self.is_empty = not rows.exists()

    def given(self) -> dict:
        """The deed's arguments: kind and group."""
        counts = self.cleaned_data["counts"]
        group = self.groups.get(counts)
        return {"kind": Stop.Kind.ELECTIVE if group else counts, "group": group}


def group_words(group: ChoiceGroup) -> str:
    return group.name or group.key


def _course_label(course: Course) -> str:
    version = course_version(course)
    return f"{version.shown_title} ({course.code})" if version else course.code


class PublishForm(forms.Form):
    """When a version is published, and where people are on an older one what happens to them."""

    valid_from = day_field(_("Publish on"), help_text=_("On a day to come it waits, and nothing in it can be changed."))
    kind = forms.ChoiceField(
        label=_("People on older versions"), choices=MoveRule.Kind, initial=MoveRule.Kind.STAY, widget=forms.RadioSelect
    )
    due_on = day_field(_("Day of the move, for those who are moved"), required=False)
    answer_by = day_field(
        _("Organisations with additions of their own answer before"),
        required=False,
        help_text=_("At least a week after the version is published; empty is 30 days. Who is moved on a day answers before that."),
    )  # fmt: skip

    def __init__(self, *args, has_people: bool = True, has_layers: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].needed_by_some = True
        if not has_people:
            del self.fields["kind"], self.fields["due_on"]
        if not has_layers:
            del self.fields["answer_by"]


class MappingForm(forms.Form):
    """What a station of the version before is in the new one."""

    becomes = forms.ChoiceField(label=_("In the new version it is"), required=False)

    def __init__(self, *args, stops: list[Stop], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        named = [(stop.key, f"{stop.shown_title} ({stop.stage})") for stop in stops]  # type: ignore[attr-defined]
        self.fields["becomes"].choices = [("", _("Gone")), *named]


class AdoptionForm(forms.Form):
    """Which organisations run the programme, and from when: all members, unless some are taken away."""

    organisations = forms.ModelMultipleChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Organisations"),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one organisation.")},
    )
    starts_on = day_field(_("From"))

    def __init__(self, *args, journey: Journey, organisations: QuerySet[Organisation], on: date, **kwargs) -> None:
        rows = list(organisations)
        members = [one for one in rows if one.pk != journey.owner_id] or rows
        super().__init__(
            *args, initial={"organisations": [one.public_id for one in members], "starts_on": on}, **kwargs
        )
        self.is_empty = not rows
        self.fields["organisations"].queryset = organisations
        self.fields["organisations"].label_from_instance = str


class AdoptionEndForm(forms.Form):
    ends_on = day_field(_("Last day"))

    def __init__(self, *args, starts_on: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.starts_on = starts_on

    def clean_ends_on(self) -> date:
        day = self.cleaned_data["ends_on"]
        if day < self.starts_on:
            raise forms.ValidationError(_("The last day cannot be before the first."))
        return day
