from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journeys.models.journey import Journey, Stage, Version
from people.models import Employment, Leave, Organisation, Person
from people.models.base import Period, Public, choice_check


class EnrolmentQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return viewer.rows_seen(self)

    def open(self):
        return self.filter(state__in=Enrolment.OPEN)


class EnrolmentState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    COMPLETED = "completed", _("Completed")
    ENDED = "ended", _("Ended")


class EnrolmentSource(models.TextChoices):
    MANAGER = "manager", _("Manager")
    HR = "hr", _("HR")
    RULE = "rule", _("Rule")
    IMPORT = "import", _("Import")


class EnrolmentEndKind(models.TextChoices):
    LEFT = "left", _("Left the employer")
    PROFESSION = "profession", _("Changed profession")
    MISTAKE = "mistake", _("Enrolled by mistake")


class Enrolment(Public):
    """A person on a journey, on behalf of one employer. What is done is never stored here."""

    State = EnrolmentState
    Source = EnrolmentSource

    EndKind = EnrolmentEndKind

    OPEN = (State.PLANNED, State.ACTIVE, State.PAUSED)
    MOVES = {
        State.PLANNED: {State.ACTIVE, State.ENDED},
        State.ACTIVE: {State.PAUSED, State.COMPLETED, State.ENDED},
        State.PAUSED: {State.ACTIVE, State.COMPLETED, State.ENDED},
        State.COMPLETED: {State.ACTIVE},  # only a corrected attendance reopens (R26)
        State.ENDED: set(),
    }

    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
    employment = models.ForeignKey(Employment, models.PROTECT, related_name="enrolments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    journey = models.ForeignKey(Journey, models.PROTECT, related_name="enrolments")
    version = models.ForeignKey(Version, models.PROTECT, related_name="enrolments")
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, blank=True, related_name="enrolments")
    stage_reason = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    source = models.CharField(max_length=8, choices=Source, default=Source.MANAGER)
    starts_on = models.DateField(_("starts"))
    # Left by a move to another version: by stop key the results (public ids) that count for it although its course is another,
    # and the day from which its deadline counts (R38, R39).
    carried = models.JSONField(default=dict)
    counted_from = models.JSONField(default=dict)
    profession_started_on = models.DateField(_("started in the profession"), null=True, blank=True)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    end_kind = models.CharField(max_length=10, choices=EndKind, blank=True)
    continues = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="continued_by")

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("state", EnrolmentState, "enrolment_state"),
            choice_check("source", EnrolmentSource, "enrolment_source"),
            models.UniqueConstraint(
                fields=["person", "organisation", "journey"],
                condition=Q(state__in=["planned", "active", "paused"]),
                name="enrolment_one_open",
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="enrolment_of_organisation"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) & ~Q(end_kind="")
                | ~Q(state="ended") & Q(end_kind=""),
                name="enrolment_ended_whole",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "journey", "state"], name="enrolment_organisation")]

    def __str__(self) -> str:
        return f"{self.person_id}:{self.journey_id}"


class Pause(Period):
    """Time in which the deadlines stand still (R19)."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="pauses")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    leave = models.ForeignKey(Leave, models.SET_NULL, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(fields=["enrolment"], condition=Q(ends_on=None), name="pause_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.starts_on}"


class DeadlineChange(models.Model):
    """A date set by hand for one stop of one enrolment, with its reason."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="deadline_changes")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    stop_key = models.SlugField(max_length=40)
    due_on = models.DateField(_("new date"))
    reason = models.CharField(_("reason"), max_length=400)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="deadlinechange_says_why")]

    def __str__(self) -> str:
        return f"{self.enrolment_id}:{self.stop_key}"


class CompletionQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return viewer.rows_seen(self)

    def standing(self):
        return self.filter(reopened_at=None)


class Completion(Public):
    """A stage (or, without stage, the journey) was completed. Never recomputed away; only a corrected attendance reopens it."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="completions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="completions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="completions")
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, blank=True, related_name="completions")
    completed_on = models.DateField()
    facts = models.JSONField(default=dict)
    stamped_at = models.DateTimeField()
    stamped_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=400, blank=True)

    objects = CompletionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "stage"],
                condition=Q(reopened_at=None, stage__isnull=False),
                name="completion_one_per_stage",
            ),
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(reopened_at=None, stage=None), name="completion_one_per_journey"
            ),
            models.CheckConstraint(condition=Q(reopened_at=None) | ~Q(reason=""), name="completion_reopened_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}:{self.stage_id or 'journey'}"
