"""A LOCAL LAYER: what an organisation adds to a programme that it runs. Draft it, see whom it changes, let it go live, undo.

It only ever adds or hides: own stations, own dates that are earlier, and optional stations of the core out of sight. The core's
rows are never written, and what the core stamps never waits for a local station (docs/decisions/0021).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from courses.models import Booking, Course, CourseResult
from courses.refusals import Refused
from journeys.enrolment import published_version
from journeys.models import LOCAL, Enrolment, Journey, LocalChange, LocalLayer, LocalStop, Stop
from journeys.models.local_layer import LocalLayerState
from journeys.outdating import outdate
from journeys.path import Layer, Path, Paths, StopOnPath, layer_of, with_layer
from journeys.progress import Standing, StopState, recompute, standing
from journeys.publishing import set_deadline
from journeys.rules import SEEN_BY_HR
from journeys.versions_reading import read_members
from people.consequences import Effect, Plan, digest_of, hold, keep_change, last_change, mark_undone
from people.events import record
from people.models import Change, Organisation, Person

KIND = "journeys.local_layer"
DATED = ("anchor", "offset", "unit", "fixed_on")
# So many are counted anew while somebody waits for the page; the worker goes on with the rest.
AT_ONCE = 50


def live_layer(journey: Journey, organisation: Organisation) -> LocalLayer | None:
    return LocalLayer.objects.live().filter(journey=journey, organisation=organisation).first()


def draft_layer(
    *, journey: Journey, organisation: Organisation, by: Person | None, at: datetime | None = None
) -> LocalLayer:
    """The draft of an organisation's layer, made from the one that is live; the draft that is there is answered as it is.

    Raises Refused where the organisation does not run the programme.
    """
    at = at or timezone.now()
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        rows = LocalLayer.objects.filter(journey=journey, organisation=organisation)
        if there := rows.filter(state=LocalLayer.State.DRAFT).first():
            return there
        if not organisation.adoptions.on(timezone.localdate(at)).filter(journey=journey).exists():
            raise Refused(_("Your organisation does not run this programme."))
        layer = LocalLayer.objects.create(journey=journey, organisation=organisation, drafted_at=at, drafted_by=by)
        if live := live_layer(journey, organisation):
            for row in [*live.stops.order_by("pk"), *live.changes.order_by("pk")]:
                row.pk, row._state.adding, row.layer = None, True, layer
                row.save()
        record("local_layer_drafted", by=by, about=layer, organisation=organisation, at=at)
        return layer


def _open_draft(layer: LocalLayer) -> LocalLayer:
    rows = LocalLayer.objects.select_for_update(of=("self",), no_key=True).select_related("journey", "organisation")
    layer = rows.get(pk=layer.pk)
    if layer.state != LocalLayer.State.DRAFT:
        raise Refused(_("The addition is live. Make a draft to change it."))
    return layer


def _dated(row: LocalStop | LocalChange, on: date, **dates) -> None:
    """Write a deadline into a row; another one than before counts from the day on which it goes live."""
    before = [getattr(row, name) for name in DATED]
    set_deadline(row, **{"anchor": "", **dates})
    if row.anchor == Stop.Anchor.FIXED and (row.fixed_on is None or row.fixed_on < on):
        raise Refused(_("Choose a date that has not passed."))
    if row.unit and row.offset is None:
        raise Refused(_("Say how long after the start the station is due."))
    if before != [getattr(row, name) for name in DATED]:
        row.since = None


@transaction.atomic
def set_local_stop(
    *,
    layer: LocalLayer,
    course: Course,
    stage: str,
    kind: str = LocalStop.Kind.COMPULSORY,
    by: Person | None,
    at: datetime | None = None,
    **dates,
) -> LocalStop:
    """Add a station of the organisation's own to a draft, at the end of a stage (its key), or change the one with that course."""
    layer = _open_draft(layer)
    version = published_version(layer.journey)
    stops = list(version.stops.select_related("stage")) if version else []
    if course.state != Course.State.PUBLISHED:
        raise Refused(_("The course is not published."))
    if stage not in {stop.stage.key for stop in stops}:
        raise Refused(_("The programme has no such stage."))
    if course.pk in {stop.course_id for stop in stops}:
        raise Refused(_("The course is a station of the programme already."))
    stop = layer.stops.filter(course=course).first() or LocalStop(layer=layer, course=course, order=_next(layer))
    stop.key = stop.key or f"{LOCAL}{slugify(course.code)[:20] or 'x'}-{course.pk}"
    stop.stage, stop.kind = stage, kind
    _dated(stop, timezone.localdate(at), **dates)
    stop.save()
    return stop


