"""What Mölndal adds to the programmes of the region: own stations with dates, and an optional one out of sight."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from courses.authoring import add_part, add_task, draft_course, publish_course
from courses.models import Course
from courses.results import finish_part, start_course
from journeys.enrolment import enrol
from journeys.jobs import stamp_missing
from journeys.local_layers import draft_layer, set_live, set_local_change, set_local_stop
from journeys.models import Enrolment
from tracker.demo.staff import Staff
from tracker.demo.teaching import Teaching
from tracker.demo.terms import local

HOME = "1481"
ROUTINES = (
    "MOL-1",
    "Mölndals rutiner och system",
    "Routines and systems of Mölndal",
    "Gå igenom checklistan med en kollega",
)
HANDBOOK = ("MOL-2", "Handläggarens handbok i Mölndal", "The case handbook of Mölndal", "Läs kapitlet om din enhet")
LIVE, FIRST, DONE = 21, 4, 6  # days ago that the additions went live, days until the first did a station, how many did
BEGAN, MORE = 35, 8  # days ago that so many colleagues began the basics


def add_locally(staff: Staff, teaching: Teaching) -> None:
    """Three weeks ago the additions went live, and some have done the first station since."""
    routines, handbook = (_course(staff, *text) for text in (ROUTINES, HANDBOOK))
    _begin_basics(staff, teaching)
    own: dict[str, Any] = {"anchor": "journey", "unit": "months"}
    _live(staff, teaching, "BU", stops=[(routines, "ny", own | {"offset": 6}), (handbook, "van", own | {"offset": 12})])
    _live(staff, teaching, "BAS", stops=[(routines, "bas", own | {"offset": 3})], hidden="bas-6", sooner="bas-1")
    _take(staff, teaching, routines)
    stamp_missing()


def _course(staff: Staff, code: str, title: str, title_en: str, task: str) -> Course:
    """A course of Mölndal's own, of half an hour, that does not travel."""
    given: dict[str, Any] = {"by": staff.cast["kommunadmin"], "at": local(staff.today - timedelta(days=LIVE + 7), 9)}
    owner = staff.organisations[HOME]
    version = draft_course(owner=owner, code=code, title=title, title_en=title_en, local=True, **given)
    part = add_part(
        version=version,
        kind="preparation",
        title="Genomgång",
        title_en="Read through",
        minutes=30,
        confirmed_by="self",
        **given,
    )
    add_task(part=part, text=task, why="Gör det lättare att göra rätt här hos oss.", minutes=30, **given)
    publish_course(version=version, **given)
    return version.course


def _live(staff: Staff, teaching: Teaching, code: str, *, stops: list, hidden: str = "", sooner: str = "") -> None:
    given: dict[str, Any] = {"by": staff.cast["kommunadmin"], "at": local(staff.today - timedelta(days=LIVE), 9)}
    layer = draft_layer(journey=teaching.journeys[code], organisation=staff.organisations[HOME], **given)
    for course, stage, dates in stops:
        set_local_stop(layer=layer, course=course, stage=stage, **dates, **given)
    if hidden:
        set_local_change(layer=layer, key=hidden, hidden=True, **given)
    if sooner:
        set_local_change(layer=layer, key=sooner, anchor="employment", offset=4, unit="months", **given)
    set_live(layer=layer, **given)


def _under_way(staff: Staff, teaching: Teaching) -> QuerySet[Enrolment]:
    """Colleagues in child welfare, in a fixed order; nobody of the cast, whose own path the other stories need."""
    here = {"organisation": staff.organisations[HOME], "employment__ends_on": None}
    on = Enrolment.objects.open().filter(journey=teaching.journeys["BU"], **here)
    rows = on.exclude(person__in=[person.pk for person in staff.cast.values()])
    return rows.select_related("person", "employment__organisation").order_by("pk")


def _begin_basics(staff: Staff, teaching: Teaching) -> None:
    """Some are put on the basics, so that the version that comes has somebody to speak of."""
    day, by = staff.today - timedelta(days=BEGAN), staff.cast["hr"]
    known = Enrolment.objects.filter(journey=teaching.journeys["BAS"]).order_by().values("person")
    for row in _under_way(staff, teaching).exclude(person__in=known).filter(employment__starts_on__lte=day)[:MORE]:
        given: dict[str, Any] = {
            "person": row.person,
            "employment": row.employment,
            "journey": teaching.journeys["BAS"],
        }
        enrol(**given, starts_on=day, source=Enrolment.Source.HR, by=by, at=local(day, 9))


def _take(staff: Staff, teaching: Teaching, course: Course) -> None:
    """Some colleagues, one a day."""
    for number, row in enumerate(_under_way(staff, teaching)[:DONE]):
        given: dict[str, Any] = {"by": row.person, "at": local(staff.today - timedelta(days=LIVE - FIRST - number), 14)}
        result = start_course(
            person=row.person, organisation=row.organisation, course=course, source="digital", **given
        )
        finish_part(result=result, part=result.course_version.parts.get(), **given)
