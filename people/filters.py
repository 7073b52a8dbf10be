"""What the lists of staff can be narrowed to; a faulty choice narrows nothing."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.access import Viewer
from people.ids import as_uuid
from people.models import Person, Unit
from people.models.person import PersonQuerySet


class StaffFilterForm(forms.Form):
    """What the list of staff shows."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)
    unit = forms.ModelChoiceField(
        queryset=Unit.objects.none(),
        label=_("Unit"),
        required=False,
        to_field_name="public_id",
        empty_label=_("All units"),
    )
    account = forms.ChoiceField(label=_("Account"), required=False, choices=[("", _("All")), *Person.Account.choices])
    all_optional = True

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(viewer).on(viewer.on)
        self.fields["unit"].queryset = units.to_choose(as_uuid(self.data.get("unit") or ""))

    @property
    def narrows(self) -> bool:
        """Whether anything was chosen."""
        return self.is_valid() and any(self.cleaned_data.values())

    def chosen(self, people: PersonQuerySet, viewer: Viewer) -> PersonQuerySet:
        """The visible people, narrowed by what was chosen; a faulty choice narrows nothing."""
        if not self.is_valid():
            return people
        given = self.cleaned_data
        people = people.matching(given["q"])
        if given["unit"]:
            here = Q(placements__ends_on=None) | Q(placements__ends_on__gte=viewer.on)
            below = Unit.objects.under([given["unit"].pk]).values("pk")
            people = people.filter(here, placements__unit__in=below, placements__starts_on__lte=viewer.on).distinct()
        if given["account"]:
            people = people.filter(account=given["account"])
        return people


class InvitationFilterForm(StaffFilterForm):
    """Whom the page of invitations shows."""

    account = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[
            ("", _("Everybody who has never signed in")),
            (Person.Account.NONE, _("Not invited yet")),
            (Person.Account.INVITED, _("Invited, never signed in")),
        ],
    )
    who = forms.ChoiceField(
        label=_("Who"), required=False, choices=[("", _("Everybody")), ("managers", _("Managers only"))]
    )

    def chosen(self, people: PersonQuerySet, viewer: Viewer) -> PersonQuerySet:
        people = super().chosen(people, viewer)
        only_managers = self.is_valid() and self.cleaned_data["who"] == "managers"
        return (
            people.filter(pk__in=Person.objects.managers_for(viewer).order_by().values("pk"))
            if only_managers
            else people
        )
