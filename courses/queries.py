"""What the pages of courses ask the database: one function for one page, no query inside a loop."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateField,
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
    Window,
)
from django.db.models.functions import Cast, Coalesce, RowNumber
from django.http import Http404
from django.utils import timezone

from courses.models import (
    Booking,
    Course,
    CourseResult,
    CourseVersion,
    Meeting,
    Occasion,
    Part,
    PartResult,
)
from people.access import Viewer, viewer_for
from people.models import Employment, Person
from people.prepared import Fixed, prepared
from people.roles import Permission, Role
from people.tables import counted_first

OPEN_STATES = (Occasion.State.OPEN, Occasion.State.CLOSED)
# A request keeps its place in the queue while the manager thinks (decisions 6): the same people as place_in_queue counts.
WAITING = (Booking.State.REQUESTED, Booking.State.QUEUED)
QUEUE = "how many stand in the queue"  # counted over all organisations, so not in the viewer's own scope
# Bookings are read after all attempts at a course.
AFTER_ATTEMPTS = 32767


def reach(viewer: Viewer, rows: QuerySet) -> QuerySet:
    """Rows of persons that the acting role shows, and the viewer's own, whatever the role."""
    own, shown = viewer.own(rows).order_by(), rows.visible_to(viewer).order_by()
    return rows.filter(pk__in=own.values("pk").union(shown.values("pk")))


# -- the catalogue


def catalogue(viewer: Viewer) -> QuerySet[CourseVersion]:
    """Published versions of the courses that the viewer may take, by title."""
    return (
        CourseVersion.objects.visible_to(viewer)
        .published()
        .filter(course__state=Course.State.PUBLISHED)
        .select_related("course__subject")
        .only("title", "title_en", "days", "minutes", "course__slug", "course__code", "course__subject__name")
        .order_by("course__sort_key", "pk")
    )


@prepared
def catalogue_begins(viewer: Viewer, *, most: Fixed) -> QuerySet[CourseVersion]:
    """The first rows of the catalogue, each with `of_all`."""
    return counted_first(catalogue(viewer), most.value)


def bookable_at(viewer: Viewer, at: datetime | None = None) -> QuerySet[Occasion]:
    """Occasions that the viewer may book at a moment (None: now), by date."""
    return Occasion.objects.visible_to(viewer).bookable(at).upcoming(viewer.on).order_by("first_on", "pk")


@prepared
def _nearest_of(viewer: Viewer, *, courses: list[int], at: datetime) -> QuerySet[Occasion]:
    """Of each course the nearest occasion with a free seat, else the nearest, and beside it how many there are."""
    full = Case(When(seats_taken__lt=F("seats"), then=0), default=1)
    rows = (
        bookable_at(viewer, at)
        .filter(course__in=courses)
        .annotate(
            place=Window(RowNumber(), partition_by="course", order_by=[full, "first_on", "pk"]),
            found=Window(Count("pk"), partition_by="course"),
            waiting=waiting(),
        )
    )
    return rows.filter(place=1).as_system(QUEUE)


def dress_catalogue(viewer: Viewer, versions: list[CourseVersion]) -> None:
    """Give the versions of one page what a row shows: `occasion`, `more` and the viewer's own `status`."""
    courses = [version.course_id for version in versions]
    states = own_states(viewer, courses)
    nearest = {one.course_id: one for one in _nearest_of(viewer, courses=courses, at=timezone.now())}
    for version in versions:
        version.occasion = nearest.get(version.course_id)
        version.more = version.occasion.found - 1 if version.occasion else 0
        version.status = states.get(version.course_id, "")


@prepared
def _own_rows(viewer: Viewer, *, courses: list[int]) -> QuerySet:
    results = viewer.own(CourseResult.objects.filter(course__in=courses)).order_by()
    bookings = viewer.own(Booking.objects.active().filter(course__in=courses)).order_by()
    no_end = Cast(Value(None), DateField())
    rows = results.values_list("course", "state", "valid_until", "attempt").union(
        bookings.values_list("course", "state", no_end, Value(AFTER_ATTEMPTS)), all=True
    )
    return rows.order_by("attempt", "-state")


