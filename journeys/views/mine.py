"""My journey: the person's own path."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from journeys import sentences
from journeys.map import MapStage, MapStation, draw_tall, draw_wide
from journeys.queries import MyJourney, Seat, my_journeys, my_seats
from journeys.stations import StageRow, Station, with_next
from people.access import Viewer

SEAT_STATES = ("booked", "offered", "queued", "requested")
WATCHED = 5  # lines in "To keep an eye on"
NEAR_DAYS = 90  # deadlines further away wait; the nearest one is always told


@dataclass(frozen=True)
class Watch:
    """Something to keep an eye on: a chip, and why it matters."""

    state: str
    words: str
    station: Station
    text: str


@require_safe
def journey_mine(request: HttpRequest) -> HttpResponse:
    """Where the person is and what is next, drawn, as stages and stations, with the next course day and the deadlines."""
    viewer = request.viewer
    seats = my_seats(viewer)
    journeys = my_journeys(viewer, seats)
    chosen = next((one for one in journeys if str(one.progress.enrolment.public_id) == request.GET.get("resa")), None)
    chosen = chosen or next(iter(journeys), None)
    context: dict[str, object] = {"journeys": journeys, "seat": _next_seat(seats), "seats": seats}
    if chosen:
        context |= journey_context(chosen, viewer, seats)
    return render(request, "journeys/journey_mine.html", context)


def _next_seat(seats: list[Seat]) -> Seat | None:
    return next((seat for seat in seats if seat.state == "booked"), next(iter(seats), None))


def journey_context(chosen: MyJourney, viewer: Viewer, seats: list[Seat]) -> dict[str, object]:
    """What the page shows of one journey."""
    stages = with_next(chosen.stages)
    stations = [station for stage in stages for station in stage.stations]
    return {
        "journey": chosen,
        "progress": chosen.progress,
        "stages": _stages(stages, stations, seats),
        "stations": stations,
        "headline": sentences.headline(viewer.person.given_name or viewer.person.name, chosen.progress, stages),
        "lead": sentences.lead(chosen.progress, stations),
        "drawings": _drawings(stages, stations),
        "legend": _legend(stations),
        "watches": watches(stations, viewer.on),
        "is_paused": chosen.progress.state == "paused",
        "is_complete": chosen.progress.state == "completed",
    }


def _stages(stages: list[StageRow], stations: list[Station], seats: list[Seat]) -> list[dict[str, object]]:
    titles = {station.course: station.title for station in stations}
    by_course = {seat.occasion.course_id: seat for seat in seats}
    current = sentences.current_stage(stages)
    return [
        {
            "row": stage,
            "words": sentences.stage_words(stage),
            "is_open": stage == current,
            "stations": [
                {
                    "station": one,
                    "facts": sentences.station_facts(one, titles),
                    "seat": by_course.get(one.course) if one.state in SEAT_STATES else None,
                }
                for one in stage.stations
            ],
        }
        for stage in stages
    ]


def _drawings(stages: list[StageRow], stations: list[Station]) -> list[tuple]:
    """(name, drawing, pairs of a mark and its station), wide and tall."""
    drawn = tuple(
        MapStage(
            stage.number,
            str(stage.stage),
            sentences.stage_words(stage),
            tuple(MapStation(one.shown, one.title) for one in stage.stations),
        )
        for stage in stages
    )
    return [
        (name, drawing, list(zip(drawing.marks, stations, strict=True)))
        for name, drawing in (("wide", draw_wide(drawn)), ("tall", draw_tall(drawn)))
    ]


def _legend(stations: list[Station]) -> list[str]:
    shown = {station.shown for station in stations}
    order = ["done", "recognised", "ongoing", "booked", "offered", "queued", "requested", "next"]
    order += ["soon", "expired", "late", "locked", "open"]
    return [state for state in order if state in shown]


def watches(stations: list[Station], on: date) -> list[Watch]:
    """What to keep an eye on: expired and expiring first, then what is late, then the nearest deadlines, each with why."""
    ends = sorted(
        (one for one in stations if one.state in ("expired", "soon")), key=lambda one: (one.until, one.number)
    )
    dues = sorted(
        (one for one in stations if one.counts and one.due and not one.done),
        key=lambda one: (one.due, one.number),
    )
    urgent = [*ends, *(one for one in dues if one.is_late)]
    ahead = [one for one in dues if not one.is_late]
    coming = [one for one in ahead if one.due and (one.due - on).days <= NEAR_DAYS] or ahead[:1]
    return [
        Watch(_watch_state(one), sentences.watch_chip(one, on), one, sentences.watch_text(one))
        for one in [*urgent, *coming][: max(WATCHED, len(urgent))]
    ]


def _watch_state(station: Station) -> str:
    if station.state in ("expired", "soon", "booked", "ongoing"):
        return station.state
    return "late" if station.is_late else "soon"
