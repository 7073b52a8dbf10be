"""What the organiser's pages ask: own occasions, who takes part, who waits and why. No query inside a loop."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from courses.checkin import OPEN_AROUND
from courses.holds import whose
from courses.minimum import too_few
from courses.models import (
    Attendance,
    Booking,
    Course,
    Hold,
    Meeting,
    Occasion,
    OccasionTrainer,
    Offer,
    Part,
    PartResult,
    TimeQuestion,
)
from courses.moving import time_answers
from courses.queue import BEHIND_DEADLINE, NEW_IN_JOB, place_sentence, placed, waits
from courses.tallies import LATE_KINDS, with_outcomes
from people.access import Viewer
from people.models import Employment, Person
from people.prepared import Fixed, prepared
from people.roles import Permission
from people.tables import counted_first

SEATED = (Booking.State.BOOKED, Booking.State.FINISHED)
WAITING = (Booking.State.REQUESTED, Booking.State.QUEUED, Booking.State.OFFERED)


def _counted(rows: QuerySet, by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def occasions_listed(viewer: Viewer) -> QuerySet[Occasion]:
    """Occasions of the list: those the viewer runs or leads; for coordinators and programme owners all they may see."""
    rows = Occasion.objects.all()
    rows = rows.run_by(viewer) if _runs(viewer) else rows.visible_to(viewer)
    queue = Booking.objects.filter(occasion=OuterRef("pk"), state__in=["requested", "queued"], seat_from="")
    asked = Booking.objects.filter(occasion=OuterRef("pk"), state=Booking.State.REQUESTED).exclude(seat_from="")
    return (
        rows.select_related("course_version", "organiser")
        .annotate(waiting=_counted(queue, "occasion"), asked=_counted(asked, "occasion"))
        .order_by("first_on", "pk")
        .as_system("how many stand in the queue")
    )


@prepared
def occasions_coming(viewer: Viewer, *, most: Fixed) -> QuerySet[Occasion]:
    """The first occasions of the list that have not ended, each with `of_all`."""
    return counted_first(occasions_listed(viewer).coming(viewer.on), most.value)


def _runs(viewer: Viewer) -> bool:
    return bool(viewer.may & {Permission.RUN_OCCASIONS, Permission.MARK_ATTENDANCE})


def occasion_run(viewer: Viewer, at: datetime | None = None) -> QuerySet[Occasion]:
    """Occasions that the viewer runs or leads, with days, trainers, the number of preparation parts, and whether the organiser
    confirms parts beside the days.
    """
    days = Meeting.objects.to_show().select_related("venue", "part").order_by("starts_at")
    trainers = OccasionTrainer.objects.select_related("person").order_by("person__sort_key")
    preparation = Part.objects.filter(course_version=OuterRef("course_version"), kind=Part.Kind.PREPARATION)
    return (
        Occasion.objects.run_by(viewer)
        .select_related("course", "course_version", "organiser", "collaboration")
        .prefetch_related(Prefetch("meetings", days, to_attr="days"), Prefetch("trainers", trainers, to_attr="leads"))
        .annotate(
            n_preparation=_counted(preparation, "course_version"),
            n_nameless=nameless_seats(at or timezone.now()),
            confirms=Exists(confirmable_parts().filter(course_version=OuterRef("course_version"))),
        )
    )


@prepared
def _one_run(viewer: Viewer, *, public_id: UUID, at: datetime) -> QuerySet[Occasion]:
    return occasion_run(viewer, at).filter(public_id=public_id)


def one_run(viewer: Viewer, public_id: UUID) -> Occasion | None:
    """The one of `occasion_run` with a public id; None for a stranger's and for none."""
    return next(iter(_one_run(viewer, public_id=public_id, at=timezone.now())), None)


def confirmable_parts() -> QuerySet[Part]:
    """Parts that an organiser confirms by hand: attendance decides the others."""
    return Part.objects.filter(confirmed_by=Part.ConfirmedBy.ORGANISER).exclude(kind__in=Part.MEETING_KINDS)


