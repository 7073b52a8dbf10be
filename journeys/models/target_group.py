from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journeys.models.enrolment import Enrolment
from journeys.models.journey import Journey
from people.models import Organisation, Person
from people.models.base import Public
from people.roles import Permission


class TargetGroupQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Rules of the organisations that the viewer keeps them for."""
        return self.filter(organisation__in=viewer.acts_for if Permission.KEEP_TARGET_GROUPS in viewer.may else [])

    def live(self):
        """Groups whose rule is in force."""
        return self.filter(ended_at=None)


class TargetGroup(Public):
    """A rule that puts an organisation's own staff on a journey (R1). `rule` is journeys/rules.py: Rule as stored."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    journey = models.ForeignKey(Journey, models.PROTECT, related_name="target_groups")
    name = models.CharField(_("name"), max_length=120)
    rule = models.JSONField(default=dict)
    live_at = models.DateTimeField()
    live_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    # The last day on which everybody was held against the rule; empty while people are still being enrolled.
    checked_on = models.DateField(null=True, blank=True)

    objects = TargetGroupQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="targetgroup_named"),
            models.UniqueConstraint(fields=["id", "organisation"], name="targetgroup_of_organisation"),
        ]
        indexes = [models.Index(fields=["organisation", "journey"], name="targetgroup_journey")]

    def __str__(self) -> str:
        return self.name


class GroupMemberQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return viewer.jobs_seen(self)

    def standing(self):
        """Those whom a rule put on the journey and nobody took off again by undoing it."""
        return self.filter(undone_at=None)


class GroupMember(models.Model):
    """Whom a rule put on a journey. `left_on`: since when the rule no longer asks for them; the enrolment goes on regardless."""

    group = models.ForeignKey(TargetGroup, models.PROTECT, related_name="members")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="asked_by")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    left_on = models.DateField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = GroupMemberQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "enrolment"], name="groupmember_once")]

    def __str__(self) -> str:
        return f"{self.group_id}:{self.enrolment_id}"
