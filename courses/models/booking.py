import hashlib
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from courses.models.course import Course, Part
from courses.models.occasion import Hold, Meeting, Occasion
from people.line import nearest_managers
from people.looking import NotedName
from people.models import Employment, Organisation, Person, RoleAssignment
from people.models.base import Public, choice_check


class BookingQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Own; the team's; the organisation's (HR); everybody's on occasions that the viewer runs or leads."""
        return viewer.bookings_seen(self)

    def active(self):
        return self.filter(state__in=Booking.ACTIVE)

    def waiting(self):
        return self.filter(state=Booking.State.QUEUED)

    def seated(self):
        """Bookings with a seat for good, before the occasion is reported and after."""
        return self.filter(state__in=[Booking.State.BOOKED, Booking.State.FINISHED])

    def holding(self):
        """Bookings that take a seat: offered, booked, and requested or queued with a seat kept for them."""
        return self.filter(Booking.HOLDS)

    def in_order(self):
        """Queue order: priority class, then the time of the request (R12)."""
        return self.order_by("priority", "queued_at", "id")


class BookingState(models.TextChoices):
    REQUESTED = "requested", _("Waiting for the manager")
    QUEUED = "queued", _("In the queue")
    OFFERED = "offered", _("Offered a seat")
    BOOKED = "booked", _("Booked")
    FINISHED = "finished", _("Finished")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed")
    CANCELLED = "cancelled", _("Cancelled")


class BookingSeatFrom(models.TextChoices):
    QUOTA = "quota", _("Own quota")
    COMMON = "common", _("Common seats")


class BookingEndKind(models.TextChoices):
    EARLY = "early", _("In time")
    LATE = "late", _("Late")
    SICK = "sick", _("Sick on the day")
    ORGANISER = "organiser", _("By the organiser")
    SWAPPED = "swapped", _("Swapped")
    MOVED = "moved", _("Moved")
    MERGED = "merged", _("Merged")
    LEFT = "left", _("Left the employer")
    GOT_ANOTHER = "got_another", _("Got a seat on another date")


