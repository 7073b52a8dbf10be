"""Journeys and their stages as ways through the catalogue of courses, which lies below and knows no journeys."""

from collections.abc import Iterable
from itertools import groupby

from django.utils.translation import gettext as _

from journeys.models import Journey, Stop, Version
from people.access import Viewer


def routes_of_courses(viewer: Viewer) -> list[tuple[str, list[tuple[str, str, frozenset[int]]]]]:
    """The journeys that the viewer may see, each with its stages and their courses, to narrow the catalogue by: one query."""
    stops = Stop.objects.filter(
        version__state=Version.State.PUBLISHED,
        version__journey__in=Journey.objects.visible_to(viewer).order_by().values("pk"),
    )
    rows = stops.select_related("stage", "version__journey").order_by(
        "version__journey__name", "version__journey", "stage__order", "order"
    )
    routes = []
    for journey, of_journey in groupby(rows, key=lambda stop: stop.version.journey):
        whole = list(of_journey)
        choices = [(journey.slug, _("%(journey)s, all stages") % {"journey": journey.shown_name}, ids_of(whole))]
        for stage, of_stage in groupby(whole, key=lambda stop: stop.stage):
            choices.append((f"{journey.slug}.{stage.key}", str(stage), ids_of(of_stage)))
        routes.append((journey.shown_name, choices))
    return routes


def ids_of(stops: Iterable[Stop]) -> frozenset[int]:
    """The ids of the courses of some stops."""
    return frozenset(stop.course_id for stop in stops)
