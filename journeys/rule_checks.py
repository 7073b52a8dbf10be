"""Rules held against the staff each night, and the withheld persons whom no rule enrols: whoever sees them is asked (0018)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

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


def asked_to_renew(enrolments: Iterable[Enrolment], on: date) -> set[int]:
    """Ids of the enrolments whose people are still asked to renew: put there by hand, or by a rule that asks for them on that day.

    Whoever was only put on a journey by a rule and no longer meets it keeps what is done, and is asked for nothing more.
    """
    ids = [one.pk for one in enrolments]
    rows = GroupMember.objects.standing().filter(enrolment__in=ids)
    members = list(rows.select_related("group__organisation", "group__journey"))
    met: dict[int, set[int]] = {}
    for group in {one.group for one in members}:
        met[group.pk] = set(meeting(group, on)) if group.ended_at is None else set()
    asked = {one.enrolment_id for one in members if one.person_id in met[one.group_id]}
    return set(ids) - {one.enrolment_id for one in members} | asked


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
    """The named manager, else who leads the very unit, else the custodians of the organisation."""
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
