"""A person on a journey: enrol, withdraw, another stage, another date (R1, R18, R22, R35, R38). Pauses: journeys/pauses.py."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.refusals import Refused
from journeys.completion import stamp
from journeys.deadlines import years_between
from journeys.models import DeadlineChange, Enrolment, Journey, Stage, Version
from journeys.notices import tell_enrolled
from journeys.path import Paths, stage_for_years
from journeys.pauses import pause, pause_for_leaves, resume, settle_state, state_on, still_open
from journeys.progress import locked, recompute
from people.events import record
from people.models import Employment, Organisation, Person

__all__ = ["change_deadline", "change_stage", "enrol", "enrol_people", "pause", "resume", "withdraw"]


@dataclass(frozen=True)
class Outcome:
    """The answer for one name when several are enrolled."""

    person: Person
    enrolment: Enrolment | None
    sentence: str
    ok: bool


def published_version(journey: Journey) -> Version | None:
    return journey.versions.filter(state=Version.State.PUBLISHED).first()


def journey_obstacles(organisation: Organisation, journey: Journey, starts_on: date) -> list[str]:
    """Why nobody of an organisation can be enrolled on the journey from that day, as sentences."""
    lacks = []
    if published_version(journey) is None:
        lacks.append(_("The programme is not published yet."))
    runs = journey.adoptions.on(starts_on).filter(organisation=organisation).exists()
    if not runs and journey.owner_id != organisation.pk:
        lacks.append(
            _("%(organisation)s does not run %(journey)s on that day.")
            % {"organisation": organisation, "journey": journey}
        )
    return lacks


def enrolment_obstacles(employment: Employment, journey: Journey, starts_on: date) -> list[str]:
    """Why this employment cannot be enrolled on the journey from that day, as sentences; the same that grey the button."""
    lacks = journey_obstacles(employment.organisation, journey, starts_on)
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

    Without `stage` the years in the profession on `starts_on` choose it (R22). Raises Refused with the obstacles.
    """
    at = at or timezone.now()
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        same = Enrolment.objects.filter(person=person, organisation=employment.organisation_id, journey=journey)
        # A journey whose courses are all passed is completed at once: sent again, the form means that one.
        there = same.filter(Q(state__in=Enrolment.OPEN) | Q(state=Enrolment.State.COMPLETED, starts_on=starts_on))
        if there.exists():
            return there.latest("pk")
        obstacles = enrolment_obstacles(employment, journey, starts_on)
        if employment.person_id != person.pk:
            obstacles.append(_("The employment belongs to somebody else."))
        if obstacles:
            raise Refused(*obstacles)
        enrolment = _create(
            employment=employment,
            journey=journey,
            starts_on=starts_on,
            stage=stage,
            profession_started_on=profession_started_on,
            stage_reason=stage_reason,
            source=source,
            by=by,
            at=at,
        )
        pause_for_leaves(enrolment=enrolment, by=by, at=at)
        record("person_enrolled", by=by, about=enrolment, person=person, organisation=employment.organisation, at=at)
        if by != person:
            tell_enrolled(enrolment, at)
        settle_state(enrolment, at)
        stamp(enrolment, at)
        enrolment.refresh_from_db()
        return enrolment


def _create(
    *, employment: Employment, journey: Journey, starts_on: date, stage: Stage | None, by, at, **given
) -> Enrolment:
    version = published_version(journey)
    assert version is not None  # an obstacle otherwise
    person = employment.person
    return Enrolment.objects.create(
        person=person,
        employment=employment,
        organisation=employment.organisation,
        journey=journey,
        version=version,
        stage=_stage_of(version, stage)
        if stage
        else default_stage(version, person, starts_on, given["profession_started_on"]),
        state=state_on(starts_on, at),
        starts_on=starts_on,
        enrolled_at=at,
        enrolled_by=by,
        **given,
    )


