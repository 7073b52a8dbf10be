from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from people.models import Collaboration, Organisation, Person
from people.models.base import DatedQuerySet, Period, Public, choice_check


class JourneyQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Journeys that the viewer's organisations own, run, or may see through a collaboration."""
        return viewer.journeys_seen(self)

    def editable_by(self, viewer):
        return self.filter(owner__in=viewer.edits_journeys_of)


class Journey(Public):
    """A programme made once and shared: its stages and stops are on its versions."""

    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="journeys", verbose_name=_("owner"))
    collaboration = models.ForeignKey(
        Collaboration, models.PROTECT, null=True, blank=True, related_name="journeys", verbose_name=_("shared in")
    )
    code = models.CharField(_("code"), max_length=20)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    name_en = models.CharField(_("name in English"), max_length=160, blank=True)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="copies")
    # What the file or the copy said of where it comes from: id, programme, owner, version.
    origin = models.JSONField(default=dict, blank=True)

    objects = JourneyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "code"], name="journey_code_once")]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Adoption(Period):
    """Which organisation runs a journey, and since when."""

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="adoptions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="adoptions")

    objects = DatedQuerySet.as_manager()

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["journey", "organisation"], condition=Q(ends_on=None), name="adoption_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}:{self.organisation_id}"


class VersionQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return self.filter(journey__in=Journey.objects.visible_to(viewer))

    def with_path(self):
        """With stages, choice groups, stops and their courses, in order, in a fixed number of queries."""
        return self.prefetch_related(
            "stages__groups",
            models.Prefetch("stages__stops", Stop.objects.select_related("course", "group").order_by("order")),
        )


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")
    CLOSED = "closed", _("Closed")


class Version(Public):
    """A journey's content, frozen when published. People stay on theirs until they are moved (R38)."""

    State = VersionState

    # Back from published to draft, and from superseded to published: only by undoing the publication.
    MOVES = {
        State.DRAFT: {State.IN_REVIEW, State.PUBLISHED},
        State.IN_REVIEW: {State.DRAFT, State.PUBLISHED},
        State.PUBLISHED: {State.SUPERSEDED, State.CLOSED, State.DRAFT},
        State.SUPERSEDED: {State.CLOSED, State.PUBLISHED},
        State.CLOSED: set(),
    }

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    valid_from = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    validity_months = models.PositiveSmallIntegerField(null=True, blank=True)
    # A draft that waits for its day; nothing in it changes meanwhile.
    publishes_on = models.DateField(null=True, blank=True)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    scheduled_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    # The day before which organisations with a layer of their own answer, where no rule moves their people on a day.
    answer_by = models.DateField(null=True, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["journey", "number"]
        constraints = [
            choice_check("state", VersionState, "version_state"),
            models.UniqueConstraint(fields=["journey", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["id", "journey"], name="version_of_journey"),
            models.UniqueConstraint(fields=["journey"], condition=Q(state="published"), name="version_one_published"),
            models.UniqueConstraint(
                fields=["journey"], condition=Q(state__in=["draft", "in_review"]), name="version_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review"], published_at=None)
                | (~Q(state__in=["draft", "in_review"]) & Q(published_at__isnull=False, valid_from__isnull=False)),
                name="version_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(publishes_on=None, scheduled_at=None)
                | Q(publishes_on__isnull=False, scheduled_at__isnull=False, state__in=["draft", "in_review"]),
                name="version_waits_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey} {self.number}"


class Stage(models.Model):
    """Years in the profession, or a track of its own for a role (min_years empty). An entry point, never a lock."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="stages")
    key = models.SlugField(max_length=40)
    order = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    min_years = models.PositiveSmallIntegerField(_("from years in the profession"), null=True, blank=True)
    max_years = models.PositiveSmallIntegerField(_("to years in the profession"), null=True, blank=True)
    role = models.CharField(_("only for the role"), max_length=20, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="stage_key_once"),
            models.UniqueConstraint(fields=["id", "version"], name="stage_of_version"),
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class ChoiceGroup(models.Model):
    """Electives of a stage: `needs` of its stops (1 of 2)."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="groups")
    key = models.SlugField(max_length=40)
    name = models.CharField(_("name"), max_length=80, blank=True)
    needs = models.PositiveSmallIntegerField(_("how many are needed"), default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stage", "key"], name="choicegroup_key_once"),
            models.CheckConstraint(condition=Q(needs__gt=0), name="choicegroup_needs"),
        ]

    def __str__(self) -> str:
        return self.name or self.key


class StopKind(models.TextChoices):
    COMPULSORY = "compulsory", _("Compulsory")
    ELECTIVE = "elective", _("Elective")
    OPTIONAL = "optional", _("Optional")


class StopAnchor(models.TextChoices):
    NONE = "", _("No deadline")
    FIXED = "fixed", _("A fixed date")
    EMPLOYMENT = "employment", _("Start of the employment")
    PROFESSION = "profession", _("Start in the profession")
    JOURNEY = "journey", _("Start of the journey")
    STOP = "stop", _("The station before")


class StopOffsetUnit(models.TextChoices):
    DAYS = "days", _("days")
    WEEKS = "weeks", _("weeks")
    MONTHS = "months", _("months")


class Stop(Public):
    """A course within a stage, with its deadline. `key` is its name across versions."""

    Kind = StopKind
    Anchor = StopAnchor

    OffsetUnit = StopOffsetUnit

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="stops")
    version = models.ForeignKey(Version, models.CASCADE, related_name="stops")
    key = models.SlugField(max_length=40)
    order = models.PositiveSmallIntegerField()
    course = models.ForeignKey(Course, models.PROTECT, related_name="stops", verbose_name=_("course"))
    min_course_version = models.PositiveSmallIntegerField(null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.COMPULSORY)
    group = models.ForeignKey(
        ChoiceGroup, models.PROTECT, null=True, blank=True, related_name="stops", verbose_name=_("choice group")
    )
    anchor = models.CharField(_("deadline counts from"), max_length=10, choices=Anchor, blank=True, default=Anchor.NONE)
    offset = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=6, choices=OffsetUnit, blank=True)
    fixed_on = models.DateField(_("date"), null=True, blank=True)
    after = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name=_("station before")
    )

    class Meta:
        ordering = ["order"]
        constraints = [
            choice_check("kind", StopKind, "stop_kind"),
            models.UniqueConstraint(fields=["version", "key"], name="stop_key_once"),
            models.CheckConstraint(condition=~Q(key__startswith="lokal-"), name="stop_key_not_local"),
            models.CheckConstraint(
                condition=Q(kind="elective", group__isnull=False) | (~Q(kind="elective") & Q(group=None)),
                name="stop_elective_grouped",
            ),
            models.CheckConstraint(
                condition=Q(anchor="", offset=None, fixed_on=None, after=None)
                | Q(anchor="fixed", fixed_on__isnull=False, offset=None, after=None)
                | Q(anchor__in=["employment", "profession", "journey"], offset__isnull=False, fixed_on=None, after=None)
                | Q(anchor="stop", offset__isnull=False, after__isnull=False, fixed_on=None),
                name="stop_deadline_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.key
