import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from people.models import Organisation, Person
from people.models.base import Public, choice_check
from people.names import search_key, sort_key


class SubjectQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return self.filter(owner__in=viewer.acts_for)


class Subject(Public):
    """A field of competence. Validity belongs to it, not to a course: any passed course of it renews it (R29, R31, R37)."""

    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="subjects")
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    validity_months = models.PositiveSmallIntegerField(_("valid for (months)"), null=True, blank=True)
    opens_days = models.PositiveSmallIntegerField(_("renewal opens (days before)"), default=90)
    grace_weeks = models.PositiveSmallIntegerField(_("grace after leave (weeks)"), default=8)
    evidence_max_months = models.PositiveSmallIntegerField(_("oldest evidence (months)"), null=True, blank=True)
    keeps_base = models.BooleanField(_("early renewal keeps the old date"), default=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "code"], name="subject_code_once"),
            models.CheckConstraint(
                condition=Q(validity_months=None) | Q(validity_months__gt=0), name="subject_validity"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CourseQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Published courses of the viewer's organisations and collaborations, and all of the ones that the viewer acts for."""
        return viewer.courses_seen(self)

    def editable_by(self, viewer):
        """Courses whose content the viewer may change."""
        return self.filter(owner__in=viewer.edits_courses_of)

    def with_version(self):
        """With `current`: the published version, else the draft."""
        return self.prefetch_related(
            models.Prefetch(
                "versions", CourseVersion.objects.exclude(state=CourseVersion.State.SUPERSEDED).order_by("-number")
            )
        )

    def matching(self, text: str):
        for word in search_key(text).split():
            self = self.filter(search_key__contains=word)
        return self


class CourseState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RESTING = "resting", _("Resting")
    RETIRED = "retired", _("Retired")


class Course(Public):
    """What is taught. Names and texts are on its versions; seats and dates on its occasions."""

    State = CourseState

    MOVES = {
        State.DRAFT: {State.PUBLISHED},
        State.PUBLISHED: {State.RESTING, State.RETIRED},
        State.RESTING: {State.PUBLISHED, State.RETIRED},
        State.RETIRED: set(),
    }

    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="courses", verbose_name=_("owner"))
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, blank=True, related_name="courses", verbose_name=_("subject")
    )
    code = models.CharField(_("code"), max_length=40)
    slug = models.SlugField(max_length=80, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    local = models.BooleanField(_("local: counts in the own organisation only"), default=False)
    best_result = models.BooleanField(default=True)
    # Copies of the newest version's title, so that lists sort and search without a join.
    sort_key = models.CharField(max_length=300, editable=False, db_index=True)
    search_key = models.CharField(max_length=600, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            choice_check("state", CourseState, "course_state"),
            models.UniqueConstraint(fields=["owner", "code"], name="course_code_once"),
        ]

    def __str__(self) -> str:
        return self.code

    def name_keys(self, title: str, title_en: str) -> None:
        """Set the keys from a version's title; the caller saves."""
        self.sort_key = sort_key(title)
        self.search_key = search_key(f"{title} {title_en} {self.code}")


class CourseVersionQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return self.filter(course__in=Course.objects.visible_to(viewer))

    def published(self):
        return self.filter(state=CourseVersion.State.PUBLISHED)


class CourseVersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")


class CourseVersion(Public):
    """A course's content, frozen when published: a change of parts, goals, tasks or rules is a new number (R40)."""

    State = CourseVersionState

    MOVES = {State.DRAFT: {State.PUBLISHED}, State.PUBLISHED: {State.SUPERSEDED}, State.SUPERSEDED: set()}

    course = models.ForeignKey(Course, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    title = models.CharField(_("title"), max_length=160)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    text = models.TextField(_("about the course"), max_length=20_000, blank=True)
    days_may_miss = models.PositiveSmallIntegerField(_("course days that may be missed"), default=0)
    # The size of its parts, written when it is published and frozen with them: every list of courses shows it.
    days = models.PositiveSmallIntegerField(_("course days"), default=0, editable=False)
    minutes = models.PositiveIntegerField(default=0, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CourseVersionQuerySet.as_manager()

    class Meta:
        ordering = ["course", "number"]
        constraints = [
            choice_check("state", CourseVersionState, "courseversion_state"),
            models.UniqueConstraint(fields=["course", "number"], name="courseversion_number_once"),
            models.UniqueConstraint(fields=["id", "course"], name="courseversion_of_course"),
            models.UniqueConstraint(
                fields=["course"], condition=Q(state="published"), name="courseversion_one_published"
            ),
            models.UniqueConstraint(fields=["course"], condition=Q(state="draft"), name="courseversion_one_draft"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False), name="courseversion_published_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        return self.title_en if self.title_en and get_language() == "en" else self.title


class GoalLevel(models.TextChoices):
    FACTS = "fakta", _("Facts")
    UNDERSTANDING = "förståelse", _("Understanding")
    SKILL = "färdighet", _("Skill")
    FAMILIARITY = "förtrogenhet", _("Familiarity")


class Goal(models.Model):
    Level = GoalLevel

    course_version = models.ForeignKey(CourseVersion, models.CASCADE, related_name="goals")
    # The same goal in the versions of a course: what somebody rated on the old one is read beside the new one.
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    order = models.PositiveSmallIntegerField()
    level = models.CharField(_("level"), max_length=20, choices=Level)
    text = models.CharField(_("goal"), max_length=400)

    class Meta:
        ordering = ["order"]
        constraints = [
            choice_check("level", GoalLevel, "goal_level"),
            models.UniqueConstraint(fields=["course_version", "key"], name="goal_key_once"),
        ]

    def __str__(self) -> str:
        return self.text


class PartKind(models.TextChoices):
    PREPARATION = "preparation", _("Preparation")
    MEETING = "meeting", _("Course day")
    WEBINAR = "webinar", _("Webinar")
    FOLLOW_UP = "follow_up", _("Follow-up")
    REFLECTION = "reflection", _("Reflection")
    SUPERVISION = "supervision", _("Supervision")
    CIRCLE = "circle", _("Study circle")
    TEST = "test", _("Test")
    PRACTICE = "practice", _("Observed practice")


class PartConfirmedBy(models.TextChoices):
    SELF = "self", _("The participant")
    ORGANISER = "organiser", _("The organiser")
    SUPERVISOR = "supervisor", _("A supervisor")


class Part(models.Model):
    """One part of a course. One part per course day: that lets a missed day be made up elsewhere (R23, R24)."""

    Kind = PartKind
    ConfirmedBy = PartConfirmedBy

    MEETING_KINDS = (Kind.MEETING, Kind.WEBINAR)

    course_version = models.ForeignKey(CourseVersion, models.CASCADE, related_name="parts")
    key = models.SlugField(max_length=40)
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    title = models.CharField(_("title"), max_length=160)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"))
    compulsory = models.BooleanField(_("compulsory"), default=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=10, choices=ConfirmedBy, default=ConfirmedBy.SELF)
    renewal = models.BooleanField(_("needed in a renewal too"), default=True)
    signer_min_years = models.PositiveSmallIntegerField(null=True, blank=True)
    second_signer = models.BooleanField(default=False)

    class Meta:
        ordering = ["order"]
        constraints = [
            choice_check("kind", PartKind, "part_kind"),
            choice_check("confirmed_by", PartConfirmedBy, "part_confirmed_by"),
            models.UniqueConstraint(fields=["course_version", "key"], name="part_key_once"),
            models.CheckConstraint(
                condition=~Q(kind__in=["meeting", "webinar"]) | Q(confirmed_by="organiser"),
                name="part_meetings_by_organiser",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        return self.title_en if self.title_en and get_language() == "en" else self.title

    @property
    def is_meeting(self) -> bool:
        """Whether attendance of a meeting decides this part."""
        return self.kind in self.MEETING_KINDS


class Task(models.Model):
    part = models.ForeignKey(Part, models.CASCADE, related_name="tasks")
    order = models.PositiveSmallIntegerField()
    text = models.CharField(_("task"), max_length=400)
    why = models.CharField(_("why"), max_length=400, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=30)
    url = models.URLField(_("link"), blank=True)
    goal = models.ForeignKey(Goal, models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name=_("goal"))

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.text


class Prerequisite(models.Model):
    """What a course asks first: exactly one of a course, years in the profession or a role; hard stops, soft warns (R6, R7)."""

    course_version = models.ForeignKey(CourseVersion, models.CASCADE, related_name="prerequisites")
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="required_by", verbose_name=_("course")
    )
    min_years = models.PositiveSmallIntegerField(_("years in the profession"), null=True, blank=True)
    role = models.CharField(_("role"), max_length=20, blank=True)
    hard = models.BooleanField(_("stops booking"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(course__isnull=False, min_years=None, role="")
                | (Q(course=None, min_years__isnull=False, role=""))
                | (Q(course=None, min_years=None) & ~Q(role="")),
                name="prerequisite_exactly_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.course_version_id} <- {self.course_id or self.min_years or self.role}"
