"""What publishing a version means, organisation by organisation, before anything is done: numbers, never names (R38, S4)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journeys.counts import shown_column
from journeys.deadlines import years_between
from journeys.models import Enrolment, MoveRule, Version
from journeys.path import Paths
from journeys.versions import (
    CATEGORIES,
    DATE,
    FEWER,
    FINISHED,
    GAINS,
    SAME,
    Mappings,
    Transfer,
    on_whole_path,
    transfer,
)
from journeys.versions_reading import Member, layers_asked, read_members, stage_after
from people.consequences import Choice, Effect, Plan, digest_of
from people.models import Organisation
from people.scoping import system_scope


@dataclass
class Simulated:
    """The people of one organisation, counted by what the move means for them."""

    organisation: Organisation
    counts: Counter = field(default_factory=Counter)

    @property
    def people(self) -> int:
        return sum(self.counts.values())

    def shown(self, *, exact: bool) -> dict[str, str]:
        """What may be told: one to four people are fewer than 5, and no subtraction tells them (decision 3)."""
        numbers = [self.counts[one] for one in CATEGORIES]
        told = [str(n) for n in numbers] if exact else shown_column(numbers)
        return {one: text for one, text, n in zip(CATEGORIES, told, numbers, strict=True) if n}


@dataclass
class VersionPlan(Plan):
    """A plan whose effects are organisations; `people` is how many persons they have."""

    people: int = 0

    @property
    def persons(self) -> int:
        return self.people


class Simulation:
    """The way of everybody on a journey to one version: paths and mappings are read once, members in a batch."""

    def __init__(self, version: Version) -> None:
        self.version, self.mappings, self.paths = version, Mappings(version.journey), Paths()

    def of(self, member: Member, day: date) -> Transfer:
        old, new = self.paths.of_core(member.enrolment.version), self.paths.of_core(self.version)
        pairs = self.mappings.between(member.enrolment.version.number, self.version.number)
        begun = member.history.clock.profession
        years = years_between(begun, member.enrolment.starts_on) if begun else None
        return transfer(old, new, pairs, member.history, day, stage_after(member, new, years))

    def whole(self, member: Member, day: date) -> Transfer:
        """The same with what the organisation adds: what the person sees, and what the move itself keeps in mind."""
        found, row = self.of(member, day), member.enrolment
        old, new = self.paths.of(row), self.paths.at(self.version, row.organisation_id)
        if old is self.paths.of_core(row.version) and new is self.paths.of_core(self.version):
            return found
        pairs = self.mappings.between(row.version.number, self.version.number)
        return on_whole_path(found, old, new, pairs, member.history, day)

    def members(self) -> list[Member]:
        """Everybody who is on an older version."""
        rows = Enrolment.objects.open().filter(journey=self.version.journey, version__number__lt=self.version.number)
        return read_members(rows.order_by("pk"))

    def count(self, day: date) -> list[Simulated]:
        found: dict[int, Simulated] = {}
        for member in self.members():
            place = member.enrolment.organisation
            one = found.setdefault(place.pk, Simulated(place))
            one.counts[self.of(member, day).category] += 1
        return sorted(found.values(), key=lambda one: (one.organisation.sort_key, one.organisation.pk))


@system_scope("what a version would mean")
def plan_publication(
    version: Version, at: datetime | None = None, *, own: Iterable[int] = (), chosen: Mapping[int, str] | None = None
) -> Plan:
    """The plan: one effect per organisation with its numbers and the rules to choose from. A pure question.

    `own`: organisations whose numbers are told as they are; `chosen`: rule by organisation id, as it was chosen so far.
    """
    at = at or timezone.now()
    simulation = Simulation(version)
    rows = simulation.count(timezone.localdate(at))
    effects = [
        Effect(
            key=str(row.organisation.public_id),
            sentence=" · ".join(words(key, text) for key, text in row.shown(exact=row.organisation.pk in own).items()),
            choices=rule_choices(),
            chosen=(chosen or {}).get(row.organisation.pk, ""),
            name=row.organisation.short_name,
        )
        for row in rows
    ]
    path = simulation.paths.of_core(version)
    seen = digest_of(
        [[row.organisation.pk, sorted(row.counts.items())] for row in rows],
        [[stage.key, stage.groups, [_plain(stop) for stop in stage.stops]] for stage in path.stages],
        simulation.mappings.rows.get(version.number, []),
    )
    facts = [*_facts(rows, own), *_asked_first(version, timezone.localdate(at))]
    return VersionPlan(effects, facts, seen, sum(row.people for row in rows))


def _plain(stop) -> list:
    return [sorted(one) if isinstance(one, frozenset) else one for one in astuple(stop)]


def rule_choices() -> list[Choice]:
    kind = MoveRule.Kind
    return [
        Choice("", _("As the others")),
        Choice(kind.STAY, _("Stay on their version")),
        Choice(kind.OFFER, _("Are offered the new version")),
        Choice(kind.REQUIRE, _("Are moved on the day")),
    ]


def words(category: str, number: str) -> str:
    """'34 get a new station'; `number` as it may be told."""
    text = {
        SAME: _("%(n)s unchanged"),
        GAINS: _("%(n)s get a new station"),
        DATE: _("%(n)s get a new date"),
        FEWER: _("%(n)s have less left to do"),
        FINISHED: _("%(n)s are finished by it"),
    }[category]
    return text % {"n": number}


def _facts(rows: list[Simulated], own: Iterable[int]) -> list[str]:
    if not rows:
        return [_("Nobody is on an older version.")]
    people = sum(row.people for row in rows)
    places = ngettext("%(n)s organisation", "%(n)s organisations", len(rows)) % {"n": len(rows)}
    text = ngettext("%(n)s person on an older version, in %(places)s.", "%(n)s people on older versions, in %(places)s.", people)  # fmt: skip
    sums = sum_words(rows, own)
    return [
        text % {"n": people, "places": places},
        f"{' · '.join(sums)}.",
        _("Everything that is done is carried over. Nobody becomes late by the move."),
    ]


def _asked_first(version: Version, on: date) -> list[str]:
    """How many organisations add to the programme, and so get the version as a proposal."""
    n = layers_asked(version.journey, on).count() if version.number > 1 else 0
    text = ngettext(
        "%(n)s organisation adds to the programme and answers first, for at least a week. The rule applies to its people where it has not answered.",
        "%(n)s organisations add to the programme and answer first, for at least a week. The rule applies to their people where they have not answered.",
        n,
    )  # fmt: skip
    return [text % {"n": n}] if n else []


def sum_words(rows: list[Simulated], own: Iterable[int]) -> list[str]:
    """The sums by category. One that would tell the only withheld number by subtraction is told as "at least"."""
    told = [row.shown(exact=row.organisation.pk in own) for row in rows]
    sums = []
    for category in CATEGORIES:
        whole = sum(row.counts[category] for row in rows)
        hidden = [row.counts[category] for row, text in zip(rows, told, strict=True) if row.counts[category] and text[category] != str(row.counts[category])]  # fmt: skip
        if whole and len(hidden) == 1:
            sums.append(words(category, _("at least %(n)s") % {"n": whole - hidden[0]}))
        elif whole:
            sums.append(words(category, str(whole)))
    return sums
