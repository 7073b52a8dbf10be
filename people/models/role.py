from django.db import models
from django.db.models import F, Q

from people.models.base import DatedQuerySet, Period, Public
from people.models.organisation import Collaboration, Organisation, Unit
from people.models.person import Person
from people.roles import Role

UNIT_ROLES = [Role.MANAGER, Role.SUPERVISOR]
ORGANISATION_ROLES = [
    Role.HR,
    Role.MUNICIPALITY_ADMIN,
    Role.ORGANISER,
    Role.OWNER,
    Role.DATA_PROTECTION,
    Role.CUSTODIAN,
    Role.TRAINER,
]
STORED_ROLES = [*UNIT_ROLES, *ORGANISATION_ROLES, Role.COORDINATOR, Role.PLATFORM_ADMIN]


class RoleAssignmentQuerySet(DatedQuerySet):
    def visible_to(self, viewer):
        """Assignments within the organisations that the viewer administers."""
        return viewer.roles_seen(self)


class RoleAssignment(Public, Period):
    """A role of a person on one scope node, from a day and perhaps to a day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in STORED_ROLES])
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="roles")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="roles")
    collaboration = models.ForeignKey(Collaboration, models.PROTECT, null=True, blank=True, related_name="roles")
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(
                condition=Q(role__in=UNIT_ROLES, unit__isnull=False, organisation__isnull=False, collaboration=None)
                | Q(role__in=ORGANISATION_ROLES, organisation__isnull=False, collaboration=None)
                | Q(role=Role.COORDINATOR, collaboration__isnull=False, organisation=None, unit=None)
                | Q(role=Role.PLATFORM_ADMIN, organisation=None, unit=None, collaboration=None),
                name="role_scope",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "unit"], condition=Q(ends_on=None, unit__isnull=False), name="role_once_unit"
            ),
            models.UniqueConstraint(
                fields=["person", "role", "organisation"],
                condition=Q(ends_on=None, organisation__isnull=False, unit=None),
                name="role_once_organisation",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "collaboration"],
                condition=Q(ends_on=None, collaboration__isnull=False),
                name="role_once_collaboration",
            ),
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=Q(ends_on=None, organisation=None, unit=None, collaboration=None),
                name="role_once_platform",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.role}"


class Delegation(models.Model):
    """A deputy for a time: lends one assignment, ends with it, is not lent on (R3)."""

    assignment = models.ForeignKey(RoleAssignment, models.PROTECT, related_name="delegations")
    to = models.ForeignKey(Person, models.PROTECT, related_name="delegations")
    starts_on = models.DateField()
    ends_on = models.DateField()

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="delegation_period")]

    def __str__(self) -> str:
        return f"{self.assignment} > {self.to}"
