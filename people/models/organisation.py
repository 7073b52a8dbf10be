from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import gettext_lazy as _

from people.models.base import DatedQuerySet, Period, Public, choice_check
from people.names import search_key, sort_key
from people.theme import DEFAULT


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Platform administrators see all; everybody else the ones they act for and their collaborations' members."""
        return viewer.organisations_seen(self)

    def matching(self, text: str):
        return self.filter(search_key__contains=search_key(text)) if text else self


class OrganisationKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("Municipality")
    FEDERATION = "federation", _("Municipal federation")
    REGIONAL = "regional", _("Regional body")
    COMPANY = "company", _("Company")
    PROVIDER = "provider", _("Private provider")


class OrganisationApproval(models.TextChoices):
    ALWAYS = "always", _("Always")
    COST = "cost", _("Only when it costs or needs travel")
    NEVER = "never", _("Never")


class Organisation(Public):
    """A legal person: employer, controller, organiser, content owner. Never deleted."""

    Kind = OrganisationKind
    Approval = OrganisationApproval

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    short_name = models.CharField(_("short name"), max_length=80, help_text=_("As people say it: Tjörn"))
    official_name = models.CharField(
        _("official name"), max_length=120, help_text=_("As it stands on papers: Tjörns kommun")
    )
    brand_name = models.CharField(_("brand name"), max_length=120, blank=True)
    municipality_code = models.CharField(
        _("municipality code"),
        max_length=4,
        blank=True,
        validators=[RegexValidator(r"^\d{4}$", _("A municipality code has four digits, for example 0604."))],
    )
    county_code = models.CharField(_("county code"), max_length=2, blank=True)
    inhabitants = models.PositiveIntegerField(_("inhabitants"), null=True, blank=True)
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default=DEFAULT,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write the colour as #14594f."))],
    )
    approval = models.CharField(
        _("a manager approves bookings"), max_length=10, choices=Approval, default=Approval.ALWAYS
    )
    approval_days = models.PositiveSmallIntegerField(_("working days before the manager is reminded"), default=3)
    stretch_part_time = models.BooleanField(_("part-time stretches deadlines"), default=False)
    needs_kept_days = models.PositiveSmallIntegerField(_("days that diet and access wishes are kept"), default=14)
    sort_key = models.CharField(max_length=300, editable=False, db_index=True)
    search_key = models.CharField(max_length=600, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            choice_check("kind", OrganisationKind, "organisation_kind"),
            choice_check("approval", OrganisationApproval, "organisation_approval"),
            models.CheckConstraint(
                condition=Q(kind="municipality", municipality_code__regex=r"^[0-9]{4}$")
                | (~Q(kind="municipality") & Q(municipality_code="")),
                name="organisation_municipality_code",
            ),
            models.UniqueConstraint(
                fields=["municipality_code"], condition=~Q(municipality_code=""), name="organisation_code_once"
            ),
        ]

    def __str__(self) -> str:
        return self.brand_name or self.official_name

    def save(self, **kwargs) -> None:
        self.sort_key = sort_key(self.short_name)
        self.search_key = search_key(
            f"{self.short_name} {self.official_name} {self.brand_name} {self.municipality_code}"
        )
        super().save(**kwargs)


class CollaborationQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return viewer.collaborations_seen(self)


class Collaboration(Public):
    """Organisations that run programmes together, with one lead."""

    name = models.CharField(_("name"), max_length=120)
    lead = models.ForeignKey(Organisation, models.PROTECT, related_name="leads", verbose_name=_("lead"))

    objects = CollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Accession(Period):
    """An organisation's membership of a collaboration. Without an agreement the coordinator gets counts only."""

    collaboration = models.ForeignKey(Collaboration, models.PROTECT, related_name="accessions")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="accessions", verbose_name=_("organisation")
    )
    weight = models.PositiveIntegerField(_("weight (inhabitants counted for seats)"), default=1)
    agreement_ref = models.CharField(_("agreement"), max_length=120, blank=True)
    agreement_on = models.DateField(_("agreement signed on"), null=True, blank=True)

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(condition=Q(weight__gt=0), name="accession_weight"),
            models.UniqueConstraint(
                fields=["collaboration", "organisation"], condition=Q(ends_on=None), name="accession_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.collaboration}"


class UnitQuerySet(DatedQuerySet):
    def visible_to(self, viewer):
        """Units of the organisations and lines that the viewer acts for."""
        return viewer.units_seen(self)

    def under(self, unit_ids):
        """The units themselves and all below them."""
        return self.filter(pk__in=UnitLine.objects.below(unit_ids))

    def to_choose(self, chosen=None):
        """What a drop-down offers of these: all of them, or where there are more than MANY those that have others below.

        Then what lies below the `chosen` one (a public id) comes along, it itself, and what lies beside it.
        """
        parents = self.filter(parent__isnull=False).order_by().values("parent")
        has_below = Q(pk__in=parents)
        are_few = ~Exists(self.order_by().values("pk")[Unit.MANY :][:1])
        if chosen is None:
            return self.filter(Q(are_few) | has_below)
        above = Unit.objects.filter(children__public_id=chosen).order_by().values("pk")
        near = Q(public_id=chosen) | Q(parent__public_id=chosen) | Q(parent__in=above)
        return self.filter(Q(are_few) | has_below | near)


class UnitKind(models.TextChoices):
    ADMINISTRATION = "administration", _("Administration")
    AREA = "area", _("Area")
    UNIT = "unit", _("Unit")
    GROUP = "group", _("Group")


class Unit(Public, Period):
    """A node of the organisation's tree. Its parent never changes once in force: a reorganisation makes new units from a date."""

    Kind = UnitKind
    MANY = 100  # more than a drop-down is good for

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="units")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.UNIT)
    code = models.CharField(_("code"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=120)
    board_name = models.CharField(
        _("board"), max_length=120, blank=True, help_text=_("The board that is the controller, named on papers")
    )
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    sort_key = models.CharField(max_length=300, editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta(Period.Meta):
        ordering = ["sort_key"]
        constraints = [
            *Period.Meta.constraints,
            choice_check("kind", UnitKind, "unit_kind"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="unit_not_own_parent"),
            models.UniqueConstraint(
                fields=["organisation", "code"], condition=~Q(code="") & Q(ends_on=None), name="unit_code_once_open"
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="unit_of_organisation"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs) -> None:
        self.sort_key = sort_key(self.name)
        super().save(**kwargs)


class UnitLineQuerySet(models.QuerySet):
    def below(self, unit_ids):
        """Ids of these units and of all below them, each once however the lines cross, to filter rows by without reading units."""
        return self.filter(ancestor__in=unit_ids).order_by().values("unit")


class UnitLine(models.Model):
    """Every ancestor of every unit, itself at distance 0: one integer join asks for a line on both engines."""

    ancestor = models.ForeignKey(Unit, models.CASCADE, related_name="lines_down")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="lines_up")
    distance = models.PositiveSmallIntegerField()

    objects = UnitLineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ancestor", "unit"], name="unitline_pair")]

    def __str__(self) -> str:
        return f"{self.ancestor_id} > {self.unit_id}"
