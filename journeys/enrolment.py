"""A person on a journey: enrol, pause, resume, withdraw, another stage, another date (R1, R18, R19, R22, R35, R38)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from journeys.completion import stamp
from journeys.deadlines import PAUSE_FROM_DAYS, years_between
from journeys.models import DeadlineChange, Enrolment, Journey, Pause, Stage, Version
from journeys.path import Path, stage_for_years
from journeys.progress import locked, recompute
from people.events import record
from people.models import Employment, Leave, Person
from people.notices import say


@dataclass(frozen=True)
class Outcome:
    """The answer for one name when several are enrolled."""

    person: Person
    enrolment: Enrolment | None
    sentence: str
    ok: bool


def published_version(journey: Journey) -> Version | None:
    return journey.versions.filter(state=Version.State.PUBLISHED).first()


def enrolment_obstacles(employment: Employment, journey: Journey, starts_on: date) -> list[str]:
    """Why this employment cannot be enrolled on the journey from that day, as sentences; the same that grey the button."""
    lacks = []
    if published_version(journey) is None:
        lacks.append(_("The programme is not published yet."))
    runs = journey.adoptions.on(starts_on).filter(organisation=employment.organisation_id).exists()
    if not runs and journey.owner_id != employment.organisation_id:
        lacks.append(
            _("%(organisation)s does not run %(journey)s on that day.")
            % {"organisation": employment.organisation, "journey": journey}
        )
    if employment.ends_on and employment.ends_on < starts_on:
        lacks.append(_("The employment has ended by then."))
    return lacks


def enrol(
    *,
    person: Person,
    employment: Employment,
    journey: Journey,
    starts_on: date,
    stage: Stage | None = None,
    stage_reason: str = "",
    profession_started_on: date | None = None,
    source: str = Enrolment.Source.MANAGER,
    by: Person | None,
    at: datetime | None = None,
) -> Enrolment:
    """Put a person on the published version of a journey on behalf of one employer; who is on it already keeps that enrolment.

    Without `stage` the years in the profession on `starts_on` choose it (R22). Raises ValidationError with the obstacles.
    """
    at = at or timezone.now()
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        there = Enrolment.objects.open().filter(person=person, organisation=employment.organisation_id, journey=journey)
        if there.exists():
            return there.get()
        obstacles = enrolment_obstacles(employment, journey, starts_on)
        if employment.person_id != person.pk:
            obstacles.append(_("The employment belongs to somebody else."))
        if obstacles:
            raise ValidationError(obstacles)
        version = published_version(journey)
        assert version is not None  # an obstacle otherwise
        enrolment = Enrolment.objects.create(
            person=person,
            employment=employment,
            organisation=employment.organisation,
            journey=journey,
            version=version,
            stage=_stage_of(version, stage)
            if stage
            else default_stage(version, person, starts_on, profession_started_on),
            stage_reason=stage_reason,
            state=_state_on(starts_on, at),
            source=source,
            starts_on=starts_on,
            profession_started_on=profession_started_on,
            enrolled_at=at,
            enrolled_by=by,
        )
        _pause_for_leaves(enrolment, by, at)
        record("enrol", by=by, about=enrolment, person=person, organisation=employment.organisation, at=at)
        if by != person:
            say(
                to=person,
                kind="journeys.enrolled",
                about=enrolment,
                key=f"journeys.enrolled:{enrolment.public_id}",
                organisation=employment.organisation,
                at=at,
            )
        stamp(enrolment, at)
        enrolment.refresh_from_db()
        return enrolment


def _state_on(starts_on: date, at: datetime) -> str:
    return Enrolment.State.PLANNED if starts_on > timezone.localdate(at) else Enrolment.State.ACTIVE


def _stage_of(version: Version, stage: Stage) -> Stage:
    """The stage of the version with the same key: a form may have been opened on the version before."""
    own = version.stages.filter(key=stage.key).first()
    if own is None:
        raise ValidationError(_("The programme has no such stage."))
    return own


def default_stage(
    version: Version, person: Person, starts_on: date, profession_started_on: date | None = None
) -> Stage | None:
    """The stage that the years in the profession choose on a day; the first one when the years are unknown (R22)."""
    begun = profession_started_on or person.profession_started_on
    years = years_between(begun, starts_on) if begun else None
    return stage_for_years(version.stages.order_by("order"), years)


def enrol_people(
    *,
    employments: Iterable[Employment],
    journey: Journey,
    starts_on: date,
    source: str = Enrolment.Source.MANAGER,
    by: Person | None,
    at: datetime | None = None,
) -> list[Outcome]:
    """Enrol several people; one answer for each name, never all or nothing."""
    outcomes = []
    for employment in employments:
        person = employment.person
        before = (
            Enrolment.objects.open()
            .filter(person=person, organisation=employment.organisation_id, journey=journey)
            .first()
        )
        if before:
            sentence = _("%(name)s is on %(journey)s already.") % {"name": person.name, "journey": journey}
            outcomes.append(Outcome(person, before, sentence, True))
            continue
        try:
            one = enrol(
                person=person, employment=employment, journey=journey, starts_on=starts_on, source=source, by=by, at=at
            )
        except ValidationError as refusal:
            outcomes.append(Outcome(person, None, f"{person.name}: {' '.join(refusal.messages)}", False))
        else:
            sentence = _("%(name)s is enrolled, stage %(stage)s.") % {"name": person.name, "stage": one.stage or "–"}
            outcomes.append(Outcome(person, one, sentence, True))
    return outcomes


# -- pauses


def pause(
    *,
    enrolment: Enrolment,
    starts_on: date,
    ends_on: date | None = None,
    leave: Leave | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Pause:
    """Let the deadlines stand still from a day, until a day or until further notice (R19).

    The same first day again changes that pause's end. A second open pause is refused with a sentence.
    """
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        _still_open(enrolment)
        if ends_on is not None and ends_on < starts_on:
            raise ValidationError(_("The pause cannot end before it begins."))
        same = Q(leave=leave) if leave else Q(starts_on=starts_on, leave=None)
        row = enrolment.pauses.filter(same).first() or Pause(enrolment=enrolment, organisation=enrolment.organisation)
        is_same = row.pk is not None and (row.starts_on, row.ends_on) == (starts_on, ends_on)
        if not is_same:
            if ends_on is None and enrolment.pauses.open().exclude(pk=row.pk).exists():
                raise ValidationError(_("The journey is paused until further notice already."))
            row.starts_on, row.ends_on, row.leave, row.set_at, row.set_by = starts_on, ends_on, leave, at, by
            row.save()
            record(
                "pause_journey",
                by=by,
                about=enrolment,
                person=enrolment.person,
                organisation=enrolment.organisation,
                at=at,
                starts_on=starts_on.isoformat(),
                ends_on=ends_on.isoformat() if ends_on else "",
            )
        settle_state(enrolment, at)
        return row


def resume(*, enrolment: Enrolment, on: date, by: Person | None, at: datetime | None = None) -> Enrolment:
    """Let the deadlines run again from a day: a pause that covers it ends the day before, one that begins later goes."""
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        _still_open(enrolment)
        covering = enrolment.pauses.filter(Q(ends_on=None) | Q(ends_on__gte=on))
        if covering.exists():
            covering.filter(starts_on__gte=on).delete()
            covering.update(ends_on=on - timedelta(days=1))
            record(
                "resume_journey",
                by=by,
                about=enrolment,
                person=enrolment.person,
                organisation=enrolment.organisation,
                at=at,
                on=on.isoformat(),
            )
        settle_state(enrolment, at)
        return enrolment


def settle_state(enrolment: Enrolment, at: datetime | None = None, path: Path | None = None) -> Enrolment:
    """Planned, active or paused by the dates of the day, then the read model. Called by the deeds here and by the nightly job."""
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        if enrolment.state in Enrolment.OPEN:
            on = timezone.localdate(at)
            state = _state_on(enrolment.starts_on, at)
            if state == Enrolment.State.ACTIVE and enrolment.pauses.on(on).exists():
                state = Enrolment.State.PAUSED
            if state != enrolment.state:
                enrolment.state = state
                enrolment.save(update_fields=["state"])
        recompute(enrolment, at, path)
        return enrolment


def pauses_by_leave(leave: Leave) -> bool:
    """Whether a leave stops the clock: 14 days or more, or no end yet (R19)."""
    return leave.ends_on is None or (leave.ends_on - leave.starts_on).days + 1 >= PAUSE_FROM_DAYS


def follow_leave(leave: Leave, by: Person | None = None, at: datetime | None = None) -> list[Enrolment]:
    """A leave began, changed or ended: the pauses of the employment's enrolments follow it. Twice is once."""
    changed = []
    with transaction.atomic():
        for enrolment in Enrolment.objects.open().filter(employment=leave.employment_id).order_by("pk"):
            _follow_leave(enrolment, leave, by, at or timezone.now())
            changed.append(settle_state(enrolment, at))
    return changed


