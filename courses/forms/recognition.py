"""Prior learning: the application with its files, the decision, and what counts as what."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Course, Part, Recognition
from people.forms import day_field


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; each is read by courses/evidence.py, which refuses what may not be kept."""

    def __init__(self, **kwargs) -> None:
        super().__init__(widget=FilesInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}), **kwargs)

    def clean(self, data, initial=None) -> list:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            super().clean(None, initial)
        return [super(FilesField, self).clean(one, initial) for one in files]


def _files() -> FilesField:
    return FilesField(
        label=_("Evidence"),
        max_length=200,
        help_text=_(
            "PDF, JPEG or PNG, at most 5 files of 5 MB. Whoever decides opens the files: leave out what is not needed, "
            "such as personal identity numbers."
        ),
        error_messages={"required": _("Add at least one file that shows it.")},
    )


class ApplicationForm(forms.Form):
    """What was learnt, where and when, with what shows it."""

    achieved_on = day_field(_("When was it done?"))
    text = forms.CharField(
        label=_("What was it, and where?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    evidence = _files()


class SupplementForm(forms.Form):
    evidence = _files()


class DecisionForm(forms.Form):
    """The decision with its reason; the parts only when it is granted partly."""

    state = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (state.value, state.label) for state in Recognition.State if state not in (Recognition.State.SUBMITTED,)
        ],
    )
    parts = forms.ModelMultipleChoiceField(
        Part.objects.none(), label=_("Parts that count"), required=False, widget=forms.CheckboxSelectMultiple,
        to_field_name="key", help_text=_("Only when it is granted partly."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, recognition: Recognition, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        version = recognition.course.versions.published().first()
        self.fields["parts"].queryset = version.parts.order_by("order") if version else Part.objects.none()


class EquivalenceForm(forms.Form):
    """A passed course, and the one that it counts as."""

    course = forms.ModelChoiceField(Course.objects.none(), label=_("Whoever has passed"), to_field_name="slug")
    min_version = forms.IntegerField(label=_("In this version or a later one"), min_value=1, max_value=999, initial=1)
    counts_as = forms.ModelChoiceField(Course.objects.none(), label=_("Has also done"), to_field_name="slug")

    def __init__(self, *args, courses, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("course", "counts_as"):
            self.fields[name].queryset = courses
            self.fields[name].label_from_instance = lambda course: f"{course.title} ({course.code})"