def usual_places(viewer: Viewer, course: Course, keys: list[str]) -> dict[str, dict]:
    """Where each day of a course was given last, by the part's key: venue and room. A day that never was goes where the latest
    day of the course went. One question."""
    rows = Meeting.objects.filter(occasion__in=Occasion.objects.run_by(viewer), occasion__course=course)
    found = rows.exclude(venue=None).filter(cancelled_at=None).order_by("-starts_at")
    last: dict[str, dict] = {}
    for key, venue, place in found.values_list("part__key", "venue", "place")[:50]:
        here = {"venue": venue, "place": place}
        last.setdefault(key, here)
        last.setdefault("", here)
    return {key: last.get(key) or last.get("", {}) for key in keys}


def nameless_seats(at: datetime) -> Combinable:
    """Seats of an occasion that holds keep at a moment for nobody by name yet, so that a page needs no question of its own."""
    live = Hold.objects.live(at).filter(occasion=OuterRef("pk")).order_by()
    kept = live.values("occasion").annotate(n=Sum("seats")).values("n")
    named = Booking.objects.holding().filter(
        occasion=OuterRef("pk"), hold__released_at=None, hold__until__gt=at,
        person__shown_to=Person.ShownTo.ALL,
    )  # fmt: skip
    return Coalesce(Subquery(kept, output_field=IntegerField()), Value(0)) - _counted(named, "occasion")


def holds_at(viewer: Viewer, occasion: Occasion) -> list[Hold]:
    """Nameless seats that are the viewer's to see, each with `nameless`, `named` and `whose`, the earliest first.

    Only those whose names the viewer may read count as named: a code's workplace is nobody's to work out (R45).
    """
    if not occasion.held_until:
        return []
    rows = Hold.objects.visible_to(viewer).live().filter(occasion=occasion)
    found = list(rows.select_related("organisation", "unit").order_by("made_at", "pk"))
    seats = Booking.objects.visible_to(viewer).holding().filter(hold__in=found)
    named = Counter(viewer.named_bookings(seats).filter(is_named=True).values_list("hold", flat=True))
    for hold in found:
        hold.named, hold.whose = named[hold.pk], whose(hold)
        hold.nameless = max(hold.seats - hold.named, 0)
    return found


def chosen_day(occasion: Occasion, wanted: str) -> Meeting | None:
    """The day of the attendance list: the one asked for, else the first that is not locked, else the last."""
    days = occasion.days
    asked = [day for day in days if str(day.public_id) == wanted]
    unlocked = [day for day in days if day.locked_at is None]
    return next(iter(asked or unlocked or days[-1:]), None)


def day_to_check_in(occasion: Occasion, wanted: str, at: datetime) -> Meeting | None:
    """The day of the check-in screen: the one asked for, else the one that runs or comes next, else the last."""
    asked = [day for day in occasion.days if str(day.public_id) == wanted]
    ahead = [day for day in occasion.days if day.ends_at + OPEN_AROUND >= at]
    return next(iter(asked or ahead or occasion.days[-1:]), None)


@dataclass
class Roster:
    """Who is at an occasion, as the viewer may read it; `counted` are all whom the tally counts, also who left late."""

    seated: list[Booking]
    waiting: list[Booking]
    counted: list[Booking]

    @property
    def asked(self) -> list[Booking]:
        """Those who have a seat kept while a manager decides (decisions 6): they stand in no queue."""
        return [booking for booking in self.waiting if booking.state == Booking.State.REQUESTED and booking.seat_from]

    @property
    def queued(self) -> list[Booking]:
        return [booking for booking in self.waiting if booking not in self.asked]

    @property
    def marked(self) -> int:
        return sum(bool(booking.mark) for booking in self.seated)

    @property
    def prepared(self) -> int:
        return sum(booking.is_prepared for booking in self.seated)

    @property
    def foreign(self) -> list[int]:
        """Ids of the named persons shown: what the read log remembers (R44)."""
        return [booking.person_id for booking in (*self.seated, *self.waiting) if booking.is_named]