class Booking(Public):
    """A person's seat at an occasion, or the wish for one. Nothing else: presence and results are other tables."""

    State = BookingState
    SeatFrom = BookingSeatFrom
    shown_name = NotedName()  # annotated by Viewer.named_bookings

    EndKind = BookingEndKind

    MOVES = {
        State.REQUESTED: {State.QUEUED, State.BOOKED, State.REFUSED, State.CANCELLED},
        State.QUEUED: {State.BOOKED, State.OFFERED, State.CANCELLED},
        State.OFFERED: {State.BOOKED, State.LAPSED, State.CANCELLED},
        State.BOOKED: {State.FINISHED, State.CANCELLED},
        State.FINISHED: set(),
        State.REFUSED: set(),
        State.LAPSED: set(),
        # Only with its occasion, when the cancellation is undone before anybody acted.
        State.CANCELLED: {State.REQUESTED, State.QUEUED, State.OFFERED, State.BOOKED},
    }
    ACTIVE = (State.REQUESTED, State.QUEUED, State.OFFERED, State.BOOKED)
    HOLDS = Q(state__in=["offered", "booked"]) | (Q(state__in=["requested", "queued"]) & ~Q(seat_from=""))

    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="bookings")
    course = models.ForeignKey(Course, models.PROTECT, related_name="bookings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="bookings")
    employment = models.ForeignKey(Employment, models.PROTECT, related_name="bookings")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bookings")
    state = models.CharField(max_length=10, choices=State)
    code = models.CharField(max_length=12)
    makeup_part = models.ForeignKey(Part, models.PROTECT, null=True, blank=True, related_name="+")
    takes_at_once = models.BooleanField(default=True)
    group = models.UUIDField(null=True, blank=True)  # several people as one entry of the queue: all or none
    priority = models.PositiveSmallIntegerField(default=5)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    # The role that answers when no manager can (courses/answering.py); empty for a request that has one.
    goes_to = models.CharField(max_length=20, blank=True)
    queued_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True, blank=True)
    booked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    seat_from = models.CharField(max_length=8, choices=SeatFrom, blank=True)
    hold = models.ForeignKey(Hold, models.SET_NULL, null=True, blank=True, related_name="bookings")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    end_kind = models.CharField(max_length=12, choices=EndKind, blank=True)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    swapped_to = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="swapped_from")

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("state", BookingState, "booking_state"),
            choice_check("seat_from", BookingSeatFrom, "booking_seat_from", blank=True),
            choice_check("end_kind", BookingEndKind, "booking_end_kind", blank=True),
            models.UniqueConstraint(fields=["occasion", "code"], name="booking_code_once"),
            models.UniqueConstraint(
                fields=["occasion", "person"],
                condition=Q(state__in=["requested", "queued", "offered", "booked"]),
                name="booking_one_active",
            ),
            models.UniqueConstraint(
                fields=["course", "person"],
                condition=Q(state="booked", makeup_part=None),
                name="booking_one_seat_per_course",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["offered", "booked", "finished"]) | Q(approved_at__isnull=False),
                name="booking_seat_needs_approval",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("person")), name="booking_not_own_approval"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="booking_refusal_says_why"),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "queued", "offered", "booked"], ended_at=None)
                | (~Q(state__in=["requested", "queued", "offered", "booked"]) & Q(ended_at__isnull=False)),
                name="booking_ends_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["offered", "booked", "finished"]) | ~Q(seat_from=""), name="booking_seat_whole"
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="booking_of_organisation"),
        ]
        indexes = [
            models.Index(fields=["occasion", "state", "priority", "queued_at"], name="booking_queue"),
            models.Index(fields=["organisation", "state"], name="booking_organisation"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    def has_day(self, meeting: Meeting) -> bool:
        """Whether the booking is for this day: all days of its occasion, or only the one that is made up (R24)."""
        return self.makeup_part is None or self.makeup_part.key == meeting.part.key

    def approvers(self) -> list[Person]:
        """The nearest managers on the day of the request, never the person: named, of the unit, or one level up (R4)."""
        return nearest_managers(self.employment_id, self.person_id, timezone.localdate(self.requested_at))

    def officers(self, role: str, on: date) -> list[Person]:
        """Those who hold a role in the organisation of the request on a day, never the person who asked (R4)."""
        held = RoleAssignment.objects.on(on).filter(role=role, organisation=self.organisation_id)
        return list(Person.objects.filter(pk__in=held.values("person")).exclude(pk=self.person_id).order_by("pk"))

    def asked_people(self, on: date) -> list[Person]:
        """Whose answer the request waits for: the nearest managers, else the officers whom it went to (courses/answering.py)."""
        return self.approvers() or (self.officers(self.goes_to, on) if self.goes_to else [])


class OfferAnswer(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    LAPSED = "lapsed", _("No answer in time")


class Offer(models.Model):
    """A seat kept for a waiting person until an hour (R13). The link answers without signing in, for this offer only."""

    Answer = OfferAnswer

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="offers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(max_length=6, choices=Answer, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(answer_by__gt=F("made_at")), name="offer_has_time"),
            models.UniqueConstraint(fields=["booking"], condition=Q(answered_at=None), name="offer_one_open"),
        ]

    def __str__(self) -> str:
        return str(self.booking_id)

    @property
    def token(self) -> str:
        """The secret of the offer's link. Made again from the key when the mail is sent, so that no table holds it."""
        secret = f"{self.booking.public_id}:{self.made_at.timestamp()}"
        return salted_hmac("courses.offer", secret, algorithm="sha256").hexdigest()

    @staticmethod
    def digest(token: str) -> str:
        """What the table holds of a token: its SHA-256."""
        return hashlib.sha256(token.encode()).hexdigest()


class Need(models.Model):
    """Diet and access wishes: fixed choices or a contact; its own table because it is deleted early (R8)."""

    booking = models.OneToOneField(Booking, models.CASCADE, related_name="need")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    choices = models.JSONField(default=list)
    via_contact = models.BooleanField(default=False)
    erase_on = models.DateField()

    def __str__(self) -> str:
        return str(self.booking_id)


class AttendanceState(models.TextChoices):
    PRESENT = "present", _("Present")
    PARTLY = "partly", _("Partly")
    EXCUSED = "excused", _("Excused")
    ABSENT = "absent", _("Absent")


class Attendance(models.Model):
    """Presence of one booked person at one meeting."""

    State = AttendanceState

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendances")
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="attendances")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=12, default="list")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    corrected_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            choice_check("state", AttendanceState, "attendance_state"),
            models.UniqueConstraint(fields=["booking", "meeting"], name="attendance_once"),
            models.CheckConstraint(
                condition=~Q(state="partly") | Q(minutes__isnull=False), name="attendance_partly_minutes"
            ),
        ]

    def __str__(self) -> str:
        return self.state
