import hashlib

from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from courses.models.booking import Booking
from courses.models.course import Course
from courses.models.occasion import Meeting, Occasion
from people.models import Employment, Organisation, Person
from people.models.base import choice_check


class FirstRightQuerySet(models.QuerySet):
    def open(self):
        """Rights that have given nobody a seat yet."""
        return self.filter(used_at=None)


class FirstRight(models.Model):
    """First right to the next occasion of a course, because one was cancelled (R16). Open until it was offered or not needed."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="first_rights")
    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="first_rights")
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="first_rights")
    person = models.ForeignKey(Person, models.PROTECT, related_name="first_rights")
    employment = models.ForeignKey(Employment, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = FirstRightQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "person"], condition=Q(used_at=None), name="firstright_one_open_per_course"
            )
        ]

    def __str__(self) -> str:
        return f"{self.course_id}:{self.person_id}"


class TimeAnswer(models.TextChoices):
    YES = "yes", _("Can come")
    NO = "no", _("Cannot come")
    VOID = "void", _("No longer asked")


class TimeQuestionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_at=None)


class TimeQuestion(models.Model):
    """ "Can you make the new time?", asked of everybody with a seat when a day moves. The link answers without signing in (O5)."""

    Answer = TimeAnswer

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="time_questions")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="time_questions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(max_length=4, choices=TimeAnswer, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)

    objects = TimeQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("answer", TimeAnswer, "timequestion_answer", blank=True),
            models.UniqueConstraint(fields=["booking", "meeting", "sequence"], name="timequestion_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="timequestion_answer_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id}:{self.meeting_id}:{self.sequence}"

    @property
    def token(self) -> str:
        """The secret of the question's link. Made again from the key when the mail is sent, so that no table holds it."""
        secret = f"{self.booking.public_id}:{self.meeting.public_id}:{self.sequence}"
        return salted_hmac("courses.time", secret, algorithm="sha256").hexdigest()

    @staticmethod
    def digest(token: str) -> str:
        """What the table holds of a token: its SHA-256."""
        return hashlib.sha256(token.encode()).hexdigest()
