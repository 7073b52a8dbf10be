from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.course import Course, Part
from people.models import Organisation, Person
from people.models.base import DatedQuerySet, Period, Public, choice_check
from people.roles import Permission


def decides_for(viewer) -> frozenset[int]:
    """Ids of the organisations on whose behalf the viewer decides on prior learning."""
    return viewer.acts_for if Permission.DECIDE_RECOGNITION in viewer.may else frozenset()


class RecognitionQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Applications of the viewer's people, and those that the viewer decides: of these the pages show no name.

        HR's people are those who work there now, as on its other pages: only certificates and how they were earned stay (decision 3).
        """
        people = Person.objects.visible_to(viewer).order_by().values("pk")
        seen = viewer.rows_seen(self).filter(person__in=people).order_by().values("pk")
        return self.filter(pk__in=seen.union(self.filter(decided_for__in=decides_for(viewer)).order_by().values("pk")))

    def open(self):
        return self.filter(state__in=Recognition.OPEN)


class RecognitionState(models.TextChoices):
    SUBMITTED = "submitted", _("Sent in")
    SUPPLEMENT = "supplement", _("More evidence is asked for")
    GRANTED = "granted", _("Granted")
    PARTLY = "partly", _("Partly granted")
    REFUSED = "refused", _("Refused")


class Recognition(Public):
    """An application to have earlier learning counted as a course, and the decision on it (R36, R37)."""

    State = RecognitionState

    OPEN = (State.SUBMITTED, State.SUPPLEMENT)
    MOVES = {
        State.SUBMITTED: {State.SUPPLEMENT, State.GRANTED, State.PARTLY, State.REFUSED},
        State.SUPPLEMENT: {State.SUBMITTED},
        State.GRANTED: set(),
        State.PARTLY: set(),
        State.REFUSED: set(),
    }

    person = models.ForeignKey(Person, models.PROTECT, related_name="recognitions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, models.PROTECT, related_name="recognitions")
    parts = models.ManyToManyField(Part, blank=True, related_name="+")  # when it is granted partly
    achieved_on = models.DateField(_("done on"))
    text = models.TextField(_("what and where"), max_length=2000)
    state = models.CharField(max_length=10, choices=State, default=State.SUBMITTED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    decided_for = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    precedent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("state", RecognitionState, "recognition_state"),
            models.CheckConstraint(
                condition=Q(state="submitted") | ~Q(reason="") & Q(decided_at__isnull=False),
                name="recognition_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("person")), name="recognition_not_by_oneself"
            ),
            models.UniqueConstraint(
                fields=["person", "course", "organisation"],
                condition=Q(state__in=["submitted", "supplement"]),
                name="recognition_one_open",
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="recognition_of_organisation"),
        ]
        indexes = [
            models.Index(fields=["decided_for", "state", "asked_at"], name="recognition_to_decide"),
            models.Index(fields=["organisation", "person"], name="recognition_person"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id}:{self.person_id}"


class Evidence(models.Model):
    """A file that shows what somebody learnt. Its bytes go some time after the decision; the digest stays and is remembered."""

    recognition = models.ForeignKey(Recognition, models.PROTECT, related_name="evidence")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4)  # pdf, jpeg, png
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    stored_as = models.CharField(max_length=120, default="", blank=True)  # empty once the bytes are thrown away
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["recognition", "sha256"], name="evidence_once")]

    def __str__(self) -> str:
        return self.name


class Equivalence(Period):
    """A passed course counts as another one, one way, decided by an owner (R33). Read by the rule of progress; makes no results."""

    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="equivalences")
    course = models.ForeignKey(Course, models.PROTECT, related_name="equivalences", verbose_name=_("passed course"))
    counts_as = models.ForeignKey(Course, models.PROTECT, related_name="covered_by", verbose_name=_("counts as"))
    min_version = models.PositiveSmallIntegerField(_("from version"), default=1)

    objects = DatedQuerySet.as_manager()

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(condition=~Q(course=F("counts_as")), name="equivalence_of_two"),
            models.UniqueConstraint(
                fields=["owner", "course", "counts_as"], condition=Q(ends_on=None), name="equivalence_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id}>{self.counts_as_id}"
