from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.course import Course, Goal
from people.access import SEES_LINE
from people.models import Organisation, Person
from people.models.base import choice_check
from people.roles import Role

# Who leads a session may act as its organiser, too.
TEACHES = (Role.TRAINER, Role.ORGANISER)


def _taught(model: type[models.Model], viewer) -> models.QuerySet:
    """Ids of rows about those who have or had a seat at a session of that very course that the viewer leads."""
    taught = model._default_manager.filter(
        person__bookings__state__in=["booked", "finished"],
        person__bookings__occasion__trainers__person=viewer.person,
        person__bookings__course=F("goal__course_version__course"),
    )
    return taught.order_by().values("pk")


class ReachedLevel(models.TextChoices):
    """How far somebody has come with a goal: not yet, or one of the four levels of goals."""

    NONE = "none", _("Not yet")
    FACTS = Goal.Level.FACTS.value, _("Facts")
    UNDERSTANDING = Goal.Level.UNDERSTANDING.value, _("Understanding")
    SKILL = Goal.Level.SKILL.value, _("Skill")
    FAMILIARITY = Goal.Level.FAMILIARITY.value, _("Familiarity")


class SelfRatingQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """The own ones; of others only what they share with the viewer by name, while the viewer leads or supervises them, or
        leads a session of that course with them."""
        if viewer.role not in (*SEES_LINE, *TEACHES):
            return viewer.own(self)
        shared = self.filter(
            person__rating_shares__to=viewer.person,
            person__rating_shares__ended_at=None,
            person__rating_shares__course=F("goal__course_version__course"),
        )
        if viewer.role in TEACHES:
            return shared.filter(pk__in=_taught(self.model, viewer))
        return viewer.rows_seen(shared)


class SelfRating(models.Model):
    """How far somebody thinks to have come with a goal. Never changed: another view is a new row. Private until shared."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="self_ratings")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="self_ratings")
    level = models.CharField(max_length=20, choices=ReachedLevel)
    rated_at = models.DateTimeField()
    rated_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = SelfRatingQuerySet.as_manager()

    class Meta:
        ordering = ["rated_at", "pk"]
        constraints = [
            choice_check("level", ReachedLevel, "selfrating_level"),
            models.CheckConstraint(condition=Q(person=F("rated_by")), name="selfrating_by_oneself"),
        ]
        indexes = [models.Index(fields=["person", "goal"], name="selfrating_goal")]

    def __str__(self) -> str:
        return f"{self.person_id}:{self.goal_id}"


class JudgementQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """About oneself, about the own line, or what the viewer wrote as a trainer. Nobody else's, HR's neither."""
        if viewer.role in TEACHES:
            return self.filter(judged_by=viewer.person, pk__in=_taught(self.model, viewer))
        return viewer.rows_seen(self) if viewer.role in SEES_LINE else viewer.own(self)


class Judgement(models.Model):
    """How far a supervisor or trainer thinks that somebody has come with a goal. Never changed: another view is a new row."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="judgements")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="judgements")
    level = models.CharField(max_length=20, choices=ReachedLevel)
    judged_at = models.DateTimeField()
    judged_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = JudgementQuerySet.as_manager()

    class Meta:
        ordering = ["judged_at", "pk"]
        constraints = [
            choice_check("level", ReachedLevel, "judgement_level"),
            models.CheckConstraint(condition=~Q(person=F("judged_by")), name="judgement_by_another"),
        ]
        indexes = [models.Index(fields=["person", "goal"], name="judgement_goal")]

    def __str__(self) -> str:
        return f"{self.person_id}:{self.goal_id}"


class RatingShareQuerySet(models.QuerySet):
    def open(self):
        """Shares that nobody has taken back."""
        return self.filter(ended_at=None)


class RatingShare(models.Model):
    """A person lets one other read the own ratings of one course, until taken back."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="rating_shares")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, models.PROTECT, related_name="+")
    to = models.ForeignKey(Person, models.PROTECT, related_name="+")
    shared_at = models.DateTimeField()
    shared_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = RatingShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "course", "to"], condition=Q(ended_at=None), name="ratingshare_one_open"
            ),
            models.CheckConstraint(condition=Q(person=F("shared_by")), name="ratingshare_by_oneself"),
            models.CheckConstraint(condition=~Q(person=F("to")), name="ratingshare_with_another"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}:{self.course_id}>{self.to_id}"
