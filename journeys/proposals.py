"""A NEW VERSION COMES AS A PROPOSAL to organisations that add to the programme: accept, postpone or decline before a last day.

Until they answer, nobody asks or moves their people. On the last day the owner's rule applies to whoever has not answered, and
whom it requires to move cannot be kept by declining. Locks: the version, then the proposal, then as in versions_moving.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.refusals import Refused
from journeys.local_layers import AT_ONCE
from journeys.models import Completion, LayerProposal, MoveRule, Version, VersionMove
from journeys.models.proposal import LayerProposalState
from journeys.notices import KEEPERS, tell_proposal, tell_proposal_taken_back, tell_taken_back, tell_version
from journeys.proposal_plans import plan_proposal
from journeys.versions_moving import move_back, move_to_version, unasked
from journeys.versions_reading import layers_asked
from journeys.versions_simulating import Simulation
from journeys.versions_undoing import somebody_acted, unsay
from people.consequences import hold, keep_change, last_change, mark_undone
from people.events import pointer, record
from people.models import Change, Notice, Person, RoleAssignment
from people.waiting_mail import withdraw_message

KIND = "journeys.layer_proposal"
State = LayerProposal.State
# No organisation is asked for an answer sooner, whatever the owner's rule says; so long they have where no day is given.
LEAST, USUAL = timedelta(days=7), timedelta(days=30)
# So long before the last day the keepers are reminded.
REMINDED = timedelta(days=7)


def last_day(first: date, given: date | None) -> date:
    """The day before which is answered, counted from the day of publication. Raises Refused for one that is too near."""
    if given and given < first + LEAST:
        raise Refused(_("Give organisations with additions of their own at least a week to answer."))
    return given or first + USUAL


def propose_version(*, version: Version, by: Person | None, at: datetime | None = None) -> list[LayerProposal]:
    """Put a published version before each organisation with a live layer, and tell its keepers. A second call asks nobody twice."""
    at = at or timezone.now()
    on = timezone.localdate(at)
    with transaction.atomic():
        version = Version.objects.select_for_update(of=("self",)).select_related("journey").get(pk=version.pk)
        asked = version.proposals.exclude(state=State.WITHDRAWN).values("organisation")
        rules = {rule.organisation_id: rule for rule in version.rules.all()}
        made = []
        for layer in layers_asked(version.journey, on).exclude(organisation__in=asked).select_related("organisation"):
            rule = rules.get(layer.organisation_id, rules.get(None))
            last = (rule.due_on if rule else None) or version.answer_by or on + USUAL
            row = LayerProposal(version=version, organisation=layer.organisation, last_on=max(last, on + LEAST))
            row.asked_on, row.made_at, row.made_by = on, at, by
            made.append(row)
        LayerProposal.objects.bulk_create(made)
        for row in made:
            record("layer_proposed", by=by, about=row, organisation=row.organisation, at=at, number=version.number)
        _tell(made, at)
        return made


def _tell(proposals: Iterable[LayerProposal], at: datetime) -> None:
    """Say to who keeps the layers today that a proposal waits: once for each day on which they are asked."""
    rows = list(proposals)
    held = RoleAssignment.objects.on(timezone.localdate(at)).filter(role__in=KEEPERS).select_related("person")
    keepers: dict[int, dict[int, Person]] = defaultdict(dict)
    for one in held.filter(organisation__in=[row.organisation_id for row in rows]).order_by("pk"):
        keepers[one.organisation_id][one.person_id] = one.person
    for row in rows:
        for person in keepers[row.organisation_id].values():
            tell_proposal(row, person, at)


# -- the answers


def _locked(proposal: LayerProposal) -> LayerProposal:
    Version.objects.select_for_update(of=("self",), no_key=True).get(pk=proposal.version_id)
    rows = LayerProposal.objects.select_for_update(of=("self",))
    return rows.select_related("organisation", "version__journey").get(pk=proposal.pk)


def _set_state(proposal: LayerProposal, state: LayerProposalState, by: Person | None, at: datetime | None) -> None:
    """Another state; who answered and when, or None where nobody has."""
    assert state in LayerProposal.MOVES[LayerProposalState(proposal.state)]
    proposal.state, proposal.answered_by, proposal.answered_at = state, by, at
    proposal.save()


def too_late(proposal: LayerProposal, on: date) -> str:
    """Why it can no longer be answered on a day, as a sentence, or an empty text."""
    if proposal.state == State.WITHDRAWN:
        return _("The new version was taken back.")
    if on >= proposal.last_on or proposal.state == State.LAPSED:
        return _("The last day has passed. The programme owner’s rule applies.")
    return ""


def decline_obstacle(proposal: LayerProposal) -> str:
    """Why the organisation cannot decline, as a sentence, or an empty text."""
    if proposal.rule != MoveRule.Kind.REQUIRE:
        return ""
    day = date_format(proposal.last_on, "j F Y")
    return _("The programme owner moves everybody on %(day)s. You can go earlier or wait, but not decline.") % {"day": day}  # fmt: skip


def _in_time(proposal: LayerProposal, at: datetime) -> None:
    if sentence := too_late(proposal, timezone.localdate(at)):
        raise Refused(sentence)


@transaction.atomic
def accept_proposal(
    *, proposal: LayerProposal, seen: str = "", by: Person | None, at: datetime | None = None
) -> LayerProposal:
    """Move the organisation's people to the new version now. `seen` is the digest of the plan that was shown.

    The worker moves the rest of a large organisation. Accepted or declined already: nothing happens. Raises Outdated, Refused.
    """
    at = at or timezone.now()
    proposal = _locked(proposal)
    if proposal.state in (State.ACCEPTED, State.DECLINED):
        return proposal
    _in_time(proposal, at)
    on, version = timezone.localdate(at), proposal.version
    plan = plan_proposal(proposal, on)
    hold(plan, seen)
    rows = unasked(version).filter(organisation=proposal.organisation_id).select_related("person", "organisation")
    given = {"version": version, "due_on": on, "made_at": at, "made_by": by}
    moves = VersionMove.objects.bulk_create(
        VersionMove(enrolment=row, organisation=row.organisation, **given) for row in rows
    )
    simulation = Simulation(version)
    for move in moves[:AT_ONCE]:
        move_to_version(move=move, simulation=simulation, by=by, at=at)
    for move in moves:
        tell_version(move, at)
    proposal.back_on = None
    _set_state(proposal, State.ACCEPTED, by, at)
    facts = {"moves": [move.pk for move in moves]}
    keep_change(kind=KIND, about=proposal, organisation=proposal.organisation, plan=plan, facts=facts, by=by, at=at)
    record("proposal_accepted", by=by, about=proposal, organisation=proposal.organisation, at=at, number=version.number)
    return proposal


@transaction.atomic
def postpone_proposal(
    *, proposal: LayerProposal, back_on: date, by: Person | None, at: datetime | None = None
) -> LayerProposal:
    """Let it come back on a day before the last one; until then nobody is asked. Answered for good already: nothing happens."""
    at = at or timezone.now()
    proposal = _locked(proposal)
    if proposal.state in (State.ACCEPTED, State.DECLINED) or proposal.back_on == back_on:
        return proposal
    _in_time(proposal, at)
    if not timezone.localdate(at) < back_on < proposal.last_on:
        day = date_format(proposal.last_on, "j F Y")
        raise Refused(_("Choose a day after today and before %(day)s.") % {"day": day})
    proposal.back_on = back_on
    _set_state(proposal, State.POSTPONED, by, at)
    record("proposal_postponed", by=by, about=proposal, organisation=proposal.organisation, at=at, day=back_on.isoformat())  # fmt: skip
    return proposal


@transaction.atomic
def decline_proposal(*, proposal: LayerProposal, by: Person | None, at: datetime | None = None) -> LayerProposal:
    """Let the organisation's people stay on their version. Answered for good already: nothing happens. Raises Refused where the
    owner requires everybody to move."""
    at = at or timezone.now()
    proposal = _locked(proposal)
    if proposal.state in (State.ACCEPTED, State.DECLINED):
        return proposal
    _in_time(proposal, at)
    if sentence := decline_obstacle(proposal):
        raise Refused(sentence)
    proposal.back_on = None
    _set_state(proposal, State.DECLINED, by, at)
    record("proposal_declined", by=by, about=proposal, organisation=proposal.organisation, at=at)
    return proposal


# -- back again


def accepted_change(proposal: LayerProposal) -> Change | None:
    return last_change([KIND], proposal) if proposal.state == State.ACCEPTED else None


def undo_obstacle(proposal: LayerProposal, on: date) -> str:
    """Why an answer can no longer be taken back, as a sentence, or an empty text."""
    if sentence := too_late(proposal, on):
        return sentence
    if proposal.state != State.ACCEPTED:
        return ""
    change, version = accepted_change(proposal), proposal.version
    if change is None or version.state != Version.State.PUBLISHED:
        return _("The programme has a newer version.")
    moves = VersionMove.objects.filter(pk__in=change.facts["moves"])
    stamped = Completion.objects.filter(version=version, enrolment__in=moves.order_by().values("enrolment"))
    before = version.journey.versions.filter(number__lt=version.number).order_by("-number").first()
    if stamped.exists() or somebody_acted(version, before.pk if before else None, moves, change.made_at):
        return _("Somebody has already acted on it. It cannot be undone any more.")
    return ""


@transaction.atomic
def undo_answer(*, proposal: LayerProposal, by: Person | None, at: datetime | None = None) -> LayerProposal:
    """Take an answer back: it waits again, and who was moved is where they were. Nothing answered: nothing happens.

    Raises Refused after the last day and once the first person has acted.
    """
    at = at or timezone.now()
    proposal = _locked(proposal)
    if proposal.state == State.WAITING:
        return proposal
    if sentence := undo_obstacle(proposal, timezone.localdate(at)):
        raise Refused(sentence)
    if change := accepted_change(proposal):
        rows = VersionMove.objects.filter(pk__in=change.facts["moves"]).exclude(state=VersionMove.State.WITHDRAWN)
        moves = list(rows.select_related("enrolment__person", "enrolment__organisation").order_by("pk"))
        told = unsay(moves=moves, by=by, at=at)
        for move in moves:
            move_back(move=move, by=by, at=at)
        mark_undone(change=change, by=by, at=at)
        for move in moves:
            if move.pk in told:
                tell_taken_back(move, at)
    proposal.back_on = None
    _set_state(proposal, State.WAITING, None, None)
    record("proposal_answer_undone", by=by, about=proposal, organisation=proposal.organisation, at=at)
    return proposal


@transaction.atomic
def withdraw_proposals(*, version: Version, by: Person | None, at: datetime | None = None) -> list[LayerProposal]:
    """The publication is undone: nobody is asked any more, and who had been told is told. A second call finds none."""
    at = at or timezone.now()
    rows = list(version.proposals.exclude(state=State.WITHDRAWN).select_related("organisation").order_by("pk"))
    by_pointer = {pointer(row): row for row in rows}
    for row in rows:
        row.back_on = None
        _set_state(row, State.WITHDRAWN, row.answered_by, row.answered_at)
    said = Notice.objects.filter(kind="journeys.proposal_waits", about__in=by_pointer, stopped_at=None)
    for notice in said.select_related("person", "organisation").order_by("pk"):
        if withdraw_message(notice=notice, by=by, at=at):
            tell_proposal_taken_back(by_pointer[notice.about], notice.person, at)
    return rows


# -- time


def settle_proposals(at: datetime | None = None) -> int:
    """The worker's: what nobody answered in time lapses, so that the owner's rule applies; what was postponed comes back; and a
    week before the last day the keepers are reminded. Answers how many that concerned."""
    at = at or timezone.now()
    on = timezone.localdate(at)
    rows = list(LayerProposal.objects.open().order_by("pk"))
    late = [row for row in rows if row.last_on <= on]
    asked = [row for row in rows if row.last_on > on and _is_asked_again(row, on)]
    for row in late:
        _lapse(row, at)
    for row in asked:
        _ask_again(row, at)
    return len(late) + len(asked)


def _is_asked_again(row: LayerProposal, on: date) -> bool:
    """Whether its day to come back has come, or the week before the last day has begun and nobody has been told in it."""
    reminded = row.last_on - REMINDED
    return (row.back_on is not None and row.back_on <= on) or row.asked_on < reminded <= on


@transaction.atomic
def _lapse(row: LayerProposal, at: datetime) -> None:
    row = _locked(row)
    if row.state in LayerProposal.OPEN:
        row.back_on = None
        _set_state(row, State.LAPSED, None, None)
        record("proposal_lapsed", by=None, about=row, organisation=row.organisation, at=at, number=row.version.number)


@transaction.atomic
def _ask_again(row: LayerProposal, at: datetime) -> None:
    row, on = _locked(row), timezone.localdate(at)
    if row.state == State.POSTPONED and row.back_on and row.back_on <= on:
        row.back_on = None
        _set_state(row, State.WAITING, None, None)
    if row.state in LayerProposal.OPEN and row.asked_on < on:
        row.asked_on = on
        row.save(update_fields=["asked_on"])
        _tell([row], at)
