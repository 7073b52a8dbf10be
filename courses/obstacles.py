"""Why somebody cannot book an occasion, or should think twice: the sentences beside the grey button (R5, R6, R7)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.makeup import makeup_obstacle
from courses.models import Booking, CourseResult, Meeting, Occasion, OccasionTrainer, Part, Prerequisite
from people.models import Employment, Person, RoleAssignment
from people.prepared import prepared


@dataclass(frozen=True)
class Obstacle:
    """A sentence; `hard` ones stop the booking, the others warn."""

    sentence: str
    hard: bool


def occasion_obstacle(occasion: Occasion, at: datetime, part: Part | None = None) -> str:
    """Why nobody can book the occasion now; empty when it is open. A make-up day is open until that day."""
    if occasion.state == Occasion.State.CANCELLED:
        return _("The session is cancelled.")
    if occasion.state == Occasion.State.REPORTED or occasion.last_on < timezone.localdate(at):
        return _("The session is over.")
    if occasion.state == Occasion.State.PLANNED or at < occasion.opens_at:
        return _("Booking opens %(when)s.") % {"when": _moment(occasion.opens_at)}
    if part is not None:
        return ""
    if occasion.state == Occasion.State.CLOSED or at >= occasion.closes_at:
        return _("Booking closed %(when)s.") % {"when": _moment(min(occasion.closes_at, at))}
    return ""


def window_obstacles(opens_at: datetime, closes_at: datetime, starts: Iterable[datetime]) -> list[str]:
    """Why booking cannot open and close at these moments, given when the course days start."""
    if closes_at <= opens_at:
        return [_("Booking has to close after it opens.")]
    first = min(starts, default=None)
    if first and closes_at > first:
        return [
            _("Booking has to close before the first course day, which starts %(when)s.") % {"when": _moment(first)}
        ]
    return []


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F H.i")


def find_obstacles(
    person: Person, occasion: Occasion, at: datetime, part: Part | None, *, window: bool = True, soft: bool = True
) -> Iterator[Obstacle]:
    """All obstacles of a person at an occasion, the hard ones first. `part`: only that day is to be made up (R24).

    `window` False: a seat that exists changes hands, so it does not matter whether booking is open. `soft` False: only what
    stops, for the deed, which asks while everybody waits for its lock.
    """
    if window and (sentence := occasion_obstacle(occasion, at, part)):
        yield Obstacle(sentence, hard=True)
    today = timezone.localdate(at)
    rows = _standing(person=person.pk, occasion=occasion.pk, course=occasion.course_id, today=today)
    yield from _own_position(rows[0], part)
    if part and (sentence := makeup_obstacle(person, occasion, part, at)):
        yield Obstacle(sentence, hard=True)
    asked = list(_prerequisites(person, rows, at)) if part is None else []
    yield from (obstacle for obstacle in asked if obstacle.hard)
    if soft:
        yield from (obstacle for obstacle in asked if not obstacle.hard)
        yield from _clashes(person, occasion, part)


@prepared
def _standing(*, person: int, occasion: int, course: int, today: date) -> QuerySet:
    """What the person is to the occasion and has of the course, and beside it each thing that the course asks first: one row
    at least, one question, asked while everybody waits for the lock."""
    first = "course_version__prerequisites"
    of_course = Booking.objects.active().filter(person=person, course=course)
    seats = of_course.filter(state=Booking.State.BOOKED, makeup_part=None).exclude(occasion=occasion)
    leads = OccasionTrainer.objects.filter(occasion=occasion, person=person)
    passed = CourseResult.objects.passed().filter(person=person, course=OuterRef(f"{first}__course"))
    held = RoleAssignment.objects.on(today).filter(person=person, role=OuterRef(f"{first}__role"))
    rows = Occasion.objects.filter(pk=occasion).order_by(f"{first}__pk")
    return rows.values(
        works=Exists(Employment.objects.on(today).filter(person=person)),
        leads=Exists(leads),
        booked=Exists(of_course.filter(occasion=occasion)),
        seat_on=Subquery(seats.values("occasion__first_on")[:1]),
        asked=F(f"{first}__pk"),
        passing=F(f"{first}__course"),
        years=F(f"{first}__min_years"),
        hard=F(f"{first}__hard"),
        has_passed=Exists(passed),
        has_role=Exists(held),
    )


def _own_position(row: Mapping[str, Any], part: Part | None) -> Iterator[Obstacle]:
    if not row["works"]:
        yield Obstacle(_("Only somebody with an employer can book."), hard=True)
    if row["leads"]:
        yield Obstacle(_("Whoever leads the session cannot book a seat on it."), hard=True)
    if row["booked"]:
        yield Obstacle(_("There is a booking on this session already."), hard=True)
    if row["seat_on"] and part is None:
        when = date_format(row["seat_on"], "j F")
        yield Obstacle(_("There is a seat on this course already, on %(when)s.") % {"when": when}, hard=True)


def _prerequisites(person: Person, rows: Iterable[Mapping[str, Any]], at: datetime) -> Iterator[Obstacle]:
    for row in rows:
        if row["asked"] is None or row["has_passed"] or row["has_role"]:
            continue
        asked = Prerequisite(course_id=row["passing"], min_years=row["years"])
        check = _CHECKS[(asked.course_id is not None, asked.min_years is not None)]
        if sentence := check(person, asked, timezone.localdate(at)):
            yield Obstacle(sentence, hard=row["hard"])


def _lacks_course(person: Person, row: Prerequisite, today: date) -> str:
    version = row.course.versions.order_by("-number").first() if row.course else None
    return _("The course “%(title)s” has to be passed first.") % {
        "title": version.shown_title if version else row.course
    }


def _lacks_years(person: Person, row: Prerequisite, today: date) -> str:
    since, asked = person.profession_started_on, row.min_years or 0
    if since and (today.year - since.year - ((today.month, today.day) < (since.month, since.day))) >= asked:
        return ""
    return ngettext(
        "The course is meant for those with at least %(years)s year in the profession.",
        "The course is meant for those with at least %(years)s years in the profession.",
        asked,
    ) % {"years": asked}


def _lacks_role(person: Person, row: Prerequisite, today: date) -> str:
    return _("The course is meant for another role.")


_CHECKS: dict[tuple[bool, bool], Callable[[Person, Prerequisite, date], str]] = {
    (True, False): _lacks_course,
    (False, True): _lacks_years,
    (False, False): _lacks_role,
}


def _clashes(person: Person, occasion: Occasion, part: Part | None) -> Iterator[Obstacle]:
    """Days that overlap with other seats of the person: a warning (R5)."""
    asked = occasion.meetings.filter(cancelled_at=None)
    days = list(asked.filter(part__key=part.key) if part else asked)
    if not days:
        return
    others = Meeting.objects.filter(
        cancelled_at=None,
        occasion__bookings__person=person,
        occasion__bookings__state__in=[Booking.State.BOOKED, Booking.State.OFFERED],
        starts_at__lt=max(day.ends_at for day in days),
        ends_at__gt=min(day.starts_at for day in days),
    ).exclude(occasion=occasion)
    for other in others.select_related("occasion__course_version"):
        if any(other.starts_at < day.ends_at and other.ends_at > day.starts_at for day in days):
            yield Obstacle(
                _("It is at the same time as “%(title)s” on %(when)s.")
                % {"title": other.occasion.course_version.shown_title, "when": date_format(timezone.localtime(other.starts_at), "j F")},
                hard=False,
            )  # fmt: skip
