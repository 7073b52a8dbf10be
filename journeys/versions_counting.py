"""What the programme owner reads: who runs which version, where people get stuck, which deadlines are unrealistic.

Numbers from the worker's counts, never a name; small ones are not told (decision 3).
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journeys.counts import SHARE_FROM, shown_column, shown_count, shown_share
from journeys.models import Enrolment, Journey, LayerProposal, Progress, Rollup, Stop, Version, VersionMove
from journeys.programmes import deadline_words
from journeys.queries import stops_on_screen
from people.scoping import system_scope

# From this share of those who were to be done by now a deadline is called unrealistic.
UNREALISTIC_FROM = 50
COUNTS = "the counts of a programme"


@system_scope(COUNTS)
def move_words(version: Version) -> list[str]:
    """How far the way to a version is, in words; small numbers are not told."""
    rows = VersionMove.objects.filter(version=version).exclude(state=VersionMove.State.WITHDRAWN).order_by()
    counts: Counter = Counter()
    for state, n in rows.values_list("state").annotate(n=Count("pk")):
        counts["moved" if state in VersionMove.ON_NEW else state] += n
    behind = Enrolment.objects.open().filter(journey=version.journey_id, version__number__lt=version.number).count()
    texts = {
        "moved": _("%(n)s have moved"),
        "offered": _("%(n)s are asked and have not answered"),
        "stayed": _("%(n)s stay on their version"),
    }
    told = [text % {"n": shown_count(counts[key])} for key, text in texts.items() if counts[key]]
    return [*told, _("%(n)s are on an older version") % {"n": shown_count(behind)}, *_answers(version)]


def _answers(version: Version) -> list[str]:
    """How many organisations with additions of their own have answered what; never which."""
    rows = LayerProposal.objects.filter(version=version).exclude(state=LayerProposal.State.WITHDRAWN).order_by()
    counts = dict(rows.values_list("state").annotate(n=Count("pk")))
    texts = {
        LayerProposal.State.WAITING: _("%(n)s not answered"),
        LayerProposal.State.POSTPONED: _("%(n)s postponed"),
        LayerProposal.State.ACCEPTED: _("%(n)s accepted"),
        LayerProposal.State.DECLINED: _("%(n)s declined"),
        LayerProposal.State.LAPSED: _("%(n)s did not answer in time"),
    }
    words = [text % {"n": counts[state]} for state, text in texts.items() if state in counts]
    n = sum(counts.values())
    text = ngettext("%(n)s organisation with additions of its own: %(words)s", "%(n)s organisations with additions of their own: %(words)s", n)  # fmt: skip
    return [text % {"n": n, "words": ", ".join(words)}] if n else []


@dataclass
class Station:
    """One station over everybody on a version: to how many it falls, how many are done, late, were done late, have it next."""

    stop: Stop
    done: int = 0
    open: int = 0
    late: int = 0
    slow: int = 0
    next: int = 0

    @property
    def asked(self) -> int:
        return self.done + self.open

    @property
    def missed(self) -> int:
        """Done after the day, or not done although the day has passed."""
        return self.late + self.slow

    @property
    def shown_missed(self) -> str:
        return shown_share(self.missed, self.done + self.late, self.done + self.late)

    @property
    def is_unrealistic(self) -> bool:
        """Whether half of those whose day has come missed it, of ten at least."""
        due = self.done + self.late
        return due >= SHARE_FROM and 100 * self.missed >= UNREALISTIC_FROM * due and bool(self.stop.anchor)

    @property
    def deadline(self) -> str:
        return deadline_words(self.stop)

    @property
    def shown(self) -> dict[str, str]:
        return {name: shown_count(getattr(self, name)) for name in ("done", "late", "next")}


@dataclass
class Numbers:
    """The page: versions with people by organisation, and the stations of the chosen one."""

    versions: list[Version] = field(default_factory=list)
    version: Version | None = None
    rows: list[list[str]] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    stations: list[Station] = field(default_factory=list)
    as_of: datetime | None = None

    @property
    def stuck(self) -> list[Station]:
        """Where most are late or stand, the worst first; only what may be told."""
        told = [one for one in self.stations if max(one.late, one.next) >= 5]
        return sorted(told, key=lambda one: (-one.late, -one.next))[:5]

    @property
    def unrealistic(self) -> list[Station]:
        return [one for one in self.stations if one.is_unrealistic]


@system_scope(COUNTS)
def numbers_of(journey: Journey, number: str = "") -> Numbers:
    """The numbers of a journey, with the stations of version `number` or of the one that most are on. Three queries."""
    rollups = Rollup.objects.filter(version__journey=journey, stage=None, people__gt=0)
    rows = list(rollups.select_related("organisation", "version").order_by("organisation__sort_key", "version__number"))
    if not rows:
        return Numbers()
    people: dict[int, Counter] = defaultdict(Counter)
    versions = {row.version_id: row.version for row in rows}
    names = {row.organisation_id: row.organisation.short_name for row in rows}
    for row in rows:
        people[row.version_id][row.organisation_id] += row.people
    order = sorted(versions.values(), key=lambda one: one.number)
    columns = [shown_column([people[one.pk][place] for place in names]) for one in order]
    most = max(order, key=lambda one: sum(people[one.pk].values()))
    chosen = next((one for one in order if str(one.number) == number), most)
    return Numbers(
        versions=order,
        version=chosen,
        rows=[[name, *row] for name, row in zip(names.values(), zip(*columns, strict=True), strict=True)],
        sums=[shown_count(sum(people[one.pk].values())) for one in order],
        stations=_stations(chosen, [row for row in rows if row.version_id == chosen.pk]),
        as_of=min(row.as_of for row in rows),
    )


def _stations(version: Version, rows: list[Rollup]) -> list[Station]:
    # Whose organisation adds to the core stands where the core alone says.
    where = Coalesce(KeyTextTransform("next", "core"), "next_stop", output_field=TextField())
    standing = Progress.objects.running().filter(version=version).order_by().annotate(where=where).values_list("where")
    nexts = dict(standing.annotate(n=Count("pk")))
    stations = [Station(stop, next=nexts.get(stop.key, 0)) for stop in stops_on_screen([version.pk])]
    for station in stations:
        for row in rows:
            counts = row.stops.get(station.stop.key, {})
            station.done += counts.get("done", 0)
            station.late += counts.get("late", 0)
            station.slow += counts.get("slow", 0)
            station.open += sum(counts.get("due", {}).values())
    return stations