def _next(layer: LocalLayer) -> int:
    return (layer.stops.aggregate(last=Max("order"))["last"] or 0) + 1


@transaction.atomic
def remove_local_stop(*, layer: LocalLayer, key: str, by: Person | None, at: datetime | None = None) -> None:
    """Take a station out of a draft; gone already, nothing happens. What anybody has passed stays theirs."""
    _open_draft(layer).stops.filter(key=key).delete()


@transaction.atomic
def set_local_change(
    *, layer: LocalLayer, key: str, hidden: bool = False, by: Person | None, at: datetime | None = None, **dates
) -> LocalChange | None:
    """Hide an optional station of the core, or ask for a station by an own date; neither takes the change back (None).

    Only an optional one: what is compulsory or part of a choice is the core's, and can be needed.
    """
    layer = _open_draft(layer)
    version = published_version(layer.journey)
    stop = version.stops.filter(key=key).first() if version else None
    if stop is None:
        raise Refused(_("The programme has no such station."))
    if hidden and stop.kind != Stop.Kind.OPTIONAL:
        raise Refused(_("Only an optional station can be hidden."))
    row = layer.changes.filter(stop=key).first() or LocalChange(layer=layer, stop=key)
    if not hidden and not dates.get("anchor"):
        layer.changes.filter(stop=key).delete()
        return None
    row.hidden = hidden
    _dated(row, timezone.localdate(at), **({} if hidden else dates))
    row.save()
    return row


@transaction.atomic
def discard_draft(*, layer: LocalLayer, by: Person | None, at: datetime | None = None) -> None:
    """Throw a draft away; the layer that is live goes on. Thrown away already: nothing happens."""
    if draft := LocalLayer.objects.filter(pk=layer.pk, state=LocalLayer.State.DRAFT).first():
        record("local_layer_discarded", by=by, about=draft, organisation=draft.organisation, at=at or timezone.now())
        draft.delete()


# -- the preview


@dataclass(frozen=True)
class Look:
    """One person on the journey, as it is and as it would be."""

    key: str
    before: Standing
    after: Standing


def _people(layer: LocalLayer) -> QuerySet[Enrolment]:
    return Enrolment.objects.open().filter(journey=layer.journey_id, organisation=layer.organisation_id)


def look(layer: LocalLayer, on: date) -> list[Look]:
    """Everybody of the organisation on the journey, in a fixed number of questions. Withheld persons are moved along unseen."""
    paths, draft = Paths(), layer_of(layer)
    today = Layer(
        tuple((stage, _from(stop, on)) for stage, stop in draft.stops),
        draft.hidden,
        tuple((key, _from_change(change, on)) for key, change in draft.sooner),
    )
    new: dict[int, Path] = {}
    found = []
    for member in read_members(_people(layer).filter(person__shown_to__in=SEEN_BY_HR).order_by("pk")):
        row, past = member.enrolment, member.history
        path = new.setdefault(row.version_id, with_layer(paths.of_core(row.version), today))
        before = standing(paths.of(row), past.entered, past.passed, past.clock)
        after = standing(path, past.entered, past.passed, past.clock)
        found.append(Look(str(row.person.public_id), before, after))
    return found


def _from(stop: StopOnPath, on: date) -> StopOnPath:
    return replace(stop, since=stop.since or on)


def _from_change(change: LocalChange, on: date) -> LocalChange:
    change.since = change.since or on
    return change


