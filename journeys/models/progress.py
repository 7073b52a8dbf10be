from django.db import models
from django.db.models import F

from journeys.models.enrolment import Enrolment
from journeys.models.journey import Journey, Stage, Version
from people.models import Employment, Organisation, Person


class ProgressQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return viewer.rows_seen(self)

    def running(self):
        return self.filter(state__in=Enrolment.OPEN)

    def at_course(self, course, *columns):
        """Rows of (*columns, stop key): each station of these journeys that is the course, of the core or of the organisation's own."""
        core = self.filter(version__stops__course=course).values_list(*columns, "version__stops__key")
        local = self.filter(
            journey__layers__state="live",
            journey__layers__organisation=F("organisation"),
            journey__layers__stops__course=course,
        ).values_list(*columns, "journey__layers__stops__key")
        return core.order_by().union(local.order_by(), all=True)


class Progress(models.Model):
    """The stored read model of one enrolment. Written only by journeys/progress.py; holds dates, never "late"."""

    enrolment = models.OneToOneField(Enrolment, models.CASCADE, related_name="progress")
    person = models.ForeignKey(Person, models.PROTECT, related_name="progress")
    employment = models.ForeignKey(Employment, models.PROTECT, related_name="progress")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    journey = models.ForeignKey(Journey, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=Enrolment.State)
    stops_total = models.PositiveSmallIntegerField(default=0)
    stops_done = models.PositiveSmallIntegerField(default=0)
    next_due = models.DateField(null=True, blank=True)
    next_stop = models.CharField(max_length=40, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    undated = models.PositiveSmallIntegerField(default=0)  # stations whose day somebody has to set by hand
    paused_until = models.DateField(null=True, blank=True)
    # by stop key: {"due": iso date or "", "done": iso date or "", "until": iso date or "", "wait": what is missing, "via": how it was done};
    # of a local layer also "local" (its own station), "core_due" (the core's date of one with an own date) and "hidden"
    stops = models.JSONField(default=dict)
    # why the journey is not completed, as the rule says it: [key of the stage, keys of the stations, how many more of them]
    lacks = models.JSONField(default=list)
    # What the core alone says of the journey, where the organisation adds to it: {"due": iso date or "", "next": stop key}.
    core = models.JSONField(default=dict)
    rule = models.PositiveSmallIntegerField(default=1)
    computed_at = models.DateTimeField()

    objects = ProgressQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "state", "next_due"], name="progress_urgency"),
            models.Index(fields=["organisation", "expires_on"], name="progress_expiry"),
            models.Index(fields=["organisation", "undated"], name="progress_undated"),
            models.Index(fields=["version", "organisation", "stage"], name="progress_stage"),
            # What changed since the last count (journeys/rollup.py).
            models.Index(fields=["computed_at"], name="progress_computed"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.stops_done}/{self.stops_total}"


class Rollup(models.Model):
    """Counts per organisation, version and stage for region and nation; the worker's, shown with its time."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, models.CASCADE, related_name="rollups")
    stage = models.ForeignKey(Stage, models.CASCADE, null=True, blank=True, related_name="+")
    people = models.PositiveIntegerField(default=0)
    completed = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    paused = models.PositiveIntegerField(default=0)
    # by stop key: {"done": count, "late": count, "due": {"2026-12": count}}; of a single stage {"done": count} alone
    stops = models.JSONField(default=dict)
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "version", "stage"],
                condition=models.Q(stage__isnull=False),
                name="rollup_stage_once",
            ),
            models.UniqueConstraint(
                fields=["organisation", "version"], condition=models.Q(stage=None), name="rollup_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}:{self.version_id}"


class SharedNeed(models.Model):
    """What all members of a collaboration have done and have to do at the stations of its journey; the worker's, beside the roll-up.

    A page of a country would otherwise read the stations of each member, to say one sum for each.
    """

    journey = models.OneToOneField(Journey, models.CASCADE, related_name="shared_need")
    # by id of the version, as text, and stop key: {"2026-12": count}
    due = models.JSONField(default=dict)
    # by the same: {"done": count, "late": count}; nothing where the worker has not summed it yet
    stations = models.JSONField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.journey_id}"
