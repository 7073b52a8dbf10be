"""Forms of people: short, prefilled, choices only of what the viewer may see."""

import re
from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.access import Viewer
from people.employment import KEEP
from people.models import (
    Collaboration,
    Employment,
    Leave,
    Organisation,
    Person,
    Placement,
    Protection,
    RoleAssignment,
    Unit,
)
from people.models.role import ORGANISATION_ROLES, UNIT_ROLES
from people.roles import Role
from people.theme import DEFAULT, palette


class ColourInput(forms.TextInput):
    """The browser's own colour field, and beside it how pages look with that colour, light and dark."""

    input_type = "color"
    template_name = "people/_colour_field.html"

    def get_context(self, name, value, attrs) -> dict:
        context = super().get_context(name, value, attrs)
        return {**context, "palettes": palettes(value)}


def palettes(colour: str | None) -> list[dict[str, object]]:
    """A colour as typed in, the steps of its light and its dark palette out; one that is none shows the usual colour."""
    shown = palette(colour.lower() if colour and COLOUR.fullmatch(colour) else DEFAULT)
    names = (("light", _("Light")), ("dark", _("Dark")))
    return [
        {"label": label, **{step.replace("-", "_"): tone for step, tone in shown[name].items()}}
        for name, label in names
    ]


class DayInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, **kwargs) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def day_field(label, *, required: bool = True, **kwargs) -> forms.DateField:
    """A date, written ÅÅÅÅ-MM-DD or chosen. Years outside 1940 to 2100 are slips of the finger."""
    sensible = [
        MinValueValidator(date(1940, 1, 1), _("Check the year: that day is too long ago.")),
        MaxValueValidator(date(2100, 12, 31), _("Check the year: that day is too far ahead.")),
    ]
    return forms.DateField(label=label, required=required, widget=DayInput(), validators=sensible, **kwargs)


def today():
    return timezone.localdate()


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = [
            "kind",
            "short_name",
            "official_name",
            "brand_name",
            "municipality_code",
            "county_code",
            "inhabitants",
            "colour",
        ]
        widgets = {"colour": ColourInput()}
        help_texts = {
            "brand_name": _("How the organisation wants to be called, where that is not the official name."),
            "municipality_code": _("A municipality needs it: four digits, like 1419. Others have none."),
            "county_code": _("Two digits: 14"),
            "inhabitants": _("Suggested as the share when seats are divided."),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["municipality_code"].needed_by_some = True  # so that nobody calls it optional

    def clean(self) -> dict:
        given = super().clean() or self.cleaned_data
        is_municipality = given.get("kind") == Organisation.Kind.MUNICIPALITY
        if is_municipality and not given.get("municipality_code"):
            self.add_error("municipality_code", _("A municipality needs its code of four digits."))
        if not is_municipality and given.get("municipality_code"):
            self.add_error("municipality_code", _("Only municipalities have a code. Leave it empty."))
        return given


class OrganisationSettingsForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["brand_name", "colour", "approval", "approval_days", "stretch_part_time", "needs_kept_days"]
        widgets = {"colour": ColourInput()}
        help_texts = {
            "stretch_part_time": _(
                "Who works half-time gets twice as long, counted for the days of part-time. All deadlines are counted anew "
                "within ten minutes; dates set by hand stay."
            )
        }


class AdministratorForm(forms.Form):
    """The first administrator of an organisation: invited by mail."""

    given_name = forms.CharField(label=_("Given name"), max_length=100)
    family_name = forms.CharField(label=_("Family name"), max_length=100, required=False)
    email = forms.EmailField(label=_("E-mail"))


class PlatformAdminForm(AdministratorForm):
    """One more administrator of the platform, and where they work."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Works at"),
        to_field_name="public_id",
        help_text=_("Whoever works there with that address already gets the role and keeps the own name."),
    )
    field_order = ("email", "organisation")

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.visible_to(viewer)


class CollaborationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    lead = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Lead"),
        to_field_name="public_id",
        help_text=_("The organisation that runs the collaboration; it issues stage certificates."),
    )

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = Organisation.objects.visible_to(viewer)


class AccessionForm(forms.Form):
    """An organisation joins from a day."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label=_("Organisation"), to_field_name="public_id"
    )
    starts_on = day_field(_("From"), initial=today)
    weight = forms.IntegerField(
        label=_("Inhabitants counted for seats"),
        min_value=1,
        max_value=10_000_000,
        required=False,
        help_text=_(
            "Decides the share when seats are divided. Empty: the inhabitants of the organisation, or one share."
        ),
    )
    agreement_ref = forms.CharField(label=_("Agreement"), max_length=120, required=False)

    def __init__(self, *args, viewer: Viewer, collaboration: Collaboration, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        joined = collaboration.accessions.filter(ends_on=None).values("organisation")
        self.fields["organisation"].queryset = Organisation.objects.visible_to(viewer).exclude(pk__in=joined)


class CoordinatorForm(forms.Form):
    """Who coordinates: found by the whole address only, so that nobody can look for people (T3)."""

    email = forms.EmailField(label=_("E-mail of the coordinator"), help_text=_("The whole address, as they sign in."))
    starts_on = day_field(_("From"), initial=today)


class LastDayForm(forms.Form):
    ends_on = day_field(_("Last day"), initial=today)


class UnitForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Unit.Kind.choices, initial=Unit.Kind.UNIT)
    parent = forms.ModelChoiceField(
        queryset=Unit.objects.none(), label=_("Belongs to"), required=False, to_field_name="public_id",
        empty_label=_("Nothing: it stands at the top"),
    )  # fmt: skip
    board_name = forms.CharField(label=_("Board"), max_length=120, required=False)
    starts_on = day_field(_("From"), initial=today)

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(viewer).on(viewer.on)
        self.fields["parent"].queryset = units
        tops = list(units.filter(parent=None)[:2])
        if len(tops) == 1:  # the usual case: everything lies below the one administration
            self.fields["parent"].initial = tops[0].public_id


