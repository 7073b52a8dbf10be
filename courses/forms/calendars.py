"""Forms of the calendar: the reminder, and the confirmation of a link."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.models import Person


class AlarmForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["alarm"]


class LinkForm(forms.Form):
    """Nothing to fill in, but for a protected person: a link says where somebody is to whoever gets hold of it."""

    understood = forms.BooleanField(
        label=_("I have read this and want a link anyway"),
        error_messages={"required": _("Tick the box if you want a link in spite of this.")},
    )

    def __init__(self, data: Any = None, *, withheld: bool) -> None:
        super().__init__(data)
        if not withheld:
            del self.fields["understood"]
