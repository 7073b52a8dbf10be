from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from journeys.models.journey import Journey, StopAnchor, StopOffsetUnit
from people.models import Organisation, Person
from people.models.base import Public, choice_check
from people.roles import Permission

# What a key of a local station begins with; no key of a core station does.
LOCAL = "lokal-"


class LocalLayerQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Layers of the organisations that the viewer keeps them for."""
        return self.filter(organisation__in=viewer.acts_for if Permission.KEEP_LOCAL_LAYERS in viewer.may else [])

    def live(self):
        return self.filter(state=LocalLayerState.LIVE)


class LocalLayerState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    LIVE = "live", _("Live")
    REPLACED = "replaced", _("Replaced")


class LocalLayer(Public):
    """What an organisation adds to a programme that it runs: own stations and dates, optional ones hidden. The core is never written.

    It belongs to the journey, not to a version: stages and stations of the core are named by key, so that it goes along to the
    next version as far as it fits (docs/decisions/0021). A change is a new draft; the one before is kept as replaced.
    """

    State = LocalLayerState

    # Back from live to draft, and from replaced to live: only by undoing.
    MOVES = {
        State.DRAFT: {State.LIVE},
        State.LIVE: {State.REPLACED, State.DRAFT},
        State.REPLACED: {State.LIVE},
    }

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="layers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=LocalLayerState, default=LocalLayerState.DRAFT)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    live_at = models.DateTimeField(null=True, blank=True)
    live_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = LocalLayerQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("state", LocalLayerState, "locallayer_state"),
            models.UniqueConstraint(
                fields=["journey", "organisation"], condition=Q(state="draft"), name="locallayer_one_draft"
            ),
            models.UniqueConstraint(
                fields=["journey", "organisation"], condition=Q(state="live"), name="locallayer_one_live"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", live_at=None) | ~Q(state="draft") & Q(live_at__isnull=False),
                name="locallayer_live_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}:{self.organisation_id} {self.state}"


class LocalDeadline(models.Model):
    """A deadline as a station has one, but never counted from another station. `since`: the day it came into force, before which
    it does not begin to count (R39)."""

    anchor = models.CharField(
        _("deadline counts from"), max_length=10, choices=StopAnchor, blank=True, default=StopAnchor.NONE
    )
    offset = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=6, choices=StopOffsetUnit, blank=True)
    fixed_on = models.DateField(_("date"), null=True, blank=True)
    since = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(anchor="", offset=None, fixed_on=None)
                | Q(anchor="fixed", fixed_on__isnull=False, offset=None)
                | Q(anchor__in=["employment", "profession", "journey"], offset__isnull=False, fixed_on=None)
                & ~Q(unit=""),
                name="%(class)s_deadline_whole",
            )
        ]


class LocalStopKind(models.TextChoices):
    COMPULSORY = "compulsory", _("Compulsory")
    OPTIONAL = "optional", _("Optional")


class LocalStop(LocalDeadline):
    """A station of an organisation's own, at the end of a stage (by its key): a course of its own or of the shared catalogue."""

    Kind = LocalStopKind

    layer = models.ForeignKey(LocalLayer, models.CASCADE, related_name="stops")
    key = models.SlugField(max_length=40)
    order = models.PositiveSmallIntegerField()
    stage = models.SlugField(_("stage"), max_length=40)
    course = models.ForeignKey(Course, models.PROTECT, related_name="local_stops", verbose_name=_("course"))
    kind = models.CharField(_("kind"), max_length=10, choices=LocalStopKind, default=LocalStopKind.COMPULSORY)

    class Meta(LocalDeadline.Meta):
        ordering = ["order"]
        constraints = [
            *LocalDeadline.Meta.constraints,
            choice_check("kind", LocalStopKind, "localstop_kind"),
            models.UniqueConstraint(fields=["layer", "key"], name="localstop_key_once"),
            models.UniqueConstraint(fields=["layer", "course"], name="localstop_course_once"),
            models.CheckConstraint(condition=Q(key__startswith=LOCAL), name="localstop_key_is_local"),
        ]

    def __str__(self) -> str:
        return self.key


class LocalChange(LocalDeadline):
    """What an organisation does with a station of the core (by its key): hides an optional one, or asks for it by an own date."""

    layer = models.ForeignKey(LocalLayer, models.CASCADE, related_name="changes")
    stop = models.SlugField(max_length=40)
    hidden = models.BooleanField(default=False)

    class Meta(LocalDeadline.Meta):
        constraints = [
            *LocalDeadline.Meta.constraints,
            models.UniqueConstraint(fields=["layer", "stop"], name="localchange_stop_once"),
            models.CheckConstraint(
                condition=Q(hidden=True, anchor="") | Q(hidden=False) & ~Q(anchor=""), name="localchange_says_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return self.stop