class UnitNameForm(forms.ModelForm):
    class Meta:
        model = Unit
        fields = ["name", "board_name"]


def percent_field() -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Percent of full time"), initial=100, decimal_places=2, max_digits=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )  # fmt: skip


class PlacementForm(forms.Form):
    """Where somebody works from a day."""

    unit = forms.ModelChoiceField(queryset=Unit.objects.none(), label=_("Unit"), to_field_name="public_id")
    manager = forms.ModelChoiceField(
        queryset=Person.objects.none(), label=_("Nearest manager"), required=False, to_field_name="public_id",
        empty_label=_("The unit's manager"),
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    percent = percent_field()
    starts_on = day_field(_("From"), initial=today)

    def __init__(self, *args, viewer: Viewer, person: Person | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(viewer).on(viewer.on)
        managers = Person.objects.managers_for(viewer)
        self.fields["manager"].queryset = managers.exclude(pk=person.pk) if person else managers


class MoveForm(PlacementForm):
    """Where somebody works from now on. A manager whom the viewer may not see stays unless another one is chosen."""

    def __init__(self, *args, viewer: Viewer, now: Placement | None, person: Person, **kwargs) -> None:
        initial = {}
        if now:
            initial = {"title": now.title, "percent": now.percent, "unit": now.unit.public_id}
            initial["manager"] = now.manager.public_id if now.manager else None
        super().__init__(*args, viewer=viewer, person=person, initial=initial, **kwargs)
        choices = self.fields["manager"].queryset
        self.is_withheld = bool(now and now.manager and not choices.filter(pk=now.manager_id).exists())
        if self.is_withheld:
            self.fields["manager"].empty_label = _("The same as now")

    def clean(self) -> dict:
        given = super().clean() or self.cleaned_data
        if self.is_withheld and not given.get("manager") and "manager" not in self.errors:
            given["manager"] = KEEP
        return given


class PersonForm(PlacementForm):
    """A new employee: who, where and from when, in one short form."""

    given_name = forms.CharField(label=_("Given name"), max_length=100)
    family_name = forms.CharField(label=_("Family name"), max_length=100, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    invite = forms.BooleanField(label=_("Invite by e-mail at once"), required=False, initial=True)
    kind = forms.ChoiceField(label=_("Employment"), choices=Employment.Kind.choices)
    number = forms.CharField(label=_("Employee number"), max_length=40, required=False)
    profession_started_on = day_field(
        _("Started in the profession"),
        required=False,
        help_text=_("Decides the stage. Empty: the same day as the employment."),
    )
    field_order = [
        "given_name", "family_name", "email", "invite", "unit", "manager", "title", "kind", "percent", "number", "starts_on",
        "profession_started_on",
    ]  # fmt: skip

    def clean(self) -> dict:
        given = super().clean() or self.cleaned_data
        if given.get("invite") and not given.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write an address, or leave out the invitation."))
        number = given.get("number")
        unit = given.get("unit")
        if number and unit and unit.organisation.employments.filter(number=number).exists():
            self.add_error("number", _("That employee number is in use. Check it, or leave it empty."))
        return given


class EmploymentForm(PlacementForm):
    """Somebody who works elsewhere too: they give the code that stands in their own settings."""

    code = forms.UUIDField(
        label=_("The person’s code"),
        help_text=_("Stands under My account of the person, at the other employer."),
        error_messages={"invalid": _("Copy the whole code, lines included.")},
    )
    kind = forms.ChoiceField(label=_("Employment"), choices=Employment.Kind.choices)
    number = forms.CharField(label=_("Employee number"), max_length=40, required=False)
    field_order = ["code", "unit", "manager", "title", "kind", "percent", "number", "starts_on"]


class PersonFactsForm(forms.ModelForm):
    """Names and the day in the profession."""

    profession_started_on = day_field(_("Started in the profession"), required=False)

    class Meta:
        model = Person
        fields = ["given_name", "family_name", "name"]


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"))


class LeaveForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Leave.Kind.choices)
    starts_on = day_field(_("First day"), initial=today)
    ends_on = day_field(_("Last day"), required=False, help_text=_("Empty: until further notice."))


class RoleForm(forms.Form):
    """A role for somebody of the own organisation."""

    person = forms.ModelChoiceField(queryset=Person.objects.none(), label=_("Person"), to_field_name="public_id")
    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.value, role.label) for role in (*UNIT_ROLES, *ORGANISATION_ROLES)]
    )
    unit = forms.ModelChoiceField(
        queryset=Unit.objects.none(), label=_("Unit"), required=False, to_field_name="public_id",
        empty_label=_("The whole organisation"), help_text=_("Only for managers and supervisors. Other roles hold for the whole organisation."),
    )  # fmt: skip
    starts_on = day_field(_("From"), initial=today)
    ends_on = day_field(_("Last day"), required=False, help_text=_("Empty: until further notice."))

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.visible_to(viewer)
        self.fields["unit"].queryset = Unit.objects.visible_to(viewer).on(viewer.on)

    def clean(self) -> dict:
        given = super().clean() or self.cleaned_data
        needs_unit = given.get("role") in UNIT_ROLES
        if needs_unit and not given.get("unit") and "unit" not in self.errors:
            self.add_error("unit", _("Choose the unit that the role is for."))
        if not needs_unit:
            given["unit"] = None
        return given