def plan_layer(layer: LocalLayer, on: date) -> Plan:
    """Whom a draft changes and how, with a digest of it. A pure question."""
    titles = titles_of(layer)
    effects = [
        Effect(key=one.key, sentence=said)
        for one in look(layer, on)
        if (said := means_for(one.before.stops, one.after.stops, titles))
    ]
    return Plan(effects=effects, facts=_facts(layer), seen=digest_of(_content(layer), [(one.key, one.sentence) for one in effects]))  # fmt: skip


def _content(layer: LocalLayer) -> list:
    stops = layer.stops.order_by("key").values_list("key", "stage", "course", "kind", *DATED)
    return [layer.pk, *map(list, stops), *map(list, layer.changes.order_by("stop").values_list("stop", "hidden", *DATED))]  # fmt: skip


def titles_of(layer: LocalLayer) -> dict[str, str]:
    """Names of all stations that a draft or the live layer may speak of, by key."""
    return titles_for(layer.journey_id, layer.organisation_id)


def titles_for(journey: int, organisation: int) -> dict[str, str]:
    """Names of all stations of a journey and of an organisation's layers of it (ids), by key."""
    rows = LocalStop.objects.filter(layer__journey=journey, layer__organisation=organisation)
    core = Stop.objects.filter(version__journey=journey)
    named = Q(course__versions__state="published")
    columns = ("key", "course__versions__title", "course__versions__title_en")
    told = [*core.filter(named).order_by("version").values_list(*columns), *rows.filter(named).order_by("layer").values_list(*columns)]  # fmt: skip
    is_english = get_language() == "en"
    return {key: title_en if is_english and title_en else title for key, title, title_en in told}


def means_for(before: Mapping[str, StopState], after: Mapping[str, StopState], titles: dict[str, str]) -> str:
    """What a change means for one person, from the stations as they are and would be; an empty text when it means nothing."""
    parts = [
        _gets(titles.get(key, key), stop.due) for key, stop in after.items() if key not in before and not stop.done
    ]
    parts += [_("no longer asked for %(station)s") % {"station": titles.get(key, key)} for key in before if key not in after]  # fmt: skip
    for key in before.keys() & after.keys():
        old, new = before[key], after[key]
        if old.due != new.due and not new.done:
            parts.append(_dates(titles.get(key, key), new.due))
        if new.hidden and not old.hidden:
            parts.append(_("no longer shown %(station)s") % {"station": titles.get(key, key)})
        if old.hidden and not new.hidden:
            parts.append(_("shown %(station)s again") % {"station": titles.get(key, key)})
    text = "; ".join(sorted(parts))
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _gets(station: str, due: date | None) -> str:
    if due is None:
        return _("gets %(station)s") % {"station": station}
    return _("gets %(station)s, due %(day)s") % {"station": station, "day": date_format(due, "j F Y")}


def _dates(station: str, due: date | None) -> str:
    if due is None:
        return _("%(station)s has no date any more") % {"station": station}
    return _("%(station)s is due %(day)s") % {"station": station, "day": date_format(due, "j F Y")}


def _facts(layer: LocalLayer) -> list[str]:
    n = layer.stops.count()
    facts = [ngettext("%(n)s station of your own.", "%(n)s stations of your own.", n) % {"n": n}]
    if missing := left_out(layer):
        words = ", ".join(missing)
        facts.append(_("Not shown, because the published version lacks the stage: %(stations)s.") % {"stations": words})
    facts.append(_("Certificates of the programme never wait for a local station, and it stays here when somebody moves."))  # fmt: skip
    return facts


def left_out(layer: LocalLayer) -> list[str]:
    """Local stations for which the published version has no place any more."""
    version = published_version(layer.journey)
    stages = set(version.stops.values_list("stage__key", flat=True)) if version else set()
    titles = titles_of(layer)
    return [titles.get(stop.key, stop.key) for stop in layer.stops.order_by("order") if stop.stage not in stages]


# -- live, and back


