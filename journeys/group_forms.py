"""The form of a target group: what a rule asks for. It checks what was typed; the deed writes."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from journeys.models import Journey, Stage, TargetGroup
from journeys.rules import Rule
from people.models import Employment, Organisation, Unit
from people.roles import Role

# Roles that say what somebody works with. Who looks after protected people is in no rule.
ROLES = (Role.MANAGER, Role.SUPERVISOR, Role.TRAINER, Role.ORGANISER, Role.HR, Role.MUNICIPALITY_ADMIN)
TITLES_MOST = 60


def _number(label, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, validators=[MinValueValidator(0), MaxValueValidator(most)])


class GroupForm(forms.Form):
    """A rule. What is left empty asks for nothing; an empty rule is everybody who is employed."""

    journey = forms.ModelChoiceField(
        Journey.objects.none(), label=_("Programme"), to_field_name="slug", empty_label=None
    )
    name = forms.CharField(label=_("Name of the rule"), max_length=120)
    titles = forms.CharField(
        label=_("Titles"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line, as they are written in your staff list. Capitals do not matter."),
    )
    role = forms.ChoiceField(label=_("Role in Leden"), required=False)
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=_("Units, with all below them"),
        required=False,
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )
    stage = forms.ChoiceField(label=_("Stage that the years in the profession choose"), required=False)
    min_years = _number(_("Whole years in the profession, at least"), 60)
    max_years = _number(_("Whole years in the profession, at most"), 60)
    kinds = forms.MultipleChoiceField(
        label=_("Kind of employment"),
        required=False,
        choices=Employment.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    min_percent = _number(_("Percent of full time, at least"), 100)
    max_percent = _number(_("Percent of full time, at most"), 100)

    def __init__(self, *args, organisation: Organisation, group: TargetGroup | None = None, on, **kwargs) -> None:
        super().__init__(*args, initial=_as_typed(group) if group else None, **kwargs)
        runs = Journey.objects.filter(
            pk__in=organisation.adoptions.on(on).values("journey"), versions__state="published"
        )
        self.fields["journey"].queryset = journeys = runs.distinct().order_by("name")
        self.group = group
        if group:
            del self.fields["journey"]
            journeys = Journey.objects.filter(pk=group.journey_id)
        self.fields["role"].choices = [("", _("Any")), *((role.value, role.label) for role in ROLES)]
        own = Unit.objects.filter(organisation=organisation)
        chosen = group.rule.get("units", []) if group else []
        self.fields["units"].queryset = (own.on(on) | own.filter(pk__in=chosen)).order_by("sort_key")
        stages = Stage.objects.filter(version__journey__in=journeys, version__state="published", role="")
        self._stages = list(stages.select_related("version__journey").order_by("version__journey__name", "order"))
        self.fields["stage"].choices = [("", _("Any")), *self._stage_choices()]

    def _stage_choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for stage in self._stages:
            journey = stage.version.journey
            found.setdefault(journey.shown_name, []).append((f"{journey.slug}:{stage.key}", str(stage)))
        return list(found.items())

    def clean_titles(self) -> tuple[str, ...]:
        titles = tuple(dict.fromkeys(line.strip() for line in self.cleaned_data["titles"].splitlines() if line.strip()))
        if len(titles) > TITLES_MOST or any(len(title) > 120 for title in titles):
            raise forms.ValidationError(_("At most 60 titles of at most 120 letters each."))
        return titles

    def clean(self) -> dict:
        given = super().clean() or self.cleaned_data
        for least, most in (("min_years", "max_years"), ("min_percent", "max_percent")):
            low, high = given.get(least), given.get(most)
            if low is not None and high is not None and high < low:
                self.add_error(most, _("The highest cannot be lower than the lowest."))
        journey = self.group.journey if self.group else given.get("journey")
        slug, _colon, given["stage_key"] = (given.get("stage") or "").rpartition(":")
        if slug and journey and slug != journey.slug:
            self.add_error("stage", _("That stage belongs to another programme."))
        return given

    def rule(self) -> Rule:
        """What was typed as a rule."""
        given = self.cleaned_data
        return Rule(
            role=given["role"],
            titles=given["titles"],
            units=tuple(sorted(unit.pk for unit in given["units"])),
            stage=given["stage_key"],
            kinds=tuple(given["kinds"]),
            **{key: given[key] for key in ("min_years", "max_years", "min_percent", "max_percent")},
        )


def _as_typed(group: TargetGroup) -> dict:
    """A stored rule as the fields show it."""
    rule = group.rule
    units = Unit.objects.filter(pk__in=rule["units"]).values_list("public_id", flat=True)
    stage = f"{group.journey.slug}:{rule['stage']}" if rule["stage"] else ""
    return {**rule, "name": group.name, "titles": "\n".join(rule["titles"]), "units": list(units), "stage": stage}
