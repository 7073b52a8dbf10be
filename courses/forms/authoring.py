"""Forms of the people who make courses: short, prefilled, one decision a screen."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from courses.forms.limits import limit
from courses.models import Course, CourseVersion, Goal, Part, Subject, Task, Venue
from people.access import Viewer
from people.models import Organisation
from people.roles import Role


class CourseForm(forms.Form):
    """A new course: its names and where it belongs. The rest comes on the next screen."""

    owner = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label=_("Owner"), to_field_name="public_id", empty_label=None
    )
    title = forms.CharField(label=_("Title in Swedish"), max_length=160)
    title_en = forms.CharField(label=_("Title in English"), max_length=160, required=False)
    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Short, as in your plan: BU-N2"))
    subject = forms.ModelChoiceField(
        queryset=Subject.objects.none(),
        label=_("Subject"),
        required=False,
        to_field_name="public_id",
        empty_label=_("No subject – valid until further notice"),
        help_text=_("The subject decides how long a passed course is valid."),
    )
    local = forms.BooleanField(
        label=_("Local course"),
        required=False,
        help_text=_("Only your own staff see it, and it does not count at another employer."),
    )

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        owners = Organisation.objects.filter(pk__in=viewer.edits_courses_of)
        self.fields["owner"].queryset = owners
        self.only = next(iter(owners)) if len(owners) == 1 else None
        if self.only:
            del self.fields["owner"]
        self.fields["subject"].queryset = Subject.objects.visible_to(viewer)

    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip()

    def given(self) -> dict:
        """The deed's arguments."""
        return {**self.cleaned_data, "owner": self.only or self.cleaned_data["owner"]}


class DescriptionForm(forms.ModelForm):
    """Names and text of a draft."""

    subject = CourseForm.base_fields["subject"]

    class Meta:
        model = CourseVersion
        fields = ["title", "title_en", "text", "days_may_miss"]
        labels = {"title": _("Title in Swedish"), "title_en": _("Title in English")}
        help_texts = {
            "text": _(
                "The first paragraph stands under the title. **Bold**, lists with - and [links](https://…) work."
            ),
            "days_may_miss": _("How many course days somebody may miss and still pass."),
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 12})}

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].queryset = Subject.objects.visible_to(viewer)
        self.fields["subject"].initial = self.instance.course.subject
        limit(self.fields["days_may_miss"], 0, 100)


class PartForm(forms.ModelForm):
    """One part of a course. Hours here, minutes in the table."""

    hours = forms.DecimalField(
        label=_("Hours"),
        max_digits=6,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.25")), MaxValueValidator(Decimal(400))],
        widget=forms.NumberInput(attrs={"step": "0.25", "min": "0.25"}),
    )

    class Meta:
        model = Part
        fields = [
            "kind",
            "title",
            "title_en",
            "compulsory",
            "renewal",
            "confirmed_by",
            "signer_min_years",
            "second_signer",
        ]
        labels = {
            "title": _("Title in Swedish"),
            "title_en": _("Title in English"),
            "confirmed_by": _("Who confirms that it is done?"),
            "signer_min_years": _("Years in the profession that the supervisor must have"),
            "second_signer": _("A second person signs as well"),
        }
        help_texts = {
            "kind": _("One part for each course day: two days are two parts."),
            "confirmed_by": _("Course days and webinars are always confirmed by the organiser."),
            "renewal": _(
                "Whoever takes the course again while the earlier one is valid does only the parts marked here."
            ),
        }

    field_order = [
        "kind",
        "title",
        "title_en",
        "hours",
        "compulsory",
        "renewal",
        "confirmed_by",
        "signer_min_years",
        "second_signer",
    ]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        limit(self.fields["signer_min_years"], 0, 60)
        if self.instance.minutes:
            self.fields["hours"].initial = (Decimal(self.instance.minutes) / 60).quantize(Decimal("0.01")).normalize()

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if cleaned.get("kind", "") in Part.MEETING_KINDS:
            cleaned["confirmed_by"] = Part.ConfirmedBy.ORGANISER
        self.instance.minutes = self.minutes() if cleaned.get("hours") else self.instance.minutes or 0
        return cleaned

    def minutes(self) -> int:
        return int((self.cleaned_data["hours"] * 60).to_integral_value())

    def given(self) -> dict:
        """The deed's arguments."""
        return {**{k: v for k, v in self.cleaned_data.items() if k != "hours"}, "minutes": self.minutes()}


class TaskForm(forms.ModelForm):
    """A task of a part: what, why, how long."""

    url = forms.URLField(
        label=_("Link"),
        help_text=_("A web course, a film or a text to read."),
        max_length=200,
        required=False,
        assume_scheme="https",
    )

    class Meta:
        model = Task
        fields = ["text", "why", "minutes", "url", "goal"]

    def __init__(self, *args, version: CourseVersion, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goal"].queryset = version.goals.all()
        limit(self.fields["minutes"], 1, 400 * 60)


class GoalForm(forms.ModelForm):
    """What somebody knows or can do afterwards, on one of four levels."""

    class Meta:
        model = Goal
        fields = ["level", "text"]


class PrerequisiteForm(forms.Form):
    """What the course asks first: exactly one of a course, years or a role (R6)."""

    course = forms.ModelChoiceField(
        queryset=Course.objects.none(), label=_("A passed course"), required=False, to_field_name="public_id"
    )
    min_years = forms.IntegerField(label=_("Years in the profession"), required=False, min_value=1, max_value=40)
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        choices=[
            ("", "---------"),
            (Role.MANAGER.value, Role.MANAGER.label),
            (Role.SUPERVISOR.value, Role.SUPERVISOR.label),
        ],
    )
    hard = forms.BooleanField(
        label=_("Stops booking"),
        required=False,
        initial=True,
        help_text=_("Without the tick it is only a piece of advice."),
    )

    def __init__(self, *args, viewer: Viewer, course: Course, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["course"]
        choice.queryset = Course.objects.visible_to(viewer).exclude(pk=course.pk).with_version()
        choice.label_from_instance = course_title

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        named = [name for name in ("course", "min_years", "role") if cleaned.get(name)]
        if not self.errors and len(named) != 1:
            raise ValidationError(_("Choose one: a course, a number of years or a role."))
        return cleaned


def course_title(course: Course) -> str:
    """A course fetched with its versions in, the title that lists show out."""
    versions = list(course.versions.all())
    return f"{versions[0].shown_title} ({course.code})" if versions else course.code


class VenueForm(forms.ModelForm):
    class Meta:
        model = Venue
        fields = ["name", "address"]
        help_texts = {"name": _("As people know it: Folkets hus, stora salen"), "address": _("Street and town")}


class SubjectForm(forms.ModelForm):
    """A field of competence and how long it is valid (R29)."""

    class Meta:
        model = Subject
        fields = ["name", "code", "validity_months", "opens_days", "grace_weeks", "keeps_base", "evidence_max_months"]
        help_texts = {
            "code": _("Short and never changed: it joins courses of the same kind."),
            "validity_months": _("Empty: valid until further notice."),
            "evidence_max_months": _("How old prior learning may be. Empty: any age."),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, least, most in (
            ("validity_months", 1, 600),
            ("opens_days", 0, 3650),
            ("grace_weeks", 0, 520),
            ("evidence_max_months", 1, 600),
        ):
            limit(self.fields[name], least, most)
        # A new subject begins with the usual rules; the code stays as it is afterwards.
        for name in (
            ["code"] if self.instance.pk else ["opens_days", "grace_weeks", "keeps_base", "evidence_max_months"]
        ):
            del self.fields[name]
