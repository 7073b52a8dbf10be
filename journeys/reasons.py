"""WHY A JOURNEY IS NOT COMPLETED: the lacks that the rule of progress wrote, each station with what the rule of courses lacks.

No rule here: journeys/progress.py says which stations a stage lacks, courses/results.py which parts an attempt lacks; this file
reads both for one enrolment and puts words to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from courses.models import Booking, CourseResult
from courses.results import Missing, missing_by_attempt
from journeys import sentences
from journeys.deadlines import NEVER
from journeys.models import Progress, Stage
from journeys.progress import RULE, standing_of
from journeys.queries import WEIGHT, stops_shown
from journeys.stations import Activity, Station, local_stops, shown_paths, stations_of, with_local
from people.access import Viewer
from people.models import Person


@dataclass(frozen=True)
class StationReason:
    """A station that is not done, and what it needs."""

    station: Station
    needs: tuple[str, ...]
    attempt: str = ""  # public id of the open attempt


@dataclass(frozen=True)
class LackReason:
    """`needs` more of these stations."""

    needs: int
    stations: tuple[StationReason, ...]

    @property
    def is_choice(self) -> bool:
        return len(self.stations) > 1


@dataclass
class StageReason:
    stage: Stage
    lacks: list[LackReason] = field(default_factory=list)


@dataclass(frozen=True)
class Reasons:
    """What one journey lacks, by stage, and what is done but has run out."""

    progress: Progress
    stages: list[StageReason]
    expired: list[Station]


def own_progress(viewer: Viewer) -> QuerySet[Progress]:
    return _with_names(viewer.own(Progress.objects.all()))


def seen_progress(viewer: Viewer) -> QuerySet[Progress]:
    """Of people whom the viewer sees today: HR's rows of those who left are for their certificates (decision 3)."""
    people = Person.objects.visible_to(viewer).order_by().values("pk")
    return _with_names(Progress.objects.visible_to(viewer).filter(person__in=people))


def _with_names(rows: QuerySet[Progress]) -> QuerySet[Progress]:
    return with_local(rows).select_related("person", "journey", "organisation", "enrolment", "stage")


def reasons_of(progress: Progress, on: date) -> Reasons:
    """What a journey lacks: five queries, whatever its length."""
    stops = stops_shown(versions={progress.version_id})
    courses = {stop.course_id for stop in [*stops, *local_stops(progress)]}
    same = {"person": progress.person_id, "organisation": progress.organisation_id, "course__in": courses}
    attempts = {
        one.course_id: one for one in CourseResult.objects.open().filter(**same).select_related("course_version")
    }
    seats = _seats(Booking.objects.active().filter(**same).select_related("occasion"))
    activities = {pk: Activity("ongoing", one.started_on, None, str(one.public_id)) for pk, one in attempts.items()} | {
        pk: Activity(seat.state, seat.occasion.first_on, seat.occasion.last_on) for pk, seat in seats.items()
    }
    rows = stations_of(progress, shown_paths(stops), activities, on)
    stations = {one.key: one for row in rows for one in row.stations}
    titles = {one.course: one.title for one in stations.values()}
    missing = missing_by_attempt(attempts.values())
    known = _Known(attempts, {one.course_id: missing[one.pk] for one in attempts.values()}, seats, titles, on)
    found = {row.stage.key: StageReason(row.stage) for row in rows if row.held}
    lacks = progress.lacks if progress.rule == RULE else standing_of(progress.enrolment).lacks  # not counted anew yet
    for key, lacking, needs in lacks:
        # A local station that has just gone live is on the stored row within minutes.
        if named := tuple(_reason(stations[one], known) for one in lacking if one in stations):
            found[key].lacks.append(LackReason(needs, named))
    run_out = [one for row in rows if row.held for one in row.stations if one.state == "expired"]
    return Reasons(progress, list(found.values()), run_out)


def _seats(bookings: QuerySet[Booking]) -> dict[int, Booking]:
    """By course the booking that says most."""
    return {one.course_id: one for one in sorted(bookings, key=lambda one: -WEIGHT.get(one.state, 9))}


class _Known(NamedTuple):
    """What is under way, by course, and on which day that is asked."""

    attempts: Mapping[int, CourseResult]
    missing: Mapping[int, list[Missing]]
    seats: Mapping[int, Booking]
    titles: Mapping[int, str]
    on: date


def _reason(station: Station, known: _Known) -> StationReason:
    seat, attempt = known.seats.get(station.course), known.attempts.get(station.course)
    said = [] if seat is None else [_seat_sentence(seat)]
    if attempt:
        said += [one.sentence for one in known.missing[station.course]]
    elif station.waits_for:
        said.append(sentences.requires(station, known.titles) + ".")
    elif station.wait_until and station.wait_until > known.on:
        said.append(_opens(station.wait_until))
    elif seat is None:
        said.append(_not_begun(station))
    return StationReason(station, tuple(said), str(attempt.public_id) if attempt else "")


def _opens(on: date) -> str:
    if on == NEVER:
        return _("The start in the profession has to be known first.")
    return _("Cannot be taken before %(day)s.") % {"day": sentences.written(on)}


def _not_begun(station: Station) -> str:
    lowest = getattr(station.stop, "min_course_version", None) or 0
    if lowest > 1:
        return _("Not passed in version %(n)s of the course or a later one.") % {"n": lowest}
    return _("Not begun: book a session.") if getattr(station.stop, "days", 0) else _("Not begun: start the course.")


def _seat_sentence(seat: Booking) -> str:
    texts: dict[str, str] = {
        Booking.State.BOOKED: _("A seat is booked, %(day)s."),
        Booking.State.OFFERED: _("A seat is offered, %(day)s. It waits for an answer."),
        Booking.State.QUEUED: _("In the queue for a seat, %(day)s."),
        Booking.State.REQUESTED: _("A seat is asked for, %(day)s. It waits for approval."),
    }
    return texts[seat.state] % {"day": sentences.written(seat.occasion.first_on)}
