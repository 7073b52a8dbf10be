"""Rules held against the staff each night, and the withheld persons whom no rule enrols: whoever sees them is asked (0026)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import CourseResult
from courses.refusals import Refused
from journeys import rules
from journeys.models import Enrolment, GroupMember, TargetGroup
from journeys.notices import tell_rule_waits
from journeys.rules import Rule, Work
from journeys.target_groups import apply_rule, enter, on_journey, world_of
from people.access import Viewer
from people.models import Person, RoleAssignment
from people.roles import Role


def check_rule(*, group: TargetGroup, by: Person | None = None, at: datetime | None = None) -> int:
    """Hold a live rule against everybody, in steps that each stand by themselves. Answers how many rows changed; twice is once."""
    at = at or timezone.now()
    changed = 0
    while step := apply_rule(group=group, by=by, at=at):
        changed += step
    ask_about_withheld(group=group, by=by, at=at)
    TargetGroup.objects.filter(pk=group.pk).update(checked_on=timezone.localdate(at))
    return changed


def unasked_renewals(results: Iterable[int], on: date) -> set[int]:
    """Of results that run out (ids), those that nobody asks to renew: only rules put their people on the journeys that hold the
    course, and no live rule asks for them on that day. What is done stays theirs. Results outside journeys are asked for."""
    rows = list(
        CourseResult.objects.filter(pk__in=results).values_list("pk", "person", "organisation", "course", "subject")
    )
    same = Enrolment.objects.filter(person__in={row[1] for row in rows}, organisation__in={row[2] for row in rows})
    holds: dict[tuple, set[int]] = {}
    columns = ("pk", "person", "organisation", "version__stops__course", "version__stops__course__subject")
    for pk, person, organisation, course, subject in same.exclude(state=Enrolment.State.ENDED).values_list(*columns):
        for key in ("course", course), ("subject", subject):
            holds.setdefault((person, organisation, *key), set()).add(pk)
    asked = _asked({pk for found in holds.values() for pk in found}, on)
    unasked = set()
    for pk, person, organisation, course, subject in rows:
        holding = holds.get((person, organisation, "course", course), set())
        if subject:
            holding = holding | holds.get((person, organisation, "subject", subject), set())
        if holding and not holding & asked:
            unasked.add(pk)
    return unasked


def _asked(enrolments: set[int], on: date) -> set[int]:
    """The enrolments (ids) made by hand, or by a rule that is live and asks for their people on a day."""
    rows = GroupMember.objects.standing().filter(enrolment__in=enrolments)
    members = list(rows.select_related("group__organisation", "group__journey"))
    met = {group.pk: set() if group.ended_at else set(meeting(group, on)) for group in {one.group for one in members}}
    asked = {one.enrolment_id for one in members if one.person_id in met[one.group_id]}
    return enrolments - {one.enrolment_id for one in members} | asked


def meeting(group: TargetGroup, on: date, shown_to: Iterable[str] = Person.ShownTo.values) -> dict[int, Work]:
    """Person -> work, of all whom a rule asks for on a day."""
    rule = Rule.from_stored(group.rule)
    world = world_of(group.organisation, group.journey, rule, on)
    return rules.matching(rule, rules.works_on(group.organisation, on, shown_to), world)


# -- withheld persons


@dataclass(frozen=True)
class Waiting:
    """A withheld person whom a rule asks for and whom the viewer sees."""

    group: TargetGroup
    person: Person
    work: Work


def withheld_of(group: TargetGroup, on: date) -> dict[int, Work]:
    """Person -> work, of the withheld ones whom a live rule asks for and who are not on the journey."""
    found = meeting(group, on, rules.WITHHELD)
    if not found:
        return {}
    there, by_hand = on_journey(group.organisation, group.journey)
    return {person: work for person, work in found.items() if person not in there | by_hand}


def ask_about_withheld(*, group: TargetGroup, by: Person | None, at: datetime | None = None) -> int:
    """Ask the nearest manager of each withheld person, or the custodians where there is none, once for each rule."""
    at = at or timezone.now()
    on = timezone.localdate(at)
    asked = 0
    for person, work in withheld_of(group, on).items():
        for one in _who_sees(group, work, on):
            tell_rule_waits(group, Person.objects.get(pk=person), one, at)
            asked += 1
    return asked


def _who_sees(group: TargetGroup, work: Work, on: date) -> list[Person]:
    """The named manager, else who leads that very unit, else the custodians: managers above do not see withheld persons (P2)."""
    if work.manager:
        return [Person.objects.get(pk=work.manager)]
    held = RoleAssignment.objects.on(on).filter(organisation=group.organisation).exclude(person=work.person)
    leads = [one.person for one in held.filter(role=Role.MANAGER, unit=work.unit).select_related("person")]
    return leads or [one.person for one in held.filter(role=Role.CUSTODIAN).select_related("person")]


def waiting_for(viewer: Viewer) -> list[Waiting]:
    """The withheld persons whom the viewer sees and whom rules of the viewer's organisations ask for."""
    people = {one.pk: one for one in Person.objects.visible_to(viewer).filter(shown_to__in=rules.WITHHELD)}
    if not people:
        return []
    groups = TargetGroup.objects.live().filter(organisation__in=viewer.acts_for)
    return [
        Waiting(group, people[person], work)
        for group in groups.select_related("organisation", "journey")
        for person, work in withheld_of(group, viewer.on).items()
        if person in people
    ]


@transaction.atomic
def enrol_waiting(*, waiting: Waiting, by: Person, at: datetime | None = None) -> GroupMember:
    """Put a withheld person on the journey that a rule asks for, by somebody who sees them."""
    member = enter(group=waiting.group, employment=waiting.work.employment, by=by, at=at)
    if member is None:
        raise Refused(_("The journey cannot begin today. Ask whoever keeps the rule."))
    return member