@transaction.atomic
def set_live(*, layer: LocalLayer, seen: str = "", by: Person | None, at: datetime | None = None) -> LocalLayer:
    """Let a draft go live for everybody of the organisation on the journey. `seen` is the digest of the plan that was shown.

    What is new counts its deadline from this day (R39). Live already: nothing happens. Raises Outdated.
    """
    at = at or timezone.now()
    on = timezone.localdate(at)
    Organisation.objects.select_for_update(no_key=True).get(pk=layer.organisation_id)
    layer = LocalLayer.objects.select_for_update(of=("self",), no_key=True).select_related("journey", "organisation").get(pk=layer.pk)  # fmt: skip
    if layer.state != LocalLayer.State.DRAFT:
        return layer
    plan = plan_layer(layer, on)
    hold(plan, seen)
    before = live_layer(layer.journey, layer.organisation)
    if before:
        _set_state(before, LocalLayer.State.REPLACED)
    layer.stops.filter(since=None).update(since=on)
    layer.changes.filter(since=None).update(since=on)
    layer.live_at, layer.live_by = at, by
    _set_state(layer, LocalLayer.State.LIVE)
    facts = {"before": before.pk if before else None}
    keep_change(kind=KIND, about=layer, organisation=layer.organisation, plan=plan, facts=facts, by=by, at=at)
    record("local_layer_live", by=by, about=layer, organisation=layer.organisation, at=at)
    _count_anew(layer, at)
    return layer


def _set_state(layer: LocalLayer, state: LocalLayerState) -> None:
    assert state in LocalLayer.MOVES[LocalLayerState(layer.state)]
    layer.state = state
    layer.save()


def _count_anew(layer: LocalLayer, at: datetime) -> None:
    outdate(layer.organisation, layer.journey)
    paths = Paths()
    for enrolment in _people(layer).order_by("pk")[:AT_ONCE]:
        recompute(enrolment, at, paths)


def undo_obstacle(layer: LocalLayer, change: Change | None) -> str:
    """Why the step to live can no longer be taken back, as a sentence, or an empty text."""
    if change is None:
        return _("There is nothing to undo.")
    if layer.state != LocalLayer.State.LIVE:
        return _("The addition has been replaced since.")
    if LocalLayer.objects.filter(journey=layer.journey, organisation=layer.organisation, state=LocalLayer.State.DRAFT).exists():  # fmt: skip
        return _("There is a newer draft. Throw it away first.")
    return _("Somebody has begun a local station. Change the addition instead.") if _somebody_acted(layer, change) else ""  # fmt: skip


def _somebody_acted(layer: LocalLayer, change: Change) -> bool:
    """Whether one of the journey booked or began a course of a station that came with the change."""
    old = LocalStop.objects.filter(layer=change.facts["before"]).values("course")
    of = {
        "organisation": layer.organisation_id,
        "person__in": _people(layer).order_by().values("person"),
        "course__in": layer.stops.exclude(course__in=old).order_by().values("course"),
    }
    began = CourseResult.objects.filter(started_on__gte=timezone.localdate(change.made_at), **of)
    return Booking.objects.filter(requested_at__gte=change.made_at, **of).exists() or began.exists()


@transaction.atomic
def undo_layer(*, layer: LocalLayer, by: Person | None, at: datetime | None = None) -> LocalLayer:
    """Make a live layer a draft again; the one before counts again. Twice is once. Refused once the first person has acted."""
    at = at or timezone.now()
    layer = LocalLayer.objects.select_for_update(of=("self",), no_key=True).select_related("journey", "organisation").get(pk=layer.pk)  # fmt: skip
    change = last_change([KIND], layer)
    if change is None:
        return layer
    if sentence := undo_obstacle(layer, change):
        raise Refused(sentence)
    layer.live_at = layer.live_by = None
    _set_state(layer, LocalLayer.State.DRAFT)
    since = timezone.localdate(change.made_at)  # what came with it counts anew from the day on which it goes live again
    layer.stops.filter(since=since).update(since=None)
    layer.changes.filter(since=since).update(since=None)
    if before := LocalLayer.objects.filter(pk=change.facts["before"]).first():
        _set_state(before, LocalLayer.State.LIVE)
    mark_undone(change=change, by=by, at=at)
    record("local_layer_undone", by=by, about=layer, organisation=layer.organisation, at=at)
    _count_anew(layer, at)
    return layer