def _follow_leave(enrolment: Enrolment, leave: Leave, by: Person | None, at: datetime) -> None:
    own = enrolment.pauses.filter(leave=leave).first()
    if not pauses_by_leave(leave) or (leave.ends_on and leave.ends_on < enrolment.starts_on):
        if own:
            own.delete()
        return
    others = enrolment.pauses.open().exclude(pk=own.pk if own else None)
    if leave.ends_on is None and others.exists():
        return  # it stands still already; that pause's end is set by hand
    row = own or Pause(enrolment=enrolment, organisation=enrolment.organisation, leave=leave)
    if own is None or (own.starts_on, own.ends_on) != (leave.starts_on, leave.ends_on):
        row.starts_on, row.ends_on, row.set_at, row.set_by = leave.starts_on, leave.ends_on, at, by
        row.save()


def _pause_for_leaves(enrolment: Enrolment, by: Person | None, at: datetime) -> None:
    for leave in Leave.objects.filter(employment=enrolment.employment).order_by("starts_on"):
        _follow_leave(enrolment, leave, by, at)


# -- other changes


def withdraw(*, enrolment: Enrolment, end_kind: str, by: Person | None, at: datetime | None = None) -> Enrolment:
    """End an open enrolment; what was done stays in the record. An ended one is answered as it is."""
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        if enrolment.state not in Enrolment.OPEN:
            return enrolment
        enrolment.state, enrolment.end_kind = Enrolment.State.ENDED, end_kind
        enrolment.ended_at, enrolment.ended_by = at, by
        enrolment.save(update_fields=["state", "end_kind", "ended_at", "ended_by"])
        record(
            "withdraw_enrolment",
            by=by,
            about=enrolment,
            person=enrolment.person,
            organisation=enrolment.organisation,
            at=at,
            end_kind=end_kind,
        )
        recompute(enrolment, at)
        return enrolment


