"""ENROLLING BY RULE: which staff a rule puts on a journey, its preview, going live, the nightly check, undo (R1).

A rule only ever adds. Whoever no longer meets it stays on the journey and is listed; ending is a person's choice. Whom somebody
took off the journey is not put on it again. Withheld persons are never enrolled by a rule: whoever sees them is asked
(docs/decisions/0026).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Booking, CourseResult
from courses.refusals import Refused
from journeys import rules
from journeys.enrolment import enrol, journey_obstacles, published_version, withdraw
from journeys.models import Enrolment, GroupMember, Journey, TargetGroup
from journeys.rules import Rule, Work
from people.consequences import Effect, Plan, digest_of, hold, keep_change, last_change, mark_undone
from people.events import record
from people.models import Change, Employment, Organisation, Person

KIND = "journeys.target_group"
# So many are enrolled while somebody waits for the page; the worker goes on with the rest in steps of the same size.
AT_ONCE = 50


@dataclass
class Look:
    """A rule held against the staff of a day: who would enter, which members no longer meet it or meet it again."""

    enter: list[Work]
    leave: list[tuple[GroupMember, str]]
    back: list[GroupMember]
    stays: int = 0
    ended_by_hand: int = 0
    unknown_years: int = 0
    obstacles: tuple[str, ...] = ()


def world_of(organisation: Organisation, journey: Journey, rule: Rule, on: date) -> rules.World:
    """The units that a rule means and the stages of the published version."""
    version = published_version(journey)
    stages = list(version.stages.order_by("order")) if version else []
    return rules.World(on, rules.units_meant(organisation, rule.units), stages)


def look(organisation: Organisation, journey: Journey, rule: Rule, group: TargetGroup | None, on: date) -> Look:
    """Hold a rule against everybody of a day, in a fixed number of questions."""
    world = world_of(organisation, journey, rule, on)
    works = rules.works_on(organisation, on, rules.SEEN_BY_HR)
    meets = rules.matching(rule, works, world)
    there, by_hand = on_journey(organisation, journey)
    obstacles = tuple(journey_obstacles(organisation, journey, on))
    new = [work for person, work in meets.items() if person not in there | by_hand]
    leave, back = _changed_members(group, meets, rule, works, world)
    lacks = [rules.misses(rule, work, world) for work in works if work.person not in meets]
    return Look(
        enter=[] if obstacles else new,
        leave=leave,
        back=back,
        stays=len(meets.keys() & there),
        ended_by_hand=len(meets.keys() & by_hand),
        unknown_years=sum(one == [rules.unknown_years()] for one in lacks),
        obstacles=obstacles,
    )


def on_journey(organisation: Organisation, journey: Journey) -> tuple[set[int], set[int]]:
    """Persons who are on a journey or have completed it, and those whom somebody took off it; leaving the employer is neither."""
    rows = Enrolment.objects.filter(organisation=organisation, journey=journey)
    there = set(rows.exclude(state=Enrolment.State.ENDED).values_list("person", flat=True))
    undone = GroupMember.objects.filter(undone_at__isnull=False, organisation=organisation).values("enrolment")
    chosen = rows.filter(state=Enrolment.State.ENDED).exclude(end_kind=Enrolment.EndKind.LEFT).exclude(pk__in=undone)
    return there, set(chosen.values_list("person", flat=True)) - there


def _changed_members(
    group: TargetGroup | None, meets: dict[int, Work], rule: Rule, works: Iterable[Work], world: rules.World
) -> tuple[list[tuple[GroupMember, str]], list[GroupMember]]:
    if group is None or group.pk is None:
        return [], []
    rows = group.members.standing().exclude(enrolment__state=Enrolment.State.ENDED)
    members = list(rows.filter(person__shown_to__in=rules.SEEN_BY_HR).select_related("enrolment", "person"))
    jobs: dict[int, Work] = {}
    for work in works:
        jobs.setdefault(work.person, work)
    leave = [
        (one, why_not(rule, jobs.get(one.person_id), world))
        for one in members
        if one.person_id not in meets and one.left_on is None
    ]
    return leave, [one for one in members if one.person_id in meets and one.left_on is not None]


def why_not(rule: Rule, work: Work | None, world: rules.World) -> str:
    """Why a rule does not ask for somebody, as one sentence without the name."""
    lacks = rules.misses(rule, work, world) if work else [_("has no work here today")]
    text = ", ".join(lacks)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


# -- the preview


def plan_rule(
    *, organisation: Organisation, journey: Journey, rule: Rule, group: TargetGroup | None = None, on: date
) -> Plan:
    """Who would enter and who would no longer be asked for, and why, with a digest of it. A pure question."""
    found = look(organisation, journey, rule, group, on)
    effects = [Effect(key=work.key, sentence=_enters(work)) for work in found.enter]
    effects += [
        Effect(
            key=str(member.person.public_id), sentence=_("Is no longer asked for, and stays: %(why)s") % {"why": why}
        )
        for member, why in found.leave
        if member.enrolment.state in Enrolment.OPEN
    ]
    seen = digest_of(rule.stored(), journey.pk, sorted((one.key, one.sentence) for one in effects), found.obstacles)
    return Plan(effects=effects, facts=_facts(found), seen=seen)


def _enters(work: Work) -> str:
    where = ", ".join(one for one in (work.title, work.unit_name) if one)
    return _("Is enrolled: %(where)s.") % {"where": where}


def _facts(found: Look) -> list[str]:
    facts = list(found.obstacles)
    n = len(found.enter)
    facts.append(ngettext("%(n)s person is enrolled.", "%(n)s people are enrolled.", n) % {"n": n})
    if n := found.stays:
        facts.append(ngettext("%(n)s is on the journey already.", "%(n)s are on the journey already.", n) % {"n": n})
    if n := len([1 for member, _why in found.leave if member.enrolment.state in Enrolment.OPEN]):
        facts.append(
            ngettext(
                "%(n)s is no longer asked for. Nothing is ended by it.",
                "%(n)s are no longer asked for. Nothing is ended by it.",
                n,
            )
            % {"n": n}
        )
    if n := found.ended_by_hand:
        words = ngettext(
            "%(n)s was taken off the journey by hand and is not put on it again.",
            "%(n)s were taken off the journey by hand and are not put on it again.",
            n,
        )
        facts.append(words % {"n": n})
    if n := found.unknown_years:
        words = ngettext(
            "%(n)s is not asked for because the start in the profession is not known.",
            "%(n)s are not asked for because the start in the profession is not known.",
            n,
        )
        facts.append(words % {"n": n})
    return facts


# -- deeds


@transaction.atomic
def set_rule(
    *,
    group: TargetGroup | None = None,
    organisation: Organisation,
    journey: Journey,
    name: str,
    rule: Rule,
    seen: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> TargetGroup:
    """Let a rule, new or changed, go live and enrol those whom it asks for. `seen` is the digest of the plan that was shown.

    More than AT_ONCE are left to the worker. The same rule again is the group that has it. Raises Outdated or Refused.
    """
    at = at or timezone.now()
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    group = _locked(group) if group else _same(organisation, journey, name, rule)
    if group and group.ended_at:
        raise Refused(_("The rule has ended. Make a new one."))
    if group and (group.name, group.rule) == (name, rule.stored()):
        return group
    on = timezone.localdate(at)
    plan = plan_rule(organisation=organisation, journey=journey, rule=rule, group=group, on=on)
    hold(plan, seen)
    before = {"name": group.name, "rule": group.rule} if group else {}
    group = group or TargetGroup(organisation=organisation, journey=journey)
    group.name, group.rule, group.live_at, group.live_by, group.checked_on = name, rule.stored(), at, by, None
    group.save()
    keep_change(kind=KIND, about=group, organisation=organisation, plan=plan, facts=before, by=by, at=at)
    record("rule_set", by=by, about=group, organisation=organisation, at=at, journey=str(journey.public_id))
    apply_rule(group=group, by=by, at=at)
    return group


def _same(organisation: Organisation, journey: Journey, name: str, rule: Rule) -> TargetGroup | None:
    """The live group that a form sent twice has made already."""
    rows = TargetGroup.objects.live().filter(organisation=organisation, journey=journey, name=name)
    return next((one for one in rows if one.rule == rule.stored()), None)


def _locked(group: TargetGroup) -> TargetGroup:
    rows = TargetGroup.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation", "journey").get(pk=group.pk)


@transaction.atomic
def apply_rule(*, group: TargetGroup, by: Person | None, at: datetime | None = None) -> int:
    """One step of a live rule: enrol up to AT_ONCE, note who left and who is back. Answers how many rows it changed: 0 at last."""
    at = at or timezone.now()
    on = timezone.localdate(at)
    group = _locked(group)
    if group.ended_at:
        return 0
    found = look(group.organisation, group.journey, Rule.from_stored(group.rule), group, on)
    entered = [
        one for work in found.enter[:AT_ONCE] if (one := enter(group=group, employment=work.employment, by=by, at=at))
    ]
    for member, _why in found.leave:
        _note(group, member, on, "left_by_rule", by, at)
    for member in found.back:
        _note(group, member, None, "back_by_rule", by, at)
    return len(entered) + len(found.leave) + len(found.back)


def enter(*, group: TargetGroup, employment: int, by: Person | None, at: datetime | None = None) -> GroupMember | None:
    """Enrol one person by the rule; None when something of this one person stands against it."""
    at = at or timezone.now()
    job = Employment.objects.select_related("person", "organisation").get(pk=employment)
    on = timezone.localdate(at)
    try:
        enrolment = enrol(
            person=job.person, employment=job, journey=group.journey, starts_on=on, source=Enrolment.Source.RULE,
            by=by, at=at,
        )  # fmt: skip
    except Refused:
        return None
    member, is_new = GroupMember.objects.get_or_create(
        group=group,
        enrolment=enrolment,
        defaults={"person": job.person, "organisation": group.organisation, "entered_at": at, "entered_by": by},
    )
    if is_new:
        _record("entered_by_rule", group, member, by, at)
    return member


def _note(
    group: TargetGroup, member: GroupMember, left_on: date | None, verb: str, by: Person | None, at: datetime
) -> None:
    member.left_on = left_on
    member.save(update_fields=["left_on"])
    _record(verb, group, member, by, at)


def _record(verb: str, group: TargetGroup, member: GroupMember, by: Person | None, at: datetime) -> None:
    record(verb, by=by, about=group, person=member.person, organisation=group.organisation, at=at,
           rule=group.name, journey=group.journey.name, enrolment=str(member.enrolment.public_id))  # fmt: skip


@transaction.atomic
def end_rule(*, group: TargetGroup, by: Person | None, at: datetime | None = None) -> TargetGroup:
    """Let a rule ask for nobody more; everybody whom it enrolled stays. An ended one is answered as it is."""
    group = _locked(group)
    if group.ended_at is None:
        group.ended_at, group.ended_by = at or timezone.now(), by
        group.save(update_fields=["ended_at", "ended_by"])
        record("rule_ended", by=by, about=group, organisation=group.organisation, at=at)
    return group


# -- undo


def undo_obstacle(group: TargetGroup, change: Change | None) -> str:
    """Why the latest change of a rule can no longer be taken back, as a sentence, or an empty text."""
    if change is None:
        return _("There is nothing to undo.")
    if _somebody_acted(group, change.made_at):
        return _("Somebody whom the rule enrolled has begun. End single journeys by hand instead.")
    return ""


def _entered_since(group: TargetGroup, since: datetime) -> QuerySet[GroupMember]:
    return group.members.standing().filter(entered_at__gte=since)


def _somebody_acted(group: TargetGroup, since: datetime) -> bool:
    """Whether one of those whom the rule enrolled since booked, began or passed a course of it, or somebody changed their path."""
    at_once = Q(enrolment__ended_at=F("entered_at"))  # all was passed before: completed as it was enrolled
    rows = _entered_since(group, since).exclude(at_once)
    changed = ~Q(enrolment__state__in=Enrolment.OPEN) | ~Q(enrolment__stage_reason="")
    changed |= Q(enrolment__pauses__isnull=False, enrolment__pauses__leave=None)
    changed |= Q(enrolment__deadline_changes__isnull=False)
    if rows.filter(changed).exists():
        return True
    people = rows.order_by().values("person")
    version = rows.order_by().values("enrolment__version")
    of = {"person__in": people, "organisation": group.organisation_id, "course__stops__version__in": version}
    began = CourseResult.objects.filter(started_on__gte=timezone.localdate(since), **of)
    return Booking.objects.filter(requested_at__gte=since, **of).exists() or began.exists()


@transaction.atomic
def undo_rule(*, group: TargetGroup, by: Person | None, at: datetime | None = None) -> TargetGroup:
    """Take the latest change of a rule back: the former rule counts again, and whom it enrolled since leaves the journey.

    Their rows stay and say so. Twice is once. Refused once the first person has acted.
    """
    at = at or timezone.now()
    group = _locked(group)
    change = last_change([KIND], group)
    if change is None:
        return group
    if sentence := undo_obstacle(group, change):
        raise Refused(sentence)
    for member in _entered_since(group, change.made_at).select_related("enrolment").order_by("enrolment"):
        withdraw(enrolment=member.enrolment, end_kind=Enrolment.EndKind.MISTAKE, by=by, at=at)
        member.undone_at, member.undone_by = at, by
        member.save(update_fields=["undone_at", "undone_by"])
    if change.facts:
        group.name, group.rule, group.checked_on = change.facts["name"], change.facts["rule"], None
    else:
        group.ended_at, group.ended_by = at, by
    group.save()
    mark_undone(change=change, by=by, at=at)
    record("rule_undone", by=by, about=group, organisation=group.organisation, at=at)
    return group
