from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.booking import Booking
from courses.models.occasion import Meeting
from people.models import Organisation, Person
from people.models.base import Public, choice_check


class FeedQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Only the owner's."""
        return self.filter(person=viewer.person)

    def live(self):
        return self.filter(revoked_at=None)


class FeedKind(models.TextChoices):
    MINE = "mine", _("My calendar")
    TEAM = "team", _("My team")
    OCCASION = "occasion", _("A session")
    COURSE = "course", _("A course")
    PROGRAMME = "programme", _("A programme")
    TRAINER = "trainer", _("What I lead")
    VENUE = "venue", _("A venue")
    ORGANISATION = "organisation", _("What we may book")
    ORGANISER = "organiser", _("Sessions that we run")


class Feed(Public):
    """A secret subscription link: sha256 of a 256-bit token; what it shows is asked through visible_to at each fetch (T13).

    One live link per purpose: `kind` and `about` (a public id, or a digest of `filters`). `role` is the role in which it
    was made: the link answers only while the person holds it. `name` is what the calendar is called.
    """

    Kind = FeedKind

    person = models.ForeignKey(Person, models.CASCADE, related_name="feeds")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.MINE)
    about = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=200, blank=True)
    filters = models.JSONField(default=dict)
    token_sha256 = models.CharField(max_length=64, unique=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)
    client = models.CharField(max_length=40, blank=True)
    expires_on = models.DateField()
    warned_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = FeedQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("kind", FeedKind, "feed_kind"),
            models.UniqueConstraint(
                fields=["person", "kind", "about"], condition=Q(revoked_at=None), name="feed_one_live"
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class EntryQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Only the person's own."""
        return self.filter(person=viewer.person)

    def shown(self, day):
        """What stands in the person's calendar on a day."""
        return self.filter(shown_until__gte=day)


class Entry(models.Model):
    """What one person's calendar says about one course day: the bytes of its VEVENT, written when they change.

    The row outlives the booking, so that SEQUENCE only rises: somebody who cancels and books again is told in order.
    `face` is a digest of what SEQUENCE counts (time, place, state); `shown_until` empty means that nothing is shown.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="entries")
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="entries")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="entries")
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    face = models.CharField(max_length=64)
    is_firm = models.BooleanField(default=False)
    shown_until = models.DateField(null=True, blank=True)
    ics = models.BinaryField(default=b"", editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "meeting"], name="entry_once")]
        indexes = [models.Index(fields=["person", "shown_until"], name="entry_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id}:{self.meeting_id}"


class Partstat(models.TextChoices):
    ACCEPTED = "ACCEPTED", _("Yes in the calendar")
    TENTATIVE = "TENTATIVE", _("Maybe in the calendar")
    DECLINED = "DECLINED", _("No in the calendar")


class CalendarReply(models.Model):
    """An answer given in a calendar program. It is written down and asked about; the booking is the truth."""

    Partstat = Partstat

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="calendar_replies")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="calendar_replies")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=9, choices=Partstat)
    sequence = models.PositiveIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            choice_check("answer", Partstat, "calendarreply_answer"),
            models.UniqueConstraint(fields=["booking", "meeting"], name="calendarreply_latest"),
        ]

    def __str__(self) -> str:
        return self.answer