@prepared
def _roster_rows(viewer: Viewer, *, occasion: int, version: int, day: int | None) -> QuerySet[Booking]:
    left = Q(state=Booking.State.CANCELLED, end_kind__in=LATE_KINDS)
    rows = Booking.objects.visible_to(viewer).filter(Q(state__in=[*SEATED, *WAITING]) | left, occasion=occasion)
    rows = with_outcomes(viewer.named_bookings(rows), occasion)
    marks = Attendance.objects.filter(booking=OuterRef("pk"), meeting=day)
    done = PartResult.objects.filter(
        result__person=OuterRef("person"),
        result__organisation=OuterRef("organisation"),
        result__course=OuterRef("course"),
        part__course_version=version,
        part__kind=Part.Kind.PREPARATION,
        state=PartResult.State.DONE,
    )
    return rows.select_related("organisation", "person", "need", "makeup_part").annotate(
        mark=Coalesce(Subquery(marks.values("state")[:1]), Value("")),
        mark_id=Subquery(marks.values("pk")[:1]),
        mark_minutes=Subquery(marks.values("minutes")[:1]),
        mark_self=Subquery(marks.filter(source="self").values("recorded_at")[:1]),
        n_prepared=_counted(done, "result__course"),
        answer_by=Subquery(Offer.objects.filter(booking=OuterRef("pk"), answered_at=None).values("answer_by")[:1]),
    )


def roster(viewer: Viewer, occasion: Occasion, day: Meeting | None = None) -> Roster:
    """Participants by name and the queue in its order; with each one's mark of `day` and whether the preparation is done."""
    version = occasion.course_version_id
    found: list[Booking] = _roster_rows(viewer, occasion=occasion.pk, version=version, day=day and day.pk)
    for booking in found:
        booking.is_prepared = booking.n_prepared >= occasion.n_preparation
    seated = [
        b for b in found if b.state in SEATED and (not b.makeup_part or not day or b.makeup_part.key == day.part.key)
    ]
    seated.sort(key=lambda b: (not b.is_named, b.person.sort_key if b.is_named else "", b.pk))
    waiting = [b for b in found if b.state in WAITING]
    waiting.sort(key=lambda b: (not b.seat_from, b.priority, b.queued_at, b.pk))
    _say_places(occasion, waiting)
    return Roster(seated, waiting, found)


def _say_places(occasion: Occasion, waiting: list[Booking]) -> None:
    """Give those who wait their place in words; the list is in the queue's order, so that no question is asked."""
    before: list[int] = []
    for booking in waiting:
        booking.occasion = occasion
        booking.may_get = (
            (occasion.seats_free > 0 or booking.makeup_part_id) and waits(booking) and booking.approved_at is not None
        )
        if waits(booking):
            higher = [priority for priority in before if priority < booking.priority]
            booking.n_before = len(before)
            booking.n_behind, booking.n_fresh = higher.count(BEHIND_DEADLINE), higher.count(NEW_IN_JOB)
            before.append(booking.priority)
        booking.place = place_sentence(booking)


def participants_listed(viewer: Viewer) -> QuerySet[Booking]:
    """Everybody with a seat at an occasion that the viewer runs or leads, latest occasion first."""
    rows = Booking.objects.visible_to(viewer).filter(state__in=SEATED, occasion__in=Occasion.objects.run_by(viewer))
    return (
        viewer.named_bookings(rows)
        .select_related("organisation", "person", "occasion__course_version")
        .annotate(
            list_key=Case(When(is_named=True, then=F("person__sort_key")), default=F("code"))
        )  # a code's place tells nothing
        .order_by("-occasion__first_on", "occasion_id", "-is_named", "list_key")
    )


