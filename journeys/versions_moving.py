"""People go to another version: by a rule on its day or by their own yes, and back again when it is undone (R38, R39).

Locks: the move, then its enrolment. A move only recounts; what it completes is stamped a day later (`settle_moves`), so that a
publication can be taken back whole until then.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.refusals import Refused
from journeys.completion import stamp
from journeys.models import DeadlineChange, Enrolment, LayerProposal, MoveRule, Version, VersionMove
from journeys.notices import tell_version
from journeys.progress import locked, recompute
from journeys.versions import Transfer
from journeys.versions_reading import read_members
from journeys.versions_simulating import Simulation
from people.events import record
from people.models import Person

# So long a publication can be taken back before what it completed becomes stamps and certificates.
SETTLES_AFTER = timedelta(days=1)


def work_out(move: VersionMove, at: datetime | None = None, simulation: Simulation | None = None) -> Transfer:
    """What the move means for its person now: the question behind the page, and behind the deed."""
    member = read_members(Enrolment.objects.filter(pk=move.enrolment_id))[0]
    return (simulation or Simulation(move.version)).whole(member, timezone.localdate(at or timezone.now()))


def offer_moves(*, version: Version, by: Person | None, at: datetime | None = None) -> list[VersionMove]:
    """Ask those whom the rules of a published version concern and who have not been asked; a second call asks nobody twice."""
    at = at or timezone.now()
    with transaction.atomic():
        version = Version.objects.select_for_update(no_key=True, of=("self",)).select_related("journey").get(pk=version.pk)  # fmt: skip
        if version.state != Version.State.PUBLISHED:
            return []
        rules = {rule.organisation_id: rule for rule in version.rules.all()}
        common = rules.get(None)
        new = []
        for row in _unasked(version).select_related("person", "organisation"):
            rule = rules.get(row.organisation_id, common)
            if rule and rule.kind != MoveRule.Kind.STAY:
                due = {"due_on": rule.due_on, "made_at": at, "made_by": by}
                new.append(VersionMove(enrolment=row, organisation=row.organisation, version=version, **due))
        VersionMove.objects.bulk_create(new)
        for move in new:
            tell_version(move, at)
        return new


def _unasked(version: Version) -> QuerySet[Enrolment]:
    """Who is on an older version and has not been asked; not where the organisation itself is asked first, or has declined."""
    asks_first = LayerProposal.objects.holding().filter(version=version).values("organisation")
    return unasked(version).exclude(organisation__in=asks_first)


def unasked(version: Version) -> QuerySet[Enrolment]:
    """Who is on an older version of the journey and has not been asked."""
    asked = VersionMove.objects.filter(enrolment=OuterRef("pk"), version=version)
    rows = Enrolment.objects.open().filter(journey=version.journey, version__number__lt=version.number)
    return rows.exclude(Exists(asked.exclude(state=VersionMove.State.WITHDRAWN))).order_by("pk")


def move_to_version(
    *, move: VersionMove, simulation: Simulation | None = None, by: Person | None, at: datetime | None = None
) -> VersionMove:
    """Carry out a move. Moved or stayed already: nothing happens; whose journey has ended is not moved any more."""
    at = at or timezone.now()
    with transaction.atomic():
        move = VersionMove.objects.select_for_update(of=("self",)).select_related("version__journey").get(pk=move.pk)
        if move.state != VersionMove.State.OFFERED:
            return move
        enrolment = locked(move.enrolment)
        if enrolment.state not in Enrolment.OPEN:
            move.state = VersionMove.State.WITHDRAWN
            move.save(update_fields=["state"])
            return move
        found = work_out(move, at, simulation)
        before = {
            "version": enrolment.version_id,
            "stage": enrolment.stage_id,
            "carried": enrolment.carried,
            "counted_from": enrolment.counted_from,
        }
        record("version_moved", by=by, about=enrolment, person=enrolment.person, organisation=enrolment.organisation, at=at, before=enrolment.version.number, after=move.version.number)  # fmt: skip
        enrolment.version = move.version
        enrolment.stage = move.version.stages.filter(key=found.entered).first()
        enrolment.carried, enrolment.counted_from = found.carried, found.counted_from
        enrolment.save(update_fields=["version", "stage", "carried", "counted_from"])
        before["changes"] = _take_dates_along(enrolment, found.by_hand, at)
        move.state, move.moved_at, move.moved_by, move.before = VersionMove.State.MOVED, at, by, before
        move.save(update_fields=["state", "moved_at", "moved_by", "before"])
        recompute(enrolment, at)
        return move


def _take_dates_along(enrolment: Enrolment, keys: dict[str, str], at: datetime) -> list[int]:
    """Dates set by hand follow a stop that has another key now. Ids of the copies, for undo."""
    rows = enrolment.deadline_changes.filter(stop_key__in=keys.values()).order_by("pk")
    last = {row.stop_key: row for row in rows}
    copies = [
        DeadlineChange(
            enrolment=enrolment,
            organisation=enrolment.organisation,
            stop_key=new,
            due_on=last[old].due_on,
            reason=last[old].reason,
            changed_at=at,
            changed_by=last[old].changed_by,
        )
        for new, old in keys.items()
    ]
    return [row.pk for row in DeadlineChange.objects.bulk_create(copies)]


def move_back(*, move: VersionMove, by: Person | None, at: datetime | None = None) -> VersionMove:
    """Put an enrolment back to what it was before its move, or end an offer. Withdrawn already: nothing happens."""
    at = at or timezone.now()
    with transaction.atomic():
        move = VersionMove.objects.select_for_update().get(pk=move.pk)
        if move.state in VersionMove.ON_NEW:
            enrolment = locked(move.enrolment)
            was = move.before
            enrolment.version_id, enrolment.stage_id = was["version"], was["stage"]
            enrolment.carried, enrolment.counted_from = was["carried"], was["counted_from"]
            enrolment.save(update_fields=["version", "stage", "carried", "counted_from"])
            DeadlineChange.objects.filter(pk__in=was["changes"]).delete()
            record("version_move_undone", by=by, about=enrolment, person=enrolment.person, organisation=enrolment.organisation, at=at)  # fmt: skip
            recompute(enrolment, at)
        move.state = VersionMove.State.WITHDRAWN
        move.save(update_fields=["state"])
        return move


def answer_move(*, move: VersionMove, accept: bool, by: Person | None, at: datetime | None = None) -> VersionMove:
    """The person (or who answers for them) goes to the new version or stays. Answered already: nothing happens.

    Raises Refused when somebody would stay who is required to move.
    """
    at = at or timezone.now()
    with transaction.atomic():
        move = VersionMove.objects.select_for_update(of=("self",)).select_related("enrolment__person").get(pk=move.pk)
        if move.state != VersionMove.State.OFFERED:
            return move
        if not accept and move.due_on:
            raise Refused(_("The programme owner moves everybody on the day. You can go earlier, but not stay."))
        move.answered_at, move.answered_by = at, by
        if not accept:
            move.state = VersionMove.State.STAYED
            record("version_declined", by=by, about=move.enrolment, person=move.enrolment.person, organisation=move.organisation, at=at)  # fmt: skip
        move.save(update_fields=["answered_at", "answered_by", "state"])
        if accept:
            move = move_to_version(move=move, by=by, at=at)
            stamp(move.enrolment, at)
        return move


def carry_out_moves(at: datetime | None = None) -> int:
    """The worker's: ask whom the rules concern, move those whose day has come. Answers how many were asked and moved."""
    at = at or timezone.now()
    ruled = Version.objects.filter(state=Version.State.PUBLISHED, rules__kind__in=["offer", "require"]).distinct()
    done = sum(len(offer_moves(version=version, by=None, at=at)) for version in ruled)
    due = VersionMove.objects.open().filter(due_on__lte=timezone.localdate(at)).select_related("version__journey")
    simulations: dict[int, Simulation] = {}
    for move in due.order_by("pk"):
        if move.version_id not in simulations:
            simulations[move.version_id] = Simulation(move.version)
        simulation = simulations[move.version_id]
        done += move_to_version(move=move, simulation=simulation, by=None, at=at).state == VersionMove.State.MOVED
    return done


def settle_moves(at: datetime | None = None) -> int:
    """The worker's: stamp what moves have completed, once nobody takes them back any more. Answers how many were settled."""
    at = at or timezone.now()
    rows = VersionMove.objects.filter(state=VersionMove.State.MOVED, moved_at__lte=at - SETTLES_AFTER)
    settled = list(rows.select_related("enrolment").order_by("pk"))
    for move in settled:
        with transaction.atomic():
            stamp(move.enrolment, at)
            move.state = VersionMove.State.SETTLED
            move.save(update_fields=["state"])
    return len(settled)
