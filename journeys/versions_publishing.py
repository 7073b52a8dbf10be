"""Publishing a version with its rules, now or on a day, and taking it back until the first person has acted (R38)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.refusals import Refused
from journeys.models import (
    Completion,
    Enrolment,
    Journey,
    LayerProposal,
    MoveRule,
    Stop,
    StopMapping,
    Version,
    VersionMove,
)
from journeys.notices import tell_taken_back
from journeys.obstacles import missing_to_publish
from journeys.proposals import last_day, propose_version, withdraw_proposals
from journeys.publishing import DRAFTS, open_draft, publish_version
from journeys.versions_moving import move_back
from journeys.versions_simulating import plan_publication
from journeys.versions_undoing import somebody_acted, unsay
from people.consequences import Plan, hold, keep_change, last_change, mark_undone
from people.events import record
from people.models import Change, Person
from people.scoping import system_scope

PUBLISHED = "journeys.version_published"


def version_before(version: Version) -> Version | None:
    """The version that a new one is compared with and mapped from."""
    return version.journey.versions.filter(number__lt=version.number).order_by("-number").first()


def map_stop(
    *, version: Version, old_stop: Stop, new_stop: Stop | None, by: Person | None, at: datetime | None = None
) -> None:
    """Say what a stop of the version before is in a draft: another stop, or gone (None). The same key needs no row.

    Raises Refused when the stops belong to other versions.
    """
    with transaction.atomic():
        version = open_draft(version)
        before = version_before(version)
        if before is None or old_stop.version_id != before.pk or (new_stop and new_stop.version_id != version.pk):
            raise Refused(_("Choose a station of this version."))
        version.mappings.filter(old_stop=old_stop).delete()
        if new_stop:
            version.mappings.filter(new_stop=new_stop).delete()
        same = version.stops.filter(key=old_stop.key).first()
        if new_stop != same:
            StopMapping.objects.create(new_version=version, old_stop=old_stop, new_stop=new_stop)
        record("stop_mapped", by=by, about=version, organisation=version.journey.owner, at=at, before=old_stop.key, after=new_stop.key if new_stop else "")  # fmt: skip


def publish_with_rules(
    *,
    version: Version,
    valid_from: date,
    rules: Mapping[int | None, str],
    due_on: date | None = None,
    answer_by: date | None = None,
    seen: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> Version:
    """Publish a draft, or let it wait for a day to come, with a rule for the people of each organisation (None: all others).

    `due_on`: the day on which those who are required move. `answer_by`: before it those answer who add to the programme and
    whose rule has no day (journeys/proposals.py); 30 days where none is given. `seen`: the digest of the plan that was confirmed; raises Outdated
    when the world has changed. Published or waiting already: nothing happens.
    """
    at = at or timezone.now()
    with transaction.atomic():
        Journey.objects.select_for_update().get(pk=version.journey_id)
        version = Version.objects.select_for_update(of=("self",)).select_related("journey__owner").get(pk=version.pk)
        if version.state not in DRAFTS or version.publishes_on:
            return version
        lacks = missing_to_publish(version)
        if lacks:
            raise Refused(*lacks)
        plan = plan_publication(version, at)
        hold(plan, seen)
        first = max(valid_from, timezone.localdate(at))
        _keep_rules(version, rules, due_on, first)
        version.answer_by = last_day(first, answer_by)
        version.save(update_fields=["answer_by"])
        if valid_from > timezone.localdate(at):
            version.publishes_on, version.scheduled_at, version.scheduled_by = valid_from, at, by
            version.save(update_fields=["publishes_on", "scheduled_at", "scheduled_by"])
            record("version_scheduled", by=by, about=version, organisation=version.journey.owner, at=at, day=valid_from.isoformat())  # fmt: skip
            return version
        return _publish(version, valid_from, plan, by, at)


def _keep_rules(version: Version, rules: Mapping[int | None, str], due_on: date | None, first: date) -> None:
    kinds = set(rules.values())
    if MoveRule.Kind.REQUIRE in kinds and (due_on is None or due_on < first):
        raise Refused(_("Choose the day on which people are moved, not before the version is published."))
    version.rules.all().delete()
    MoveRule.objects.bulk_create(
        MoveRule(
            version=version, organisation_id=place, kind=kind, due_on=due_on if kind == MoveRule.Kind.REQUIRE else None
        )
        for place, kind in rules.items()
    )


def _publish(version: Version, valid_from: date, plan: Plan, by: Person | None, at: datetime) -> Version:
    old = version.journey.versions.filter(state=Version.State.PUBLISHED).first()
    version = publish_version(version=version, valid_from=valid_from, by=by, at=at)
    facts = {"old": old.pk if old else None}
    keep_change(kind=PUBLISHED, about=version, organisation=version.journey.owner, plan=plan, facts=facts, by=by, at=at)
    if old:
        propose_version(version=version, by=by, at=at)
    return version


def publish_due(at: datetime | None = None) -> list[Version]:
    """The worker's: publish the versions whose day has come. One that lacks something waits; its page says what."""
    at = at or timezone.now()
    due = Version.objects.filter(publishes_on__lte=timezone.localdate(at)).select_related("journey__owner")
    published = []
    for version in due.order_by("pk"):
        with transaction.atomic():
            Journey.objects.select_for_update().get(pk=version.journey_id)
            version.refresh_from_db(fields=["state", "publishes_on"])
            if version.publishes_on and not missing_to_publish(version):
                plan = plan_publication(version, at)
                published.append(_publish(version, version.publishes_on, plan, version.scheduled_by, at))
    return published


