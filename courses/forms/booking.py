"""Forms of booking: one decision a screen."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Occasion
from people.models import Employment


class BookingForm(forms.Form):
    """Book a seat or join the queue. Asks only what the occasion and the person make necessary."""

    employment = forms.ModelChoiceField(
        queryset=Employment.objects.none(),
        to_field_name="public_id",
        label=_("For which employer?"),
        widget=forms.RadioSelect,
        empty_label=None,
    )
    when_free = forms.ChoiceField(
        label=_("When a seat becomes free"),
        choices=[
            ("take", _("Give it to me at once")),
            ("ask", _("Ask me first – I answer before the seat goes to the next in the queue")),
        ],
        widget=forms.RadioSelect,
        initial="take",
    )
    needs = forms.MultipleChoiceField(
        label=_("Diet and access"),
        help_text=_("Only the organiser sees this, and it is erased after the course."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    via_contact = forms.BooleanField(label=_("I would rather tell the organiser directly"), required=False)

    def __init__(self, *args, occasion: Occasion, employments, full: bool, need_choices, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["employment"]
        chosen.queryset = employments
        chosen.label_from_instance = lambda employment: str(employment.organisation)
        self.only = next(iter(employments)) if len(employments) == 1 else None
        if self.only:
            del self.fields["employment"]
        if not full:
            del self.fields["when_free"]
        self.fields["needs"].choices = need_choices
        if not occasion.asks_needs:
            del self.fields["needs"], self.fields["via_contact"]

    def takes_at_once(self) -> bool:
        return self.cleaned_data.get("when_free", "take") == "take"

    def employer(self) -> Employment:
        return self.only or self.cleaned_data["employment"]


class CancelForm(forms.Form):
    """Why a seat is given back: only asked of somebody who cancels for another, or cancels late."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        required=False,
        help_text=_("Do not write about illness."),
        widget=forms.TextInput,
    )


class RefusalForm(forms.Form):
    """A refusal says why."""

    reason = forms.CharField(
        label=_("Why not?"),
        max_length=400,
        help_text=_("The person reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why, so that the person knows what to do next.")},
    )


class CodeForm(forms.Form):
    """The code on the organiser's screen."""

    kod = forms.CharField(
        label=_("Code on the screen"),
        max_length=12,
        help_text=_("Six digits, new every 30 seconds."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "code"}),
    )