def _stage_of(version: Version, stage: Stage) -> Stage:
    """The stage of the version with the same key: a form may have been opened on the version before."""
    own = version.stages.filter(key=stage.key).first()
    if own is None:
        raise Refused(_("The programme has no such stage."))
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
        except Refused as refusal:
            outcomes.append(Outcome(person, None, f"{person.name}: {refusal}", False))
        else:
            sentence = _("%(name)s is enrolled, stage %(stage)s.") % {"name": person.name, "stage": one.stage or "–"}
            outcomes.append(Outcome(person, one, sentence, True))
    return outcomes


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
            "enrolment_withdrawn",
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
        raise Refused(_("Say why the stage is changed."))
    with transaction.atomic():
        enrolment = locked(enrolment)
        still_open(enrolment)
        stage = _stage_of(enrolment.version, stage)
        if enrolment.stage_id != stage.pk:
            before = enrolment.stage.key if enrolment.stage else ""
            # the stage that the years give needs no keeping: it follows the years again
            kept = "" if stage == stage_by_years(enrolment) else reason.strip()
            enrolment.stage, enrolment.stage_reason = stage, kept
            enrolment.save(update_fields=["stage", "stage_reason"])
            record(
                "stage_changed",
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


def change_profession_day(
    *, enrolment: Enrolment, started_on: date, reason: str, by: Person | None, at: datetime | None = None
) -> Enrolment:
    """Count the years in the profession from another day on this journey, with a reason; the stage follows unless it was chosen
    by hand, and the deadlines follow. Nothing that is done is lost (R22)."""
    at = at or timezone.now()
    if not reason.strip():
        raise Refused(_("Say why the start in the profession is changed."))
    with transaction.atomic():
        enrolment = locked(enrolment)
        still_open(enrolment)
        if started_on > max(timezone.localdate(at), enrolment.starts_on):
            raise Refused(_("The start in the profession cannot lie ahead."))
        before = enrolment.profession_started_on
        if before != started_on:
            enrolment.profession_started_on = started_on
            enrolment.save(update_fields=["profession_started_on"])
            record(
                "profession_day_changed",
                by=by,
                about=enrolment,
                person=enrolment.person,
                organisation=enrolment.organisation,
                reason=reason.strip(),
                at=at,
                before=before.isoformat() if before else "",
                after=started_on.isoformat(),
            )
        follow_years(enrolment, at)
        enrolment.refresh_from_db()
        return enrolment


def stage_by_years(enrolment: Enrolment) -> Stage | None:
    """The stage that the years in the profession give an enrolment."""
    return default_stage(enrolment.version, enrolment.person, enrolment.starts_on, enrolment.profession_started_on)


def follow_years(enrolment: Enrolment, at: datetime | None) -> None:
    """Let the stage follow the years in the profession, unless somebody chose it or it is a track of a role; then the read model.
    Call with the enrolment under its lock."""
    stage = stage_by_years(enrolment)
    is_chosen = bool(enrolment.stage_reason) or (enrolment.stage is not None and enrolment.stage.role != "")
    if not is_chosen and stage is not None and stage != enrolment.stage:
        enrolment.stage = stage
        enrolment.save(update_fields=["stage"])
        record(
            "stage_changed",
            by=None,
            about=enrolment,
            person=enrolment.person,
            organisation=enrolment.organisation,
            at=at,
            after=stage.key,
        )
    stamp(enrolment, at)


def change_deadline(
    *, enrolment: Enrolment, stop_key: str, due_on: date, reason: str, by: Person | None, at: datetime | None = None
) -> DeadlineChange:
    """Set another date for one station of one person, with a reason. It stands as written: no holiday or pause moves it."""
    if not reason.strip():
        raise Refused(_("Say why the date is changed."))
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        still_open(enrolment)
        if stop_key not in {stop.key for stop in Paths().of(enrolment).stops}:
            raise Refused(_("The programme has no such station."))
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
                "deadline_changed",
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
