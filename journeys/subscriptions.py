"""A programme's calendar: the sessions of the courses on its way. Courses below know no journeys; they ask whoever registers here."""

from django.db.models import QuerySet

from courses.models import Feed, Meeting, Occasion
from courses.subscriptions import SOURCES, Source, days_at
from journeys.models import Journey, Stop, Version
from people.access import Viewer


def programme_days(viewer: Viewer, about: str, filters: dict) -> QuerySet[Meeting]:
    """Course days of the published version's courses, as far as the viewer sees both the programme and the sessions."""
    journeys = Journey.objects.visible_to(viewer).filter(slug=about)
    stops = Stop.objects.filter(
        version__state=Version.State.PUBLISHED, version__journey__in=journeys.order_by().values("pk")
    )
    shown = Occasion.objects.visible_to(viewer).exclude(state=Occasion.State.PLANNED)
    return days_at(shown.filter(course__in=stops.order_by().values("course")))


def programme_name(viewer: Viewer, about: str) -> str:
    journey = Journey.objects.visible_to(viewer).filter(slug=about).first()
    return journey.shown_name if journey else ""


SOURCES[Feed.Kind.PROGRAMME] = Source(programme_days, programme_name)
