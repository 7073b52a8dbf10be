"""What Mölndal adds to the programmes of the region: own stations with dates, and an optional one out of sight."""

from datetime import timedelta

from courses.authoring import add_part, add_task, draft_course, publish_course
from courses.models import Course
from courses.results import finish_part, start_course
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


def add_locally(staff: Staff, teaching: Teaching) -> None:
    """Three weeks ago the additions went live, and some have done the first station since."""
    routines, handbook = (_course(staff, *text) for text in (ROUTINES, HANDBOOK))
    own = {"anchor": "journey", "unit": "months"}
    _live(staff, teaching, "BU", stops=[(routines, "ny", own | {"offset": 6}), (handbook, "van", own | {"offset": 12})])
    _live(staff, teaching, "BAS", stops=[(routines, "bas", own | {"offset": 3})], hidden="bas-6", sooner="bas-1")
    _take(staff, teaching, routines)
    stamp_missing()


def _course(staff: Staff, code: str, title: str, title_en: str, task: str) -> Course:
    """A course of Mölndal's own, of half an hour, that does not travel."""
    given = {"by": staff.cast["kommunadmin"], "at": local(staff.today - timedelta(days=LIVE + 7), 9)}
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
    given = {"by": staff.cast["kommunadmin"], "at": local(staff.today - timedelta(days=LIVE), 9)}
    layer = draft_layer(journey=teaching.journeys[code], organisation=staff.organisations[HOME], **given)
    for course, stage, dates in stops:
        set_local_stop(layer=layer, course=course, stage=stage, **dates, **given)
    if hidden:
        set_local_change(layer=layer, key=hidden, hidden=True, **given)
    if sooner:
        set_local_change(layer=layer, key=sooner, anchor="employment", offset=4, unit="months", **given)
    set_live(layer=layer, **given)


def _take(staff: Staff, teaching: Teaching, course: Course) -> None:
    """Some colleagues, one a day; nobody of the cast, who have it before them."""
    on = Enrolment.objects.open().filter(journey=teaching.journeys["BU"], organisation=staff.organisations[HOME])
    rows = on.exclude(person__in=[person.pk for person in staff.cast.values()]).select_related("person").order_by("pk")
    for number, row in enumerate(rows[:DONE]):
        given = {"by": row.person, "at": local(staff.today - timedelta(days=LIVE - FIRST - number), 14)}
        result = start_course(
            person=row.person, organisation=row.organisation, course=course, source="digital", **given
        )
        finish_part(result=result, part=result.course_version.parts.get(), **given)
