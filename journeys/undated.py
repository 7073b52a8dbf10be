"""Which stations have no day because nobody could keep the one that the rule gives: what the manager's list asks the database."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from journeys.deadlines import explain, needs_hand
from journeys.models import Progress
from journeys.queries import stops_shown
from journeys.stations import local_stops, with_local
from people.access import Viewer


class Undated(NamedTuple):
    """A station whose day somebody has to set: why there is none, and whether the start in the profession would give it."""

    key: str
    title: str
    words: str
    asks_profession: bool


class UndatedJourney(NamedTuple):
    progress: Progress
    stations: list[Undated]


def undated_progress(viewer: Viewer) -> QuerySet[Progress]:
    """The running journeys that hold such stations, of the people that the viewer sees, by name."""
    rows = Progress.objects.visible_to(viewer).running().filter(undated__gt=0)
    return with_local(rows).select_related("person", "journey", "enrolment").order_by("person__sort_key", "pk")


def undated_stations(rows: Iterable[Progress]) -> list[UndatedJourney]:
    """What each of these journeys lacks a day for: one query more."""
    rows = list(rows)
    stops = stops_shown(versions={one.version_id for one in rows}) if rows else []
    found = []
    for one in rows:
        own = [
            Undated(stop.key, stop.shown_title, explain(why), why.endswith("unknown:profession"))
            for stop in [*(stop for stop in stops if stop.version_id == one.version_id), *local_stops(one)]
            if needs_hand(why := one.stops.get(stop.key, {}).get("why", ""))
        ]
        found.append(UndatedJourney(one, own))
    return found
