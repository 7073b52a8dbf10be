"""Journeys and their stages as ways through the catalogue of courses, which lies below and knows no journeys."""

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language

from courses.models import Course
from journeys.models import Enrolment, Journey, Stop, Version
from people.access import Viewer
from people.models import Organisation, Person


def routes_of_courses(viewer: Viewer) -> QuerySet:
    """Rows (journey, its name, stage, its name, course id, order) of the journeys that the viewer may see.

    A question without order, so that the catalogue asks it together with its own and pays for one (courses/filters.py).
    """
    stops = Stop.objects.filter(
        version__state=Version.State.PUBLISHED,
        version__journey__in=Journey.objects.visible_to(viewer).order_by().values("pk"),
    )
    named = {"journey_name": _name("version__journey__name"), "stage_name": _name("stage__name")}
    return (
        stops.order_by()
        .annotate(**named)
        .values_list("version__journey__slug", "journey_name", "stage__key", "stage_name", "course", "stage__order")
    )


def journeys_of_courses(person: Person) -> dict[int, str]:
    """Course id -> the name of the person's journey that it is a stop of, past ones included; the latest of several."""
    versions = Enrolment.objects.filter(person=person).order_by().values("version")
    stops = Stop.objects.filter(version__in=versions).annotate(journey_name=_name("version__journey__name"))
    return dict(stops.order_by("version__published_at", "pk").values_list("course", "journey_name"))


def _name(path: str) -> Coalesce:
    """The name in the reader's language."""
    english = NullIf(f"{path}_en", Value("")) if get_language() == "en" else Value(None, output_field=CharField())
    return Coalesce(english, F(path), output_field=CharField())


def owner_of_path(person: Person, organisation: Organisation, course: Course) -> Organisation | None:
    """Who owns the journey that a person is on and that holds the course: whose delegate decides on prior learning (R36)."""
    rows = Enrolment.objects.open().filter(person=person, organisation=organisation, version__stops__course=course)
    enrolment = rows.select_related("journey__owner").order_by("pk").first()
    return enrolment.journey.owner if enrolment else None
