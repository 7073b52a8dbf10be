import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.booking import Attendance
from courses.models.course import Course, CourseVersion, Part, Subject
from courses.models.recognition import Recognition
from people.models import Organisation, Person, RecordShare
from people.models.base import Public, choice_check


class CourseResultQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return viewer.rows_seen(self)

    def passed(self):
        return self.filter(state=CourseResult.State.PASSED)

    def open(self):
        return self.filter(state__in=CourseResult.OPEN)

    def certified(self):
        """Those that certificates are made of. The sources are words of the statement: with values that are sent apart SQLite does not
        see that `courseresult_certified`, an index over a part of the rows, has them all."""
        listed = ", ".join(f"'{source}'" for source in CourseResult.CERTIFIED)
        is_certified = models.Func(
            "source", template=f"%(expressions)s IN ({listed})", output_field=models.BooleanField()
        )
        return self.filter(is_certified)


class CourseResultState(models.TextChoices):
    RUNNING = "running", _("In progress")
    AWAITING = "awaiting", _("Waiting for the follow-up")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Not passed")
    ABORTED = "aborted", _("Aborted")


class CourseResultSource(models.TextChoices):
    SESSION = "session", _("Course occasion")
    DIGITAL = "digital", _("Digital course")
    RECOGNISED = "recognised", _("Recognised")
    TRANSFERRED = "transferred", _("Transferred")
    IMPORTED = "imported", _("Imported")
    MIGRATED = "migrated", _("Migrated")


class CourseResult(Public):
    """One attempt of one person at one course, held by one organisation. It stays on the course version it began with."""

    State = CourseResultState
    Source = CourseResultSource

    OPEN = (State.RUNNING, State.AWAITING)
    # What was recognised, transferred or imported has its paper elsewhere.
    CERTIFIED = (Source.SESSION, Source.DIGITAL)
    MOVES = {
        State.RUNNING: {State.AWAITING, State.PASSED, State.FAILED, State.ABORTED},
        State.AWAITING: {State.RUNNING, State.PASSED, State.FAILED, State.ABORTED},
        State.PASSED: {State.RUNNING, State.AWAITING},  # only a corrected attendance reopens (R26)
        State.FAILED: set(),
        State.ABORTED: set(),
    }

    person = models.ForeignKey(Person, models.PROTECT, related_name="course_results")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, models.PROTECT, related_name="results")
    course_version = models.ForeignKey(CourseVersion, models.PROTECT, related_name="results")
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, blank=True, related_name="results")
    achievement = models.UUIDField(default=uuid.uuid4, editable=False)
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    source = models.CharField(max_length=12, choices=Source, default=Source.SESSION)
    is_renewal = models.BooleanField(default=False)  # begun while an earlier one was valid: the shorter path is enough
    started_on = models.DateField()
    passed_on = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    valid_until = models.DateField(null=True, blank=True)
    recognition = models.OneToOneField(Recognition, models.PROTECT, null=True, blank=True, related_name="course_result")
    import_ref = models.CharField(max_length=80, blank=True)
    share = models.ForeignKey(RecordShare, models.PROTECT, null=True, blank=True, related_name="copies")
    reason = models.CharField(max_length=400, blank=True)

    objects = CourseResultQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("state", CourseResultState, "courseresult_state"),
            choice_check("source", CourseResultSource, "courseresult_source"),
            models.CheckConstraint(
                condition=Q(state="passed", passed_on__isnull=False) | (~Q(state="passed") & Q(passed_on=None)),
                name="courseresult_passed_whole",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("passed_on")), name="courseresult_validity"
            ),
            models.CheckConstraint(
                condition=~Q(source__in=["imported", "migrated"]) | ~Q(import_ref=""), name="courseresult_import_ref"
            ),
            models.CheckConstraint(
                condition=Q(source="transferred", share__isnull=False) | (~Q(source="transferred") & Q(share=None)),
                name="courseresult_transferred_by_share",
            ),
            models.CheckConstraint(
                condition=Q(recognition=None) | Q(source="recognised"), name="courseresult_recognised"
            ),
            models.UniqueConstraint(
                fields=["person", "course", "organisation"],
                condition=Q(state__in=["running", "awaiting"]),
                name="courseresult_one_open",
            ),
            models.UniqueConstraint(
                fields=["person", "course", "organisation", "attempt"], name="courseresult_attempt_once"
            ),
            models.UniqueConstraint(fields=["organisation", "achievement"], name="courseresult_achievement_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="courseresult_of_organisation"),
        ]
        indexes = [
            models.Index(fields=["organisation", "person", "course"], name="courseresult_person"),
            # Which courses an organisation's certificates are of: one look for each course that somebody else gave.
            models.Index(
                fields=["organisation", "course_version", "id"],
                condition=Q(source__in=["session", "digital"]),
                name="courseresult_certified",
            ),
            # What was passed lately, for the jobs that mend what a lost signal left: nobody reads all that a country has passed.
            models.Index(fields=["decided_at"], condition=Q(state="passed"), name="courseresult_lately"),
            models.Index(fields=["organisation", "valid_until"], name="courseresult_expiry"),
            models.Index(fields=["person", "subject", "valid_until"], name="courseresult_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id}:{self.person_id}:{self.attempt}"


class PartResultState(models.TextChoices):
    STARTED = "started", _("Started")
    DONE = "done", _("Done")
    REOPENED = "reopened", _("Reopened")


class PartResult(models.Model):
    """What is done of one part in one attempt."""

    State = PartResultState

    result = models.ForeignKey(CourseResult, models.PROTECT, related_name="part_results")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, related_name="results")
    state = models.CharField(max_length=8, choices=State, default=State.STARTED)
    source = models.CharField(max_length=12, choices=CourseResult.Source, default=CourseResult.Source.SESSION)
    done_on = models.DateField(null=True, blank=True)
    minutes = models.PositiveIntegerField(default=0)
    tasks_done = models.JSONField(default=list)
    attendance = models.ForeignKey(Attendance, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    second_at = models.DateTimeField(null=True, blank=True)
    second_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            choice_check("state", PartResultState, "partresult_state"),
            models.UniqueConstraint(fields=["result", "part"], name="partresult_once"),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on=None)),
                name="partresult_done_whole",
            ),
            models.CheckConstraint(
                condition=Q(second_by=None) | ~Q(second_by=F("signed_by")), name="partresult_two_signers"
            ),
            models.CheckConstraint(condition=~Q(state="reopened") | ~Q(reason=""), name="partresult_reopened_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.result_id}:{self.part_id}"


class SharedResult(models.Model):
    """A passed course that a person chose to take to the next employer. The result itself stays where it is."""

    share = models.ForeignKey(RecordShare, models.PROTECT, related_name="lines")
    result = models.ForeignKey(CourseResult, models.PROTECT, related_name="shared")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["share", "result"], name="sharedresult_once")]

    def __str__(self) -> str:
        return f"{self.share_id}:{self.result_id}"
