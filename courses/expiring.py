"""What runs out: the last valid result of each person and subject, what is under way with it, and where seats are free (R29 to R31)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import NullIf
from django.utils.translation import get_language

from courses.models import Booking, CourseResult, Occasion
from courses.validity import grace_end
from people.access import Viewer
from people.models import Employment, Leave

AHEAD = timedelta(days=90)
# The days before the end on which people are reminded, the last one first.
STEPS = (0, 30, 90)


def last_ones(rows: QuerySet[CourseResult]) -> QuerySet[CourseResult]:
    """Of passed results those that say how long a subject is valid: no later or endless one of the same person and employer."""
    same = CourseResult.objects.passed().filter(
        person=OuterRef("person"), organisation=OuterRef("organisation"), subject=OuterRef("subject")
    )
    later = Q(valid_until=None) | Q(valid_until__gt=OuterRef("valid_until"))
    later |= Q(valid_until=OuterRef("valid_until"), pk__gt=OuterRef("pk"))
    return rows.filter(~Exists(same.filter(later)), state=CourseResult.State.PASSED, valid_until__isnull=False)


def expiring(viewer: Viewer) -> QuerySet[CourseResult]:
    """What the viewer's people have to renew within 90 days, or should have: the nearest end first, with `shown_title`,
    the `employment` that counts it and `seat`, the state of a booking of the subject; of those who work there on the day."""
    rows = last_ones(viewer.present_rows(CourseResult.objects.all())).filter(valid_until__lte=viewer.on + AHEAD)
    job = Employment.objects.on(viewer.on).filter(person=OuterRef("person"), organisation=OuterRef("organisation"))
    seat = (
        Booking.objects.active()
        .filter(person=OuterRef("person"), organisation=OuterRef("organisation"), course__subject=OuterRef("subject"))
        .order_by("occasion__first_on", "pk")
    )
    begun = CourseResult.objects.open().filter(
        person=OuterRef("person"), organisation=OuterRef("organisation"), course__subject=OuterRef("subject")
    )
    return (
        rows.filter(Exists(job))
        .select_related("person", "subject", "course")
        .annotate(
            shown_title=_title(),
            employment=Subquery(job.order_by("pk").values("public_id")[:1]),
            job=Subquery(job.order_by("pk").values("pk")[:1]),
            seat=Subquery(seat.values("state")[:1]),
            seat_on=Subquery(seat.values("occasion__first_on")[:1]),
            is_begun=Exists(begun),
        )
        .order_by("valid_until", "person__sort_key", "pk")
    )


def _title() -> Case | F:
    if get_language() != "en":
        return F("course_version__title")
    english = NullIf("course_version__title_en", Value(""))
    return Case(
        When(course_version__title_en="", then=F("course_version__title")), default=english, output_field=CharField()
    )


@dataclass(frozen=True)
class ExpiringRow:
    """One result that runs out, until when leave lets it wait, and the first session with a free seat for the viewer's people."""

    result: CourseResult
    grace: date | None
    session: Occasion | None
    state: str

    @property
    def waits(self) -> bool:
        """It may wait for a return that nobody knows the day of."""
        return self.grace == date.max


def rows_of(viewer: Viewer, results: Iterable[CourseResult]) -> list[ExpiringRow]:
    """A page of them dressed: two queries more."""
    results = list(results)
    leaves: dict[int, list] = {}
    away = Leave.objects.filter(employment__in=[one.job for one in results]).order_by("starts_on")
    for employment, starts_on, ends_on in away.values_list("employment", "starts_on", "ends_on"):
        leaves.setdefault(employment, []).append((starts_on, ends_on))
    free = free_sessions(viewer, {one.subject_id for one in results if one.subject_id})
    found = []
    for one in results:
        assert one.subject  # what runs out has both
        assert one.valid_until
        grace = grace_end(one.valid_until, leaves.get(one.job, []), one.subject.grace_weeks)
        state = _state(one, grace or one.valid_until, viewer.on)
        found.append(ExpiringRow(one, grace, free.get(one.subject.pk), state))
    return found


def _state(result: CourseResult, last: date, on: date) -> str:
    """The state as chips have it: what is under way says more than the date."""
    if result.seat:
        return result.seat
    if result.is_begun:
        return "ongoing"
    return "expired" if last < on else "soon"


def free_sessions(viewer: Viewer, subjects: Iterable[int]) -> dict[int, Occasion]:
    """By subject the first session with a seat left that the viewer may book: one query."""
    rows = Occasion.objects.visible_to(viewer).bookable().upcoming(viewer.on + timedelta(days=1))
    free = rows.filter(course__subject__in=list(subjects), seats_taken__lt=F("seats")).select_related("course")
    found: dict[int, Occasion] = {}
    for occasion in free.order_by("first_on", "pk"):
        found.setdefault(occasion.course.subject_id, occasion)
    return found
