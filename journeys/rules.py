"""Whom a rule asks for: plain values, no database below `works_on`. Written once, so that preview, job and list agree."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journeys.deadlines import years_between
from journeys.models import Stage
from journeys.path import stage_for_years
from people.models import Employment, Organisation, Person, Placement, RoleAssignment, Unit
from people.names import search_key
from people.roles import Role


@dataclass(frozen=True)
class Rule:
    """What a target group asks for. An empty part asks for nothing; all parts that are filled in must hold."""

    role: str = ""
    titles: tuple[str, ...] = ()
    units: tuple[int, ...] = ()
    stage: str = ""
    min_years: int | None = None
    max_years: int | None = None
    kinds: tuple[str, ...] = ()
    min_percent: int | None = None
    max_percent: int | None = None

    def stored(self) -> dict:
        """As TargetGroup.rule keeps it: lists instead of tuples."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_stored(cls, row: Mapping) -> "Rule":
        given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        return cls(**given)


@dataclass(frozen=True)
class Work:
    """One placement of a day, with what rules ask of it."""

    employment: int
    person: int
    key: str
    title: str
    unit: int
    unit_name: str
    manager: int | None
    percent: Decimal
    kind: str
    begun: date | None
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class World:
    """What one rule is held against: the units that it means, today, and the stages that years choose among."""

    on: date
    units: frozenset[int] = frozenset()
    stages: list[Stage] = field(default_factory=list)


def works_on(organisation: Organisation, on: date, shown_to: Iterable[str]) -> list[Work]:
    """Everybody who works there on a day and is shown in one of these ways; two questions."""
    held: dict[int, set[str]] = {}
    for person, role in RoleAssignment.objects.on(on).filter(organisation=organisation).values_list("person", "role"):
        held.setdefault(person, set()).add(role)
    rows = Placement.objects.on(on).filter(organisation=organisation, person__shown_to__in=list(shown_to))
    jobs = rows.filter(employment__in=Employment.objects.on(on)).order_by("employment_id", "pk")
    columns = jobs.values_list(
        "employment_id", "person_id", "person__public_id", "title", "unit_id", "unit__name", "manager_id", "percent",
        "employment__kind", "person__profession_started_on",
    )  # fmt: skip
    return [
        Work(job, person, str(key), *place, roles=frozenset(held.get(person, ())))
        for job, person, key, *place in columns.iterator()
    ]


def units_meant(organisation: Organisation, chosen: Iterable[int]) -> frozenset[int]:
    """The chosen units, those that replaced them in a reorganisation, and all below."""
    meant = set(chosen)
    if not meant:
        return frozenset()
    heirs = list(Unit.objects.filter(organisation=organisation, replaces__isnull=False).values_list("pk", "replaces"))
    while new := {pk for pk, old in heirs if old in meant} - meant:
        meant |= new
    return frozenset(Unit.objects.filter(organisation=organisation).under(meant).values_list("pk", flat=True))


def misses(rule: Rule, work: Work, world: World) -> list[str]:
    """What of a rule somebody does not meet, as sentences; an empty list means that the rule asks for them."""
    lacks = []
    if rule.role and rule.role not in work.roles:
        lacks.append(_("does not have the role %(role)s") % {"role": Role(rule.role).label})
    if rule.titles and search_key(work.title) not in {search_key(title) for title in rule.titles}:
        lacks.append(
            _("the title is %(title)s") % {"title": work.title} if work.title else _("no title is written down")
        )
    if rule.units and work.unit not in world.units:
        lacks.append(_("works in %(unit)s") % {"unit": work.unit_name})
    if rule.kinds and work.kind not in rule.kinds:
        lacks.append(_("the employment is %(kind)s") % {"kind": str(Employment.Kind(work.kind).label).lower()})
    if not _between(work.percent, rule.min_percent, rule.max_percent):
        lacks.append(_("works %(percent)s %%") % {"percent": f"{work.percent.normalize():f}"})
    return [*lacks, *_misses_time(rule, work, world)]


def _misses_time(rule: Rule, work: Work, world: World) -> Iterable[str]:
    """What asks for the years in the profession. Unknown years meet no limit; the first stage is for those, too (R22)."""
    years = years_between(work.begun, world.on) if work.begun else None
    if rule.stage:
        stage = stage_for_years(world.stages, years)
        if stage is None or stage.key != rule.stage:
            yield _("would enter at the stage %(stage)s") % {"stage": stage} if stage else _("has no stage")
    if rule.min_years is None and rule.max_years is None:
        return
    if years is None:
        yield unknown_years()
    elif not _between(years, rule.min_years, rule.max_years):
        yield ngettext("has %(n)s year in the profession", "has %(n)s years in the profession", years) % {"n": years}


def unknown_years() -> str:
    return _("the start in the profession is not known")


def _between(value: Decimal | int, least: int | None, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def matching(rule: Rule, works: Iterable[Work], world: World) -> dict[int, Work]:
    """Person -> the first employment for which a rule asks for them."""
    found: dict[int, Work] = {}
    for work in works:
        if work.person not in found and not misses(rule, work, world):
            found[work.person] = work
    return found


def in_words(rule: Rule, stages: Mapping[str, str] | None = None) -> list[str]:
    """A rule as short lines for the pages; everybody when it asks for nothing."""
    names = Unit.objects.filter(pk__in=rule.units).order_by("sort_key").values_list("name", flat=True)
    lines = [
        (_("Role"), str(Role(rule.role).label) if rule.role else ""),
        (_("Title"), ", ".join(rule.titles)),
        (_("Unit"), ", ".join(names) if rule.units else ""),
        (_("Stage"), (stages or {}).get(rule.stage, rule.stage)),
        (_("Years in the profession"), _span(rule.min_years, rule.max_years)),
        (_("Employment"), ", ".join(str(Employment.Kind(kind).label) for kind in rule.kinds)),
        (_("Percent of full time"), _span(rule.min_percent, rule.max_percent)),
    ]
    return [f"{head}: {words}" for head, words in lines if words] or [_("Everybody who is employed")]


def _span(least: int | None, most: int | None) -> str:
    if least is None and most is None:
        return ""
    if most is None:
        return _("at least %(least)s") % {"least": least}
    if least is None:
        return _("at most %(most)s") % {"most": most}
    return _("%(least)s to %(most)s") % {"least": least, "most": most}


SEEN_BY_HR = (Person.ShownTo.ALL,)
WITHHELD = (Person.ShownTo.OWN, Person.ShownTo.FEW)