def own_states(viewer: Viewer, courses: Iterable[int]) -> dict[int, str]:
    """Ids of courses in, the viewer's own status by course out: done before ongoing before booked. One query."""
    states: dict[int, str] = {}
    words = {
        Booking.State.BOOKED: "booked",
        Booking.State.OFFERED: "offered",
        Booking.State.QUEUED: "queued",
        Booking.State.REQUESTED: "requested",
    }
    for course, state, until, _attempt in _own_rows(viewer, courses=list(courses)):
        if state == CourseResult.State.PASSED:
            states[course] = "expired" if until and until < viewer.on else "done"
        elif state in CourseResult.OPEN:
            states[course] = "ongoing"
        elif state in words and states.get(course) not in ("done", "ongoing"):
            states[course] = words[state]
    return states


def waiting(of: str = "pk") -> Coalesce:
    """Subquery for an occasion, or for what points at it: how many stand in its queue."""
    rows = Booking.objects.filter(occasion=OuterRef(of), state__in=WAITING, seat_from="").order_by().values("occasion")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), Value(0))


# -- one occasion and its bookings


@prepared
def _seen(viewer: Viewer, *, public_id: UUID) -> QuerySet[Occasion]:
    return (
        Occasion.objects.visible_to(viewer)
        .filter(public_id=public_id)
        .select_related("course", "course_version", "organiser", "collaboration")
        .annotate(waiting=waiting())
        .as_system(QUEUE)
    )


@prepared
def _days_of(*, occasion: int) -> QuerySet[Meeting]:
    rows = Meeting.objects.to_show().filter(occasion=occasion)
    return rows.select_related("venue", "part").order_by("starts_at")


def occasion_with_days(viewer: Viewer, public_id: UUID, *, only_itself: bool = False) -> Occasion:
    """The occasion with this public id, with its `days` and how many are `waiting`. Http404 when the viewer may not see it.

    `only_itself`: for a deed, which reads the days itself.
    """
    occasion = next(iter(_seen(viewer, public_id=public_id)), None)
    if occasion is None:
        raise Http404
    if not only_itself:
        occasion.days = _days_of(occasion=occasion.pk)
        for day in occasion.days:
            day.occasion = occasion
    return occasion


@prepared
def _own_bookings(viewer: Viewer, *, occasion: int) -> QuerySet[Booking]:
    rows = viewer.own(Booking.objects.filter(occasion=occasion)).select_related("organisation", "makeup_part")
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-requested_at")[:1]


def own_booking(viewer: Viewer, occasion: Occasion) -> Booking | None:
    """The viewer's own latest booking at an occasion, the active one first."""
    return next(iter(_own_bookings(viewer, occasion=occasion.pk)), None)


def employments_now(viewer: Viewer) -> QuerySet[Employment]:
    """The viewer's own employments today."""
    return viewer.own(Employment.objects.on(viewer.on)).select_related("organisation").order_by("starts_on", "pk")


def bookable_people(
    viewer: Viewer, occasion: Occasion, text: str = "", chosen: Iterable[UUID] = ()
) -> QuerySet[Employment]:
    """Employments that the viewer may book for, found by name or already chosen, with `state` of their booking there."""
    theirs = Booking.objects.active().filter(occasion=occasion, person=OuterRef("person"))
    people = Person.objects.visible_to(viewer).matching(text).order_by().values("pk")
    wanted = Q(person__in=people) | Q(public_id__in=list(chosen)) if text else Q(pk__isnull=False)
    return (
        Employment.objects.visible_to(viewer)
        .on(viewer.on)
        .filter(wanted)
        .select_related("person")
        .annotate(booking_state=Subquery(theirs.values("state")[:1]))
        .order_by("person__sort_key", "pk")
    )


