"""The roll-up for region and nation: counts per organisation, version and stage, written by the worker and shown with their time."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from journeys.counts import add_done, add_due, no_sums
from journeys.models import Enrolment, Journey, Progress, Rollup, SharedNeed, Version
from journeys.stations import day
from people.models import Accession

CHUNK = 500  # rows of progress in memory at once
NEVER = datetime.min.replace(tzinfo=UTC)


def count_anew(at: datetime | None = None) -> int:
    """Count per organisation, version and stage. Only what changed since, or was counted on another day.

    Answers how many pairs of organisation and version were counted. A country is counted pair by pair, and within a pair row by
    row: the memory is that of the counts. What changed is asked of the rows computed since the oldest count, by their index.
    """
    at = at or timezone.now()
    running = Progress.objects.exclude(state=Enrolment.State.ENDED).order_by()
    counted = dict(_by_pair(Rollup.objects.order_by(), Min("as_of")))
    there = set(Progress.objects.order_by().values_list("organisation", "version").distinct())
    fresh = Progress.objects.filter(computed_at__gte=min(counted.values(), default=at)).order_by()
    newest = dict(_by_pair(fresh, Max("computed_at")))
    # Who has moved to another version left no newer row behind: there are fewer than were counted.
    sizes = dict(_by_pair(running, Count("pk")))
    told = dict(_by_pair(Rollup.objects.filter(stage=None).order_by(), Max("people")))
    on = timezone.localdate(at)
    stale = [
        pair
        for pair in sorted(there)
        if pair not in counted
        or timezone.localdate(counted[pair]) != on
        or newest.get(pair, NEVER) >= counted[pair]
        or sizes.get(pair, 0) != told.get(pair)
    ]
    for pair in stale:
        _roll_up_pair(*pair, at)
    for organisation, version in set(counted) - there:
        Rollup.objects.filter(organisation=organisation, version=version).delete()
    for journey in Journey.objects.exclude(collaboration=None).order_by("pk"):
        _sum_needs(journey, on)
    return len(stale)


def _by_pair(rows, moment):
    return (
        ((organisation, version), at)
        for organisation, version, at in rows.values_list("organisation", "version").annotate(at=moment)
    )


def _roll_up_pair(organisation: int, version: int, at: datetime) -> None:
    on = timezone.localdate(at)
    tallies: dict[int | None, Tally] = defaultdict(lambda: Tally(on), {None: Tally(on)})
    rows = Progress.objects.exclude(state=Enrolment.State.ENDED).filter(organisation=organisation, version=version)
    values = rows.order_by().values_list("stage", "state", "next_due", "stops", "core")
    for own, state, due, stops, core in values.iterator(chunk_size=CHUNK):
        for stage in {None, own}:
            tallies[stage].add(state, day(core["due"]) if core else due, stops)
    with transaction.atomic():
        Version.objects.select_for_update(no_key=True).get(pk=version)  # two workers count one after the other
        mine = Rollup.objects.filter(organisation=organisation, version=version)
        mine.filter(stage__isnull=False).exclude(stage__in=[stage for stage in tallies if stage]).delete()
        for stage, tally in tallies.items():
            Rollup.objects.update_or_create(
                organisation_id=organisation,
                version_id=version,
                stage_id=stage,  # type: ignore[misc]  # null is the row of the whole version
                defaults={**tally.counts(is_whole=stage is None), "as_of": at},
            )


def _sum_needs(journey: Journey, on: date) -> None:
    """What the members of the day have done and have to do, from their counts: every time, since a member may have joined or left."""
    members = Accession.objects.on(on).filter(collaboration=journey.collaboration_id).values("organisation")
    rows = Rollup.objects.filter(stage=None, version__journey=journey, organisation__in=members).order_by()
    due, stations = no_sums(), no_sums()
    for version, stops in rows.values_list("version", "stops").iterator(chunk_size=CHUNK):
        add_due(due, version, stops)
        add_done(stations, version, stops)
    SharedNeed.objects.update_or_create(journey=journey, defaults={"due": due, "stations": stations})


class Tally:
    """Counts of progress rows on a day: people, completed, paused, late, and per stop done, done late, late and due by month."""

    def __init__(self, on: date) -> None:
        self.on, self.today = on, on.isoformat()
        self.people = self.late = 0
        self.states: Counter[str] = Counter()
        self.stops: dict[str, dict] = {}

    def add(self, state: str, due: date | None, stops: dict) -> None:
        self.people += 1
        self.states[state] += 1
        is_open = state in Enrolment.OPEN
        self.late += bool(is_open and due and due < self.on)
        for key, stop in stops.items():
            if "local" in stop:
                continue  # the core alone is compared between organisations
            wanted = stop.get("core_due", stop["due"])
            one = self.stops.setdefault(key, {"done": 0, "late": 0, "slow": 0, "due": {}})
            if stop["done"]:
                one["done"] += 1
                one["slow"] += bool(wanted) and stop["done"] > wanted
            elif wanted and is_open:
                month = wanted[:7]
                one["late"] += wanted < self.today
                one["due"][month] = one["due"].get(month, 0) + 1

    def counts(self, *, is_whole: bool) -> dict:
        """The fields of a Rollup. Of a single stage only what is done is asked, of hundreds of members at once."""
        done = {key: {"done": one["done"]} for key, one in self.stops.items() if one["done"]}
        return {
            "people": self.people,
            "completed": self.states[Enrolment.State.COMPLETED],
            "paused": self.states[Enrolment.State.PAUSED],
            "late": self.late,
            "stops": self.stops if is_whole else done,
        }
