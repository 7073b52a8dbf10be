"""Forms of the path: deadlines, pauses, stages and enrolment. They check what was typed; deeds write."""

from django import forms
from django.utils.translation import gettext_lazy as _

from journeys.models import Enrolment, Journey, Stage
from people.forms import day_field


def _reason() -> forms.CharField:
    return forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class DeadlineForm(forms.Form):
    """Another date for one station, with its reason."""

    due_on = day_field(_("New date"))
    reason = _reason()


class PauseForm(forms.Form):
    """From a day, until a day or until further notice."""

    starts_on = day_field(_("From"))
    ends_on = day_field(_("Until and including"), required=False)

    def clean(self) -> dict:
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The pause cannot end before it begins."))
        return data


class ResumeForm(forms.Form):
    on = day_field(_("The deadlines run again from"))


class StageForm(forms.Form):
    """Another stage, with its reason (R22)."""

    stage = forms.ModelChoiceField(Stage.objects.none(), label=_("Stage"), empty_label=None)
    reason = _reason()

    def __init__(self, *args, enrolment: Enrolment, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = Stage.objects.filter(version=enrolment.version_id).order_by("order")


class ProfessionForm(forms.Form):
    """The day from which the years in the profession are counted, with its reason (R22)."""

    started_on = day_field(_("Started in the profession"))
    reason = _reason()


class EndForm(forms.Form):
    """Why an enrolment ends."""

    end_kind = forms.ChoiceField(label=_("Why"), choices=Enrolment.EndKind.choices)


class EnrolmentForm(forms.Form):
    """A programme and a first day for the people who were chosen beside it."""

    journey = forms.ModelChoiceField(
        Journey.objects.none(), label=_("Programme"), to_field_name="slug", empty_label=None
    )
    starts_on = day_field(_("First day on the journey"))

    def __init__(self, *args, journeys, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["journey"].queryset = journeys
