"""Forms for seats without names: of the organiser, for an organisation; of a manager or HR, for a unit or the whole."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.forms.limits import MomentField, limit
from courses.holds import MOST_SEATS
from courses.scheduling import MOST_SEATS as MOST_OF_A_SESSION
from people.models import Organisation, Unit


class HoldForm(forms.Form):
    """How many seats, for whom, until when."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label=_("For whom"), to_field_name="public_id"
    )
    unit = forms.ModelChoiceField(queryset=Unit.objects.none(), label=_("For which unit"), to_field_name="public_id")
    seats = forms.IntegerField(label=_("Seats"), initial=2)
    until = MomentField(
        label=_("Keep them until"), help_text=_("Then the seats that have no name go to the queue by themselves.")
    )

    def __init__(self, *args, organisations=None, units=None, whole: bool = False, last: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.limited = organisations is None
        if organisations is None:
            del self.fields["organisation"]
            self.fields["unit"].queryset = units
            self.fields["unit"].required = not whole
            self.fields["unit"].empty_label = _("All units") if whole else None
            self.fields["unit"].label_from_instance = lambda unit: unit.name
        else:
            del self.fields["unit"]
            self.fields["organisation"].queryset = organisations
            self.fields["organisation"].label_from_instance = lambda organisation: organisation.short_name
        limit(self.fields["seats"], 1, MOST_SEATS if self.limited else MOST_OF_A_SESSION)
        self.initial.setdefault("until", last)
