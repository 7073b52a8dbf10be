from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.course import Course, CourseVersion, Part
from people.models import Collaboration, Organisation, Person, Unit
from people.models.base import Public, choice_check
from people.scoping import AskedAsSystem


class VenueQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return self.filter(organisation__in=viewer.acts_for)


class Venue(models.Model):
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="venues")
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=200, blank=True)

    objects = VenueQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.address}" if self.address else self.name


class OccasionQuerySet(AskedAsSystem):
    def visible_to(self, viewer):
        """Occasions that the viewer's organisations may book, and those that the viewer runs or leads."""
        return viewer.occasions_seen(self)

    def run_by(self, viewer):
        """Occasions that the viewer may change or mark: the organiser's own, or the ones that a trainer leads."""
        return viewer.occasions_run(self)

    def upcoming(self, day: date | None = None):
        return self.filter(last_on__gte=day or timezone.localdate())

    def coming(self, day: date):
        """With a day left, and neither cancelled nor reported."""
        return self.upcoming(day).exclude(state__in=(Occasion.State.CANCELLED, Occasion.State.REPORTED))

    def bookable(self, at=None):
        """Open for booking at a moment: state open, inside the registration window."""
        at = at or timezone.now()
        return self.filter(state=Occasion.State.OPEN, opens_at__lte=at, closes_at__gt=at)


class OccasionState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open for booking")
    CLOSED = "closed", _("Closed for booking")
    REPORTED = "reported", _("Reported")
    CANCELLED = "cancelled", _("Cancelled")


