"""The team as a matrix of people by stops: who needs attention, the figures, the cells, and the same rows as a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from journeys import sentences
from journeys.map import shorten
from journeys.models import Enrolment
from journeys.stations import Station, needs_attention, urgency
from journeys.teams import Member
from people.ids import as_uuid
from people.names import search_key

HEAD_LETTERS = 20


@dataclass(frozen=True)
class Filters:
    """The filter bar as it stands in the address: `q` a name, `stage` a key, `show` one of SHOWS, `unit` a public id."""

    journey: str = ""
    q: str = ""
    stage: str = ""
    show: str = ""
    unit: str = ""

    SHOWS: ClassVar = ("late", "expired", "unbooked", "away")

    @classmethod
    def read(cls, data: Mapping[str, str]) -> "Filters":
        show = data.get("visa", "")
        return cls(
            data.get("resa", "")[:80],
            data.get("q", "")[:100],
            data.get("etapp", "")[:40],
            show if show in cls.SHOWS else "",
            str(as_uuid(data.get("enhet", "")) or ""),
        )


@dataclass
class Column:
    """A stop as a column; `first` begins a stage."""

    key: str
    title: str
    short: str
    first: bool


@dataclass
class ColumnGroup:
    number: int
    key: str
    name: str
    columns: list[Column] = field(default_factory=list)


@dataclass(frozen=True)
class Attention:
    """A person who needs the manager, with the most urgent reason."""

    member: Member
    station: Station
    reason: str
    chip: str
    state: str


@dataclass(frozen=True)
class Row:
    member: Member
    under: str
    cells: list[tuple[str, str, bool]]
    done: int
    total: int


def stations(member: Member) -> list[Station]:
    return [station for stage in member.stages for station in stage.stations]


def is_resting(member: Member) -> bool:
    """Nobody chases a person on leave or with a paused journey (R19, R20)."""
    return member.is_away or (member.progress is not None and member.progress.state == Enrolment.State.PAUSED)


def attention(members: Iterable[Member], on: date) -> list[Attention]:
    """Who is late or has something expired with nothing under way; the longest late first."""
    found = []
    for member in members:
        if is_resting(member) or not member.progress or member.progress.state not in Enrolment.OPEN:
            continue
        wanting = [one for one in stations(member) if needs_attention(one, on)]
        if wanting:
            worst = min(wanting, key=lambda one: urgency(one, on))
            state = "expired" if worst.state == "expired" else "late"
            found.append(Attention(member, worst, sentences.reason(worst), sentences.attention_chip(worst), state))
    return sorted(found, key=lambda one: (*urgency(one.station, on), one.member.person.sort_key))


def figures(members: Sequence[Member], needing: Sequence[Attention], on: date) -> dict[str, int]:
    """Figures of the page's head: on plan of all on the journey, booked seats ahead, people late, certificates to renew."""
    on_it = [member for member in members if member.progress]
    late = [member for member in on_it if is_late(member)]
    all_stations = [station for member in on_it for station in stations(member)]
    return {
        "people": len(on_it),
        "on_plan": len(on_it) - len(late),
        "booked": sum(station.state == "booked" for station in all_stations),
        "late": len(late),
        "renew": sum(station.state in ("expired", "soon") for station in all_stations),
    }


def is_late(member: Member) -> bool:
    """As Progress has it: a needed station that is not done, its day passed, on a journey that runs."""
    running = member.progress is not None and member.progress.state in Enrolment.OPEN
    return running and any(station.is_late for station in stations(member))


def matching(members: Iterable[Member], filters: Filters, on: date) -> list[Member]:
    """The members on the journey that the filter bar asks for."""
    words = search_key(filters.q).split()
    return [
        member
        for member in members
        if member.progress
        and all(word in member.person.search_key for word in words)
        and (not filters.stage or _stage_key(member) == filters.stage)
        and _is_shown(member, filters.show)
    ]


def _stage_key(member: Member) -> str:
    current = sentences.current_stage(member.stages)
    return current.stage.key if current else ""


def _is_shown(member: Member, show: str) -> bool:
    if show == "late":
        return is_late(member)
    if show == "expired":
        return any(station.state in ("expired", "soon") for station in stations(member))
    if show == "unbooked":
        return not any(station.state in ("booked", "offered", "queued", "requested") for station in stations(member))
    return is_resting(member) if show == "away" else True


def columns_of(members: Iterable[Member]) -> list[ColumnGroup]:
    """The stops of the members' versions as columns in stage groups; a stop that two versions share is one column by its key."""
    groups: dict[str, ColumnGroup] = {}
    seen: set[str] = set()
    for member in sorted(members, key=lambda one: -(one.progress.version_id if one.progress else 0)):
        for stage in member.stages:
            group = groups.get(stage.stage.key)
            if group is None:
                group = groups[stage.stage.key] = ColumnGroup(len(groups) + 1, stage.stage.key, str(stage.stage))
            for station in stage.stations:
                if station.key not in seen:
                    seen.add(station.key)
                    title = _("Local: %(station)s") % {"station": station.title} if station.local else station.title
                    short = shorten(title, HEAD_LETTERS, lines=1)[0]
                    group.columns.append(Column(station.key, title, short, not group.columns))
    return list(groups.values())


def matrix_rows(members: Iterable[Member], groups: Sequence[ColumnGroup]) -> list[Row]:
    """Rows of cells: (state, what a screen reader hears, begins a stage). A stop that is not on the person's path is an empty cell."""
    columns = [column for group in groups for column in group.columns]
    begins = {group.columns[0].key for group in groups[1:] if group.columns}
    rows, language = [], get_language()
    for member in members:
        assert member.progress is not None  # matching() left out the others
        own = {station.key: station for station in stations(member)}
        cells = [
            (own[column.key].state, sentences.cell_words(own[column.key], language), column.key in begins)
            if column.key in own
            else ("", "", column.key in begins)
            for column in columns
        ]
        rows.append(Row(member, under_name(member), cells, member.progress.stops_done, member.progress.stops_total))
    return rows


def under_name(member: Member) -> str:
    """The small line below a name: leave or pause if there is one, else since when the person works here."""
    if member.is_away:
        return sentences.away_words(member.leave_kind, member.leave_until)
    if member.progress and member.progress.state == Enrolment.State.PAUSED:
        return sentences.paused_words(member.progress.paused_until)
    if member.progress and member.progress.state == Enrolment.State.COMPLETED:
        return _("Journey completed")
    return _("Employed %(month)s") % {"month": sentences.month_words(member.placement.employment.starts_on)}


def export_rows(members: Iterable[Member], groups: Sequence[ColumnGroup]) -> tuple[list[str], list[list[object]]]:
    """The matrix as head and rows for a file: the words that the cells on screen carry."""
    columns = [column for group in groups for column in group.columns]
    head = [_("Name"), _("Unit"), _("Note"), _("Done"), _("Of"), *(column.title for column in columns)]
    rows: list[list[object]] = [
        [
            row.member.person.name,
            row.member.placement.unit.name,
            row.under,
            row.done,
            row.total,
            *(cell[1] for cell in row.cells),
        ]
        for row in matrix_rows(members, groups)
    ]
    return head, rows
