from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models.base import DatedQuerySet, Period, Public, choice_check
from people.models.organisation import Organisation, Unit
from people.models.person import Person


class EmploymentQuerySet(DatedQuerySet):
    def visible_to(self, viewer):
        return viewer.jobs_seen(self)


class EmploymentKind(models.TextChoices):
    PERMANENT = "permanent", _("Permanent")
    TEMPORARY = "temporary", _("Temporary")
    ELECTED = "elected", _("Elected representative")
    HIRED = "hired", _("Hired")


class Employment(Public, Period):
    """One person's work for one organisation. Stable while the placement changes; bookings and enrolments hang here."""

    Kind = EmploymentKind

    person = models.ForeignKey(Person, models.PROTECT, related_name="employments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="employments")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PERMANENT)
    number = models.CharField(_("employee number"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail at this work"), blank=True)

    objects = EmploymentQuerySet.as_manager()

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            choice_check("kind", EmploymentKind, "employment_kind"),
            models.UniqueConstraint(
                fields=["organisation", "number"], condition=~Q(number=""), name="employment_number_once"
            ),
            models.UniqueConstraint(fields=["id", "person", "organisation"], name="employment_whole"),
        ]
        indexes = [models.Index(fields=["person", "organisation"], name="employment_person")]

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation}"


class PlacementQuerySet(DatedQuerySet):
    def visible_to(self, viewer):
        return viewer.jobs_seen(self)


class Placement(Period):
    """Where somebody works within an employment: unit, manager, title and percent of a period. Now = the row of the day."""

    employment = models.ForeignKey(Employment, models.PROTECT, related_name="placements")
    person = models.ForeignKey(Person, models.PROTECT, related_name="placements")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="placements", verbose_name=_("unit"))
    manager = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="manages",
        db_index=False,
        verbose_name=_("nearest manager"),
    )
    title = models.CharField(_("title"), max_length=120, blank=True)
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2, default=100)

    objects = PlacementQuerySet.as_manager()

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="placement_percent"),
            models.CheckConstraint(
                condition=Q(manager=None) | ~Q(manager=F("person")), name="placement_not_own_manager"
            ),
            models.UniqueConstraint(fields=["employment", "starts_on"], name="placement_start_once"),
            models.UniqueConstraint(fields=["employment"], condition=Q(ends_on=None), name="placement_one_open"),
        ]
        indexes = [
            models.Index(fields=["person", "organisation"], name="placement_person"),
            models.Index(fields=["manager"], condition=Q(manager__isnull=False), name="placement_manager"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.unit}"


class LeaveKind(models.TextChoices):
    PARENTAL = "parental", _("Parental leave")
    OTHER = "other", _("Other leave")


class Leave(Period):
    """Time away from work. Never says that somebody is ill (R19)."""

    Kind = LeaveKind

    employment = models.ForeignKey(Employment, models.PROTECT, related_name="leaves")
    person = models.ForeignKey(Person, models.PROTECT, related_name="leaves")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OTHER)

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            choice_check("kind", LeaveKind, "leave_kind"),
            models.UniqueConstraint(fields=["employment", "starts_on"], name="leave_start_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on}"