def change_stage(
    *, enrolment: Enrolment, stage: Stage, reason: str, by: Person | None, at: datetime | None = None
) -> Enrolment:
    """Let a person count from another stage, with a reason; nothing that is done is lost (R22)."""
    if not reason.strip():
        raise ValidationError(_("Say why the stage is changed."))
    with transaction.atomic():
        enrolment = locked(enrolment)
        _still_open(enrolment)
        stage = _stage_of(enrolment.version, stage)
        if enrolment.stage_id != stage.pk:
            before = enrolment.stage.key if enrolment.stage else ""
            enrolment.stage, enrolment.stage_reason = stage, reason.strip()
            enrolment.save(update_fields=["stage", "stage_reason"])
            record(
                "change_stage",
                by=by,
                about=enrolment,
                person=enrolment.person,
                organisation=enrolment.organisation,
                reason=reason.strip(),
                at=at,
                before=before,
                after=stage.key,
            )
        stamp(enrolment, at)
        enrolment.refresh_from_db()
        return enrolment


def change_deadline(
    *, enrolment: Enrolment, stop_key: str, due_on: date, reason: str, by: Person | None, at: datetime | None = None
) -> DeadlineChange:
    """Set another date for one station of one person, with a reason. It stands as written: no holiday or pause moves it."""
    if not reason.strip():
        raise ValidationError(_("Say why the date is changed."))
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        _still_open(enrolment)
        if not enrolment.version.stops.filter(key=stop_key).exists():
            raise ValidationError(_("The programme has no such station."))
        last = enrolment.deadline_changes.filter(stop_key=stop_key).order_by("-pk").first()
        if last is None or (last.due_on, last.reason) != (due_on, reason.strip()):
            last = DeadlineChange.objects.create(
                enrolment=enrolment,
                organisation=enrolment.organisation,
                stop_key=stop_key,
                due_on=due_on,
                reason=reason.strip(),
                changed_at=at,
                changed_by=by,
            )
            record(
                "change_deadline",
                by=by,
                about=enrolment,
                person=enrolment.person,
                organisation=enrolment.organisation,
                reason=reason.strip(),
                at=at,
                stop=stop_key,
                due_on=due_on.isoformat(),
            )
        recompute(enrolment, at)
        return last


def _still_open(enrolment: Enrolment) -> None:
    if enrolment.state not in Enrolment.OPEN:
        raise ValidationError(_("The journey is completed or ended."))