class DeputyForm(forms.Form):
    """Who stands in, and when."""

    assignment = forms.ModelChoiceField(
        queryset=RoleAssignment.objects.none(), label=_("For"), to_field_name="public_id", empty_label=None
    )
    to = forms.ModelChoiceField(queryset=Person.objects.none(), label=_("Deputy"), to_field_name="public_id")
    starts_on = day_field(_("First day"), initial=today)
    ends_on = day_field(_("Last day"))

    def __init__(self, *args, viewer: Viewer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        own = RoleAssignment.objects.on(viewer.on).filter(person=viewer.person, role=Role.MANAGER)
        self.fields["assignment"].queryset = own.select_related("unit")
        self.fields["assignment"].label_from_instance = lambda row: row.unit.name
        self.fields["to"].queryset = Person.objects.visible_to(viewer)


class ProtectionForm(forms.Form):
    """Protecting an identity: found by employee number, since lists do not show everybody."""

    number = forms.CharField(label=_("Employee number"), max_length=40)
    kind = forms.ChoiceField(label=_("Kind"), choices=Protection.Kind.choices)
    contact = forms.CharField(label=_("Contact instead of the person"), max_length=200, required=False)


class ProtectionFactsForm(forms.ModelForm):
    """Why somebody is protected, and whom others turn to instead."""

    class Meta:
        model = Protection
        fields = ["kind", "contact"]
        labels = {"kind": _("Kind"), "contact": _("Contact instead of the person")}


class OwnSettingsForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["language"]
