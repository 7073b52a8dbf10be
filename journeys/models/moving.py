from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journeys.models.enrolment import Enrolment
from journeys.models.journey import Stop, Version
from people.models import Organisation, Person
from people.models.base import Public, choice_check


class StopMapping(models.Model):
    """What a stop of the version before is in a new one, where the key does not say it: another stop, gone, or new.

    Written by hand for what differs from the default (the same key). Only between a version and the one before it; longer
    ways are put together from these.
    """

    new_version = models.ForeignKey(Version, models.CASCADE, related_name="mappings")
    old_stop = models.ForeignKey(Stop, models.CASCADE, null=True, blank=True, related_name="mapped_to")
    new_stop = models.ForeignKey(Stop, models.CASCADE, null=True, blank=True, related_name="mapped_from")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(old_stop__isnull=False) | Q(new_stop__isnull=False), name="stopmapping_says_something"
            ),
            models.UniqueConstraint(fields=["new_version", "old_stop"], name="stopmapping_old_once"),
            models.UniqueConstraint(fields=["new_version", "new_stop"], name="stopmapping_new_once"),
        ]

    def __str__(self) -> str:
        return f"{self.old_stop_id or 'new'} -> {self.new_stop_id or 'gone'}"


class MoveRuleKind(models.TextChoices):
    STAY = "stay", _("Stay on their version")
    OFFER = "offer", _("Are offered the new version")
    REQUIRE = "require", _("Are moved on a day")


class MoveRule(models.Model):
    """What happens to the people of an organisation (none: of all others) when a version is published (R38)."""

    Kind = MoveRuleKind

    version = models.ForeignKey(Version, models.CASCADE, related_name="rules")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=8, choices=MoveRuleKind)
    due_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            choice_check("kind", MoveRuleKind, "moverule_kind"),
            models.CheckConstraint(
                condition=Q(kind="require", due_on__isnull=False) | ~Q(kind="require") & Q(due_on=None),
                name="moverule_day_when_required",
            ),
            models.UniqueConstraint(
                fields=["version", "organisation"], condition=Q(organisation__isnull=False), name="moverule_once"
            ),
            models.UniqueConstraint(fields=["version"], condition=Q(organisation=None), name="moverule_one_for_all"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}:{self.organisation_id or 'all'} {self.kind}"


class VersionMoveQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Moves of those whom the viewer sees, and the own ones whatever the role."""
        rows = Enrolment.objects.order_by()
        seen = Enrolment.objects.visible_to(viewer).order_by().values("pk")
        return self.filter(Q(enrolment__in=seen) | Q(enrolment__in=viewer.own(rows).values("pk")))

    def open(self):
        return self.filter(state=VersionMove.State.OFFERED)


class VersionMoveState(models.TextChoices):
    OFFERED = "offered", _("Offered")
    MOVED = "moved", _("Moved")
    SETTLED = "settled", _("Moved and settled")
    STAYED = "stayed", _("Stayed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class VersionMove(Public):
    """One person's way to a new version: offered (with a day: required by then), then moved or stayed; taken back when undone.

    `before` is what the enrolment was, for undo: version, stage, carried, counted_from, and the ids of copied deadlines.
    """

    State = VersionMoveState

    MOVES = {
        State.OFFERED: {State.MOVED, State.STAYED, State.WITHDRAWN},
        State.MOVED: {State.SETTLED, State.WITHDRAWN},
        State.SETTLED: {State.WITHDRAWN},
        State.STAYED: {State.WITHDRAWN},
        State.WITHDRAWN: set(),
    }
    ON_NEW = (State.MOVED, State.SETTLED)

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="moves")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="moves")
    state = models.CharField(max_length=9, choices=VersionMoveState, default=VersionMoveState.OFFERED)
    due_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    moved_at = models.DateTimeField(null=True, blank=True)
    moved_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    before = models.JSONField(default=dict)

    objects = VersionMoveQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("state", VersionMoveState, "versionmove_state"),
            models.UniqueConstraint(
                fields=["enrolment", "version"], condition=~Q(state="withdrawn"), name="versionmove_once"
            ),
            models.UniqueConstraint(fields=["enrolment"], condition=Q(state="offered"), name="versionmove_one_open"),
            models.CheckConstraint(
                condition=~Q(state__in=["moved", "settled"]) | Q(moved_at__isnull=False), name="versionmove_moved_whole"
            ),
            models.CheckConstraint(
                condition=~Q(state="stayed") | Q(due_on=None, answered_at__isnull=False),
                name="versionmove_stays_freely",
            ),
        ]
        indexes = [models.Index(fields=["version", "state"], name="versionmove_of_version")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} -> {self.version_id} {self.state}"