def answered_by(viewer: Viewer, rows: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings that the viewer answers for: of the own line, or those that came to the viewer's office without a manager."""
    if Permission.APPROVE_BOOKINGS not in viewer.may:
        rows = rows.filter(goes_to=viewer.role)
    return rows.exclude(person=viewer.person)


def to_approve(viewer: Viewer) -> QuerySet[Booking]:
    """Requests that wait for the viewer's answer, the earliest course first."""
    rows = answered_by(viewer, Booking.objects.visible_to(viewer).filter(state=Booking.State.REQUESTED))
    return rows.select_related("person", "occasion__course_version").order_by(
        "occasion__first_on", "requested_at", "pk"
    )


ANSWERING = (Permission.APPROVE_BOOKINGS, Permission.ANSWER_UNLED)


def may_answer(person: Person, booking: Booking, on: date) -> bool:
    """Whether somebody may approve or refuse the request on a day: manager, deputy, officer. Nobody their own."""
    if person.pk == booking.person_id:
        return False
    for role in (Role.MANAGER, Role.DEPUTY, *([Role(booking.goes_to)] if booking.goes_to else [])):
        viewer = viewer_for(person, role, on)
        if viewer.role == role and viewer.may & set(ANSWERING):
            if answered_by(viewer, Booking.objects.visible_to(viewer)).filter(pk=booking.pk).exists():
                return True
    return False


# -- doing a course


def own_and_seen_results(viewer: Viewer) -> QuerySet[CourseResult]:
    """Results within the viewer's reach with what their page shows."""
    return reach(viewer, CourseResult.objects.all()).select_related(
        "person", "organisation", "course__subject", "course_version"
    )


def parts_of(result: CourseResult) -> list[Part]:
    """Parts of the attempt's version in order, each with `tasks_shown` and `done` (its PartResult or None)."""
    parts: list[Part] = list(
        result.course_version.parts.order_by("order").prefetch_related(
            "tasks", Prefetch("results", PartResult.objects.filter(result=result), to_attr="mine")
        )
    )
    for part in parts:
        part.progress = part.mine[0] if part.mine else None
        ticked = set(part.progress.tasks_done) if part.progress else set()
        part.tasks_shown = [(task, task.pk in ticked) for task in part.tasks.all()]
        part.ticked = sum(done for _task, done in part.tasks_shown)
        part.is_done = bool(part.progress and part.progress.state == PartResult.State.DONE)
    return parts


def days_of(result: CourseResult) -> dict[str, Meeting]:
    """The meetings that the person has or had a seat at in this course, by the part's key: the latest day counts."""
    only = Q(occasion__bookings__makeup_part=None) | Q(occasion__bookings__makeup_part__key=F("part__key"))
    rows = Meeting.objects.filter(
        only,
        occasion__bookings__person=result.person_id,
        occasion__bookings__state__in=[Booking.State.BOOKED, Booking.State.FINISHED],
        occasion__course=result.course_id,
        cancelled_at=None,
    )
    return {day.part.key: day for day in rows.select_related("venue", "occasion", "part").order_by("starts_at")}


def to_sign(viewer: Viewer) -> list[tuple[CourseResult, Part]]:
    """Parts of the viewer's people that a supervisor confirms and nobody has: (attempt, part), by name."""
    done = PartResult.objects.filter(result=OuterRef("pk"), part=OuterRef("waiting_part"), state=PartResult.State.DONE)
    rows = (
        CourseResult.objects.visible_to(viewer)
        .open()
        .exclude(person=viewer.person)
        .filter(course_version__parts__confirmed_by=Part.ConfirmedBy.SUPERVISOR)
        .annotate(waiting_part=F("course_version__parts"))
        .exclude(Exists(done))
        .select_related("person", "course_version", "course")
        .order_by("person__sort_key", "pk", "course_version__parts__order")
    )
    rows = list(rows)
    parts = Part.objects.in_bulk({row.waiting_part for row in rows})
    return [(row, parts[row.waiting_part]) for row in rows]


# -- authoring


def courses_edited(viewer: Viewer) -> QuerySet[CourseVersion]:
    """The newest version of every course that the viewer may edit, with what a row shows."""
    newer = CourseVersion.objects.filter(course=OuterRef("course"), number__gt=OuterRef("number"))
    upcoming = Occasion.objects.upcoming(timezone.localdate()).filter(course=OuterRef("course")).order_by()
    return (
        CourseVersion.objects.filter(course__in=Course.objects.editable_by(viewer))
        .exclude(Exists(newer))
        .select_related("course__subject", "course__owner")
        .annotate(
            n_parts=Count("parts", distinct=True),
            all_minutes=Coalesce(Sum("parts__minutes"), Value(0)),
            n_occasions=Coalesce(
                Subquery(upcoming.values("course").annotate(n=Count("pk")).values("n"), output_field=IntegerField()),
                Value(0),
            ),
        )
        .order_by("course__sort_key", "pk")
    )


def draft_of(course: Course) -> CourseVersion:
    """The version of a course that an author works on: its draft, else the newest."""
    return course.versions.order_by("-number").prefetch_related(
        Prefetch("parts", Part.objects.annotate(n_tasks=Count("tasks")).order_by("order")), "goals"
    )[0]
