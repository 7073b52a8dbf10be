"""Forms of the organiser about seats: quotas, a seat out of order; and of whoever changes a seat."""

from collections.abc import Iterable
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.forms.occasions import moment_field
from courses.models import Occasion, Quota
from courses.quotas import sum_sentence
from people.models import Employment, Organisation
from people.names import search_key

MOST = 999


class QuotaForm(forms.Form):
    """Seats by organisation, and the day when unused ones become everybody's."""

    until = moment_field(_("Release the unused seats"))
    guest = forms.CharField(
        label=_("Another organisation"),
        help_text=_("Name or municipality code. It may then see and book the session."),
        max_length=80,
        required=False,
    )
    guest_seats = forms.IntegerField(label=_("Its seats"), min_value=1, max_value=MOST, required=False)

    def __init__(self, *args, seats: int, organisations: Iterable[Organisation], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.seats, self.organisations = seats, {organisation.pk: organisation for organisation in organisations}
        for pk, organisation in self.organisations.items():
            number = forms.IntegerField(
                label=organisation.short_name,
                min_value=0,
                max_value=MOST,
                required=False,
                widget=forms.NumberInput(attrs={"data-sum": "quotas", "inputmode": "numeric"}),
            )
            self.fields[f"q{pk}"] = number
        self.fields["guest_seats"].widget.attrs["data-sum"] = "quotas"

    def rows(self) -> list[tuple[Organisation, forms.BoundField]]:
        return [(organisation, self[f"q{pk}"]) for pk, organisation in self.organisations.items()]

    def clean_guest(self) -> Organisation | None:
        """An organisation by its name or code. Names of organisations are no secret; who works there is."""
        text = self.cleaned_data["guest"].strip()
        if not text:
            return None
        found = [
            one
            for one in Organisation.objects.matching(text)
            if search_key(text) in (search_key(one.short_name), search_key(one.official_name), one.municipality_code)
        ]
        if len(found) != 1:
            raise forms.ValidationError(_("No organisation has that name. Write it as it is written elsewhere."))
        return found[0]

    def clean(self) -> dict:
        super().clean()
        data = self.cleaned_data
        if data.get("guest") and not data.get("guest_seats"):
            self.add_error("guest_seats", _("Say how many seats it gets."))
        if data.get("guest_seats") and not data.get("guest") and "guest" not in self.errors:
            self.add_error("guest", _("Say which organisation gets them."))
        if sentence := sum_sentence(self.seats, self.quotas().values()):
            self.add_error(None, sentence)
        return data

    def quotas(self) -> dict[int, int]:
        """Seats by the id of the organisation, as typed."""
        data = self.cleaned_data
        seats = {pk: data.get(f"q{pk}") or 0 for pk in self.organisations}
        if data.get("guest") and data.get("guest_seats"):
            seats[data["guest"].pk] = data["guest_seats"]
        return seats


class GiveForm(forms.Form):
    """A seat before somebody's turn: why, and whose unused seat it is."""

    source = forms.ModelChoiceField(
        queryset=Quota.objects.none(), label=_("The seat is taken from"), widget=forms.RadioSelect, empty_label=None
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        help_text=_("It stands among the decisions of the queue. Do not write about illness."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why this person goes before the others.")},
    )

    def __init__(self, *args, sources: list[Quota], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        field.queryset = Quota.objects.filter(pk__in=[row.pk for row in sources]).select_related("organisation")
        field.label_from_instance = lambda row: _("The quota of %(name)s") % {"name": row.organisation.short_name}
        if not sources:
            del self.fields["source"]


class SwapByEmailForm(forms.Form):
    """A colleague whom the person knows: no list of names, no hint of who works here (T3)."""

    email = forms.EmailField(
        label=_("Your colleague’s e-mail at work"),
        help_text=_("Ask first. Your colleague gets the seat at once, and a message."),
    )


class SwapPickForm(forms.Form):
    """A colleague out of the people whom a manager may book for."""

    colleague = forms.ModelChoiceField(
        queryset=Employment.objects.none(),
        to_field_name="public_id",
        label=_("Who takes the seat?"),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, *args, employments, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colleague"].queryset = employments
        self.fields["colleague"].label_from_instance = lambda employment: employment.person.name


class ShiftForm(forms.Form):
    """Another date of the same course."""

    to = forms.ChoiceField(label=_("Which date instead?"), widget=forms.RadioSelect)

    def __init__(self, *args, occasions: list[Occasion], labels: list[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.occasions = {str(one.public_id): one for one in occasions}
        self.fields["to"].choices = list(zip(self.occasions, labels, strict=True))

    def chosen(self) -> Occasion:
        return self.occasions[str(UUID(self.cleaned_data["to"]))]