def other_dates(viewer: Viewer, booking: Booking) -> QuerySet[Occasion]:
    """Other dates of a booking's course that may be booked now and where the person has nothing yet."""
    theirs = Booking.objects.active().filter(occasion=OuterRef("pk"), person=booking.person_id)
    queue = Booking.objects.filter(occasion=OuterRef("pk"), state__in=["requested", "queued"], seat_from="")
    rows = Occasion.objects.visible_to(viewer).bookable().upcoming(viewer.on).filter(course=booking.course_id)
    rows = rows.exclude(pk=booking.occasion_id).exclude(Exists(theirs))
    rows = rows.annotate(waiting=_counted(queue, "occasion")).order_by("first_on", "pk")
    return rows.as_system("how many stand in the queue")


def takers(viewer: Viewer, booking: Booking) -> QuerySet[Employment]:
    """The people of the viewer's who may take over a seat: same employer, and nothing at this occasion."""
    theirs = Booking.objects.active().filter(occasion=booking.occasion_id, person=OuterRef("person"))
    rows = Employment.objects.visible_to(viewer).on(viewer.on).filter(organisation=booking.organisation_id)
    rows = rows.exclude(person=booking.person_id).exclude(Exists(theirs))
    return rows.select_related("person", "organisation").order_by("person__sort_key", "pk")


def team_bookings(viewer: Viewer, occasion: Occasion) -> list[Booking]:
    """Bookings at an occasion of the people whom the viewer books for, each with its place in the queue."""
    rows = Booking.objects.visible_to(viewer).active().filter(occasion=occasion).exclude(person=viewer.person)
    return placed(rows.select_related("person", "occasion").order_by("person__sort_key", "pk"))


def names_at(viewer: Viewer, occasion: Occasion) -> dict[str, Booking]:
    """Everybody who has or had a booking at an occasion, by public id, with `shown_name` and `is_named`."""
    rows = viewer.named_bookings(Booking.objects.visible_to(viewer).filter(occasion=occasion))
    return {str(row.public_id): row for row in rows.select_related("organisation")}


@prepared
def to_decide(viewer: Viewer) -> QuerySet[Occasion]:
    """Occasions of the viewer's own with too few booked on their decision date, the soonest first (R15)."""
    rows = too_few(Occasion.objects.run_by(viewer), viewer.on)
    return rows.select_related("course_version").order_by("first_on", "pk")


@dataclass
class NewTime:
    """What was answered to the new time of one day: how many and who, and `said` by booking: "yes", "no", "" for not yet."""

    meeting: Meeting
    yes: int = 0
    noes: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    said: dict[int, str] = field(default_factory=dict)

    @property
    def untouched(self) -> bool:
        """Nobody has answered and the day lies ahead: the move can still be taken back."""
        return not self.yes and not self.noes and self.meeting.starts_at > timezone.now()


def new_times(viewer: Viewer, occasion: Occasion) -> list[NewTime]:
    """Days that moved, with who said no and who has not answered, as the viewer may read the names."""
    if not any(day.sequence for day in occasion.days):
        return []
    names = {row.pk: row.shown_name for row in names_at(viewer, occasion).values()}
    gone: dict[Meeting, NewTime] = {}
    for question in time_answers(occasion):
        one = gone.setdefault(question.meeting, NewTime(question.meeting))
        name = names.get(question.booking_id, question.booking.code)
        one.said[question.booking_id] = question.answer
        if question.answer == TimeQuestion.Answer.YES:
            one.yes += 1
        elif question.answer == TimeQuestion.Answer.NO:
            one.noes.append(name)
        elif question.answered_at is None and question.booking.state == Booking.State.BOOKED:
            one.waiting.append(name)
    return list(gone.values())


def say_new_times(bookings: Iterable[Booking], answers: Iterable[NewTime]) -> None:
    """Give those who were asked about a new time `new_time`: "open" while any answer is missing, else "yes"."""
    for booking in bookings:
        said = [one.said[booking.pk] for one in answers if booking.pk in one.said]
        booking.new_time = ("yes" if all(said) else "open") if said else ""