class Occasion(Public):
    """A course given once: meetings, seats, trainers. Full, running and done are read from seats and dates, never stored."""

    State = OccasionState

    MOVES: dict[str, set[OccasionState]] = {
        State.PLANNED: {State.OPEN, State.CANCELLED},
        State.OPEN: {State.CLOSED, State.REPORTED, State.CANCELLED},
        State.CLOSED: {State.OPEN, State.REPORTED, State.CANCELLED},
        State.REPORTED: set(),
        State.CANCELLED: {State.PLANNED, State.OPEN, State.CLOSED},  # undone before anybody acted
    }

    course = models.ForeignKey(Course, models.PROTECT, related_name="occasions")
    course_version = models.ForeignKey(CourseVersion, models.PROTECT, related_name="occasions")
    organiser = models.ForeignKey(Organisation, models.PROTECT, related_name="occasions")
    collaboration = models.ForeignKey(
        Collaboration,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="occasions",
        verbose_name=_("open to"),
        help_text=_("The members of a collaboration may book; otherwise only the own staff"),
    )
    number = models.CharField(_("number"), max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    seats = models.PositiveSmallIntegerField(_("seats"))
    seats_taken = models.PositiveSmallIntegerField(default=0)
    min_participants = models.PositiveSmallIntegerField(_("fewest participants"), default=8)
    decide_on = models.DateField(null=True, blank=True)
    # Too few on decide_on: the day on which the organiser was asked, and the answer "run it anyway" (R15).
    asked_on = models.DateField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    kept_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    opens_at = models.DateTimeField(_("booking opens"))
    closes_at = models.DateTimeField(_("booking closes"))
    quotas_until = models.DateTimeField(null=True, blank=True)
    # Until when the last hold stands; what every reader needs to know without asking for the holds.
    held_until = models.DateTimeField(null=True, blank=True)
    late_days = models.PositiveSmallIntegerField(_("late cancellation (days before)"), default=7)
    first_on = models.DateField()
    last_on = models.DateField()
    asks_needs = models.BooleanField(_("ask for diet and access wishes"), default=False)
    costs = models.BooleanField(_("costs money or needs travel"), default=False)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_reason = models.CharField(_("reason"), max_length=400, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = OccasionQuerySet.as_manager()

    class Meta:
        ordering = ["first_on", "id"]
        constraints = [
            choice_check("state", OccasionState, "occasion_state"),
            models.CheckConstraint(condition=Q(seats__gt=0), name="occasion_seats"),
            models.CheckConstraint(condition=Q(seats_taken__lte=F("seats")), name="occasion_not_oversold"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="occasion_window"),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="occasion_days"),
            models.UniqueConstraint(fields=["organiser", "number"], name="occasion_number_once"),
            models.UniqueConstraint(fields=["id", "course"], name="occasion_of_course"),
            models.CheckConstraint(
                condition=(Q(state="cancelled", cancelled_at__isnull=False) & ~Q(cancelled_reason=""))
                | (~Q(state="cancelled") & Q(cancelled_at=None)),
                name="occasion_cancelled_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="reported", reported_at__isnull=False) | (~Q(state="reported") & Q(reported_at=None)),
                name="occasion_reported_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["course", "last_on"], name="occasion_coming"),
            models.Index(fields=["organiser", "first_on"], name="occasion_organiser"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state_now(self) -> OccasionState:
        """The state as pages say it: an open one whose booking has closed by itself takes no more bookings."""
        is_past = self.state == OccasionState.OPEN and self.closes_at <= timezone.now()
        return OccasionState.CLOSED if is_past else OccasionState(self.state)

    @property
    def seats_free(self) -> int:
        return max(self.seats - self.seats_taken, 0)

    @property
    def is_spread(self) -> bool:
        """Whether more days lie from the first to the last than are course days. Reads the course version."""
        return (self.last_on - self.first_on).days >= max(self.course_version.days, 1)

    @property
    def is_full(self) -> bool:
        return self.seats_taken >= self.seats


class MeetingQuerySet(models.QuerySet):
    def to_show(self):
        """Days that stand, and of a cancelled occasion those that fell with it: pages and mails still say when it was."""
        return self.filter(Q(cancelled_at=None) | Q(cancelled_at=F("occasion__cancelled_at")))


class Meeting(Public):
    """One course day or webinar: one VEVENT, whose UID is made of public_id (RFC 5545 3.8.4.7)."""

    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="meetings")
    part = models.ForeignKey(Part, models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(max_length=40, default="Europe/Stockholm")
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("venue")
    )
    place = models.CharField(_("room"), max_length=200, blank=True)
    online_url = models.URLField(_("link"), blank=True)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    ics = models.BinaryField(default=b"", editable=False)
    ics_en = models.BinaryField(default=b"", editable=False)
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_start"),
            models.UniqueConstraint(
                fields=["occasion", "part"], condition=Q(cancelled_at=None), name="meeting_one_live_per_part"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.starts_at:%Y-%m-%d}"

    @property
    def where(self) -> str:
        """Venue and room in one line; empty when the meeting is online only."""
        return ", ".join(text for text in (str(self.venue) if self.venue else "", self.place) if text)


class OccasionTrainer(models.Model):
    """A person who leads an occasion, lent by an organisation."""

    occasion = models.ForeignKey(Occasion, models.CASCADE, related_name="trainers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="leads_occasions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["occasion", "person"], name="trainer_once")]

    def __str__(self) -> str:
        return f"{self.occasion_id}:{self.person_id}"


class Quota(models.Model):
    """Seats reserved for one organisation until released (R9 to R11)."""

    occasion = models.ForeignKey(Occasion, models.CASCADE, related_name="quotas")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    seats = models.PositiveSmallIntegerField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["occasion", "organisation"], name="quota_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.seats}"


class HoldQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Those at the occasions that the viewer runs, and those of the units or the organisation that the viewer books for."""
        return viewer.holds_seen(self)

    def live(self, at=None):
        """Holds that keep seats at a moment: not released, and their date has not come."""
        return self.filter(released_at=None, until__gt=at or timezone.now())


class Hold(Public):
    """Seats without names, kept for an organisation or one of its units until a date ("two from our unit").

    A quota for few, out of the organisation's own quota first: `of_quota` of the `seats` come from there.
    """

    occasion = models.ForeignKey(Occasion, models.CASCADE, related_name="holds")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    seats = models.PositiveSmallIntegerField()
    of_quota = models.PositiveSmallIntegerField(default=0)
    until = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(seats__gt=0, of_quota__lte=F("seats")), name="hold_seats"),
            models.CheckConstraint(condition=Q(until__gt=F("made_at")), name="hold_has_time"),
        ]
        indexes = [models.Index(fields=["occasion", "until"], name="hold_live")]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.seats}"

    def seats_of(self, kind: str) -> int:
        """How many of the seats come from the quota, or from the common ones (Booking.SeatFrom)."""
        return self.of_quota if kind == "quota" else self.seats - self.of_quota