def unschedule_version(*, version: Version, by: Person | None, at: datetime | None = None) -> Version:
    """Take back the day of a version that waits, so that it can be changed again. No day: nothing happens."""
    with transaction.atomic():
        version = Version.objects.select_for_update(of=("self",)).select_related("journey__owner").get(pk=version.pk)
        if version.publishes_on:
            version.publishes_on = version.scheduled_at = version.scheduled_by = None
            version.save(update_fields=["publishes_on", "scheduled_at", "scheduled_by"])
            record("version_unscheduled", by=by, about=version, organisation=version.journey.owner, at=at)
        return version


# -- undo


def standing_publication(version: Version) -> Change | None:
    """The publication that may be undone; None when there is none."""
    return last_change([PUBLISHED], version) if version.state == Version.State.PUBLISHED else None


@system_scope("whether anybody has acted on a version")
def undo_obstacle(change: Change | None, version: Version) -> str:
    """Why a publication cannot be taken back any more; empty while nobody has acted."""
    if change is None or change.facts["old"] is None:
        return _("There is nothing to undo.")
    if version.journey.versions.filter(state__in=DRAFTS).exists():
        return _("The next version is drafted already.")
    moved = version.moves.filter(state__in=VersionMove.ON_NEW)
    acted = (
        version.proposals.filter(answered_by__isnull=False).exclude(state=LayerProposal.State.WITHDRAWN).exists()
        or Completion.objects.filter(version=version).exists()
        or Enrolment.objects.filter(version=version).exclude(moves__in=moved).exists()
        or somebody_acted(version, change.facts["old"], version.moves.all(), change.made_at)
    )
    return _("Somebody has already acted on it. It cannot be undone any more.") if acted else ""


def undo_publication(*, version: Version, by: Person | None, at: datetime | None = None) -> Version:
    """Take a publication back: the version is a draft again, the one before runs, everybody is where they were, and who had
    been told is told. Not published (any more): nothing happens."""
    at = at or timezone.now()
    with transaction.atomic():
        Journey.objects.select_for_update().get(pk=version.journey_id)
        version = Version.objects.select_for_update(of=("self",)).select_related("journey__owner").get(pk=version.pk)
        if version.state != Version.State.PUBLISHED:
            return version
        change = standing_publication(version)
        if sentence := undo_obstacle(change, version):
            raise Refused(sentence)
        assert change is not None
        moves = list(
            version.moves.exclude(state=VersionMove.State.WITHDRAWN).select_related("enrolment").order_by("pk")
        )
        told = unsay(moves=moves, by=by, at=at)
        for move in moves:
            move_back(move=move, by=by, at=at)
        withdraw_proposals(version=version, by=by, at=at)
        version.state, version.valid_from = Version.State.DRAFT, None
        version.published_at = version.published_by = None
        version.save()
        Version.objects.filter(pk=change.facts["old"]).update(state=Version.State.PUBLISHED)
        mark_undone(change=change, by=by, at=at)
        record("publication_undone", by=by, about=version, organisation=version.journey.owner, at=at, number=version.number)  # fmt: skip
        for move in moves:
            if move.pk in told:
                tell_taken_back(move, at)
        return version
