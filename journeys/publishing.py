"""Drafting a journey and publishing it as a frozen version (R18, R22, R38, R39).

A published version is never changed: a change is the next version. Keys of stages and stops are their names across versions.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from courses.models import Course
from courses.refusals import Refused
from journeys.copying import copy_path
from journeys.models import (
    LOCAL,
    Adoption,
    ChoiceGroup,
    Journey,
    LayerProposal,
    LocalChange,
    LocalStop,
    Stage,
    Stop,
    Version,
    VersionMove,
)
from journeys.obstacles import missing_to_publish
from people.events import record
from people.models import Collaboration, Organisation, Person

DRAFTS = (Version.State.DRAFT, Version.State.IN_REVIEW)


def draft_journey(
    *,
    owner: Organisation,
    code: str,
    name: str,
    collaboration: Collaboration | None = None,
    name_en: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> Version:
    """Make a journey with an empty first draft; the same owner and code give the journey that is there, and its draft.

    Raises Refused when the journey is there and has no draft (draft the next version instead).
    """
    with transaction.atomic():
        journey, is_new = Journey.objects.get_or_create(
            owner=owner,
            code=code,
            defaults={
                "name": name,
                "name_en": name_en,
                "collaboration": collaboration,
                "slug": _free_slug(name or code),
            },
        )
        if is_new:
            record("journey_drafted", by=by, about=journey, organisation=owner, at=at)
            return Version.objects.create(journey=journey, number=1)
        draft = journey.versions.filter(state__in=DRAFTS).first()
        if draft is None:
            raise Refused(_("A programme with the code %(code)s is already there.") % {"code": code})
        return draft


def _free_slug(name: str) -> str:
    base = slugify(name)[:70] or "program"
    taken = {
        "nytt",
        "las-in",
        *Journey.objects.filter(slug__startswith=base).values_list("slug", flat=True),
    }  # addresses of forms
    return next(slug for n in range(len(taken) + 1) if (slug := f"{base}-{n + 1}" if n else base) not in taken)


def open_draft(version: Version) -> Version:
    """The version under a lock, as long as it may still change."""
    version = Version.objects.select_for_update(of=("self",)).select_related("journey").get(pk=version.pk)
    if version.state not in DRAFTS:
        raise Refused(_("A published version cannot be changed. Draft the next one."))
    if version.publishes_on:
        raise Refused(_("The version waits for its day. Take the day back before you change it."))
    return version


def _next_order(rows) -> int:
    return (rows.aggregate(last=Max("order"))["last"] or 0) + 1


def _free_key(rows, wish: str) -> str:
    base = slugify(wish)[:34] or "x"
    base = f"k-{base}"[:34] if base.startswith(LOCAL) else base  # such keys are those of an organisation's own stations
    taken = set(rows.filter(key__startswith=base).values_list("key", flat=True))
    return next(key for n in range(len(taken) + 1) if (key := f"{base}-{n + 1}" if n else base) not in taken)


def add_stage(
    *,
    version: Version,
    name: str,
    name_en: str = "",
    min_years: int | None = None,
    max_years: int | None = None,
    role: str = "",
    key: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> Stage:
    """Add a stage last in a draft: years in the profession, or a track of its own for `role`. A key that is there answers its stage."""
    with transaction.atomic():
        version = open_draft(version)
        there = version.stages.filter(key=key).first() if key else None
        if there:
            return there
        if min_years is not None and max_years is not None and max_years <= min_years:
            raise Refused(_("The stage must end later than it begins."))
        return Stage.objects.create(
            version=version,
            key=key or _free_key(version.stages.all(), name),
            order=_next_order(version.stages.all()),
            name=name,
            name_en=name_en,
            min_years=min_years,
            max_years=max_years,
            role=role,
        )


def edit_stage(
    *,
    stage: Stage,
    name: str,
    name_en: str = "",
    min_years: int | None = None,
    max_years: int | None = None,
    role: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> Stage:
    """Change names and years of a stage of a draft; its key stays, because it is its name across versions."""
    with transaction.atomic():
        open_draft(stage.version)
        stage.name, stage.name_en, stage.role = name, name_en, role
        stage.min_years, stage.max_years = min_years, max_years
        stage.save()
        return stage


def add_group(
    *, stage: Stage, needs: int, name: str = "", key: str = "", by: Person | None, at: datetime | None = None
) -> ChoiceGroup:
    """Add a choice group to a stage of a draft: `needs` of its stations (1 of 2). A key that is there answers its group."""
    with transaction.atomic():
        open_draft(stage.version)
        there = stage.groups.filter(key=key).first() if key else None
        return there or ChoiceGroup.objects.create(
            stage=stage, needs=needs, name=name, key=key or _free_key(stage.groups.all(), name or "valbar")
        )


def add_stop(
    *,
    stage: Stage,
    course: Course,
    kind: str = Stop.Kind.COMPULSORY,
    group: ChoiceGroup | None = None,
    anchor: str = "",
    offset: int | None = None,
    unit: str = "",
    fixed_on: date | None = None,
    after: Stop | None = None,
    key: str = "",
    min_course_version: int | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Stop:
    """Add a course as the last station of a stage of a draft, with its deadline: `offset` `unit` counted from `anchor` (R18).

    Raises Refused for a course that the version has already, and for a deadline or group that is not whole.
    """
    with transaction.atomic():
        version = open_draft(stage.version)
        there = version.stops.filter(key=key).first() if key else None
        if there:
            return there
        stop = Stop(stage=stage, version=version, course=course, kind=kind, group=group)
        set_deadline(stop, anchor=anchor, offset=offset, unit=unit, fixed_on=fixed_on)
        stop.after = after if anchor == Stop.Anchor.STOP else None
        stop.key = key or _free_key(version.stops.all(), course.code)
        stop.min_course_version = min_course_version
        stop.order = _next_order(version.stops.all())
        _check_stop(stop)
        stop.save()
        return stop


def change_stop(
    *,
    stop: Stop,
    kind: str,
    group: ChoiceGroup | None = None,
    anchor: str = "",
    offset: int | None = None,
    unit: str = "",
    fixed_on: date | None = None,
    after: Stop | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Stop:
    """Change how a station of a draft counts and when it is due."""
    with transaction.atomic():
        open_draft(stop.version)
        stop.kind, stop.group = kind, group
        set_deadline(stop, anchor=anchor, offset=offset, unit=unit, fixed_on=fixed_on)
        stop.after = after if anchor == Stop.Anchor.STOP else None
        _check_stop(stop)
        stop.save()
        return stop


def set_deadline(
    row: Stop | LocalStop | LocalChange, *, anchor: str, offset=None, unit: str = "", fixed_on=None
) -> None:
    """Write a deadline into a row that is not saved here: of offset, unit and day only what goes with the anchor ("" for none)."""
    counted = anchor not in ("", Stop.Anchor.FIXED)
    row.anchor = anchor
    row.offset = offset if counted else None
    row.unit = (unit or Stop.OffsetUnit.DAYS) if counted else ""
    row.fixed_on = fixed_on if anchor == Stop.Anchor.FIXED else None


def _check_stop(stop: Stop) -> None:
    twice = stop.version.stops.filter(course=stop.course).exclude(pk=stop.pk)
    faults = [
        (twice.exists(), _("This course is already a station of the programme.")),
        (
            (stop.kind == Stop.Kind.ELECTIVE) != (stop.group is not None),
            _("An elective station belongs to a choice group, and only an elective one does."),
        ),
        (
            stop.group is not None and stop.group.stage_id != stop.stage_id,
            _("The choice group belongs to another stage."),
        ),
        (
            stop.anchor not in ("", Stop.Anchor.FIXED) and stop.offset is None,
            _("Say how long after the start the station is due."),
        ),
        (stop.anchor == Stop.Anchor.FIXED and stop.fixed_on is None, _("Choose the date.")),
        (stop.anchor == Stop.Anchor.STOP and _is_circle(stop), _("Choose another station to count from.")),
    ]
    sentences = [sentence for is_wrong, sentence in faults if is_wrong]
    if sentences:
        raise Refused(*sentences)


def _is_circle(stop: Stop) -> bool:
    """Whether the station before is missing, of another version, or in the end this station itself."""
    before, seen = stop.after, {stop.pk} if stop.pk else set()
    while before is not None:
        if before.version_id != stop.version_id or before.pk in seen:
            return True
        seen.add(before.pk)
        before = before.after
    return stop.after is None


def move_stop(*, stop: Stop, up: bool, by: Person | None, at: datetime | None = None) -> Stop:
    """Let a station of a draft change place with its neighbour in the stage; at the end of the row nothing happens."""
    with transaction.atomic():
        open_draft(stop.version)
        row = list(stop.stage.stops.order_by("order", "pk"))
        place = next(n for n, one in enumerate(row) if one.pk == stop.pk)
        other = place - 1 if up else place + 1
        if 0 <= other < len(row):
            row[place], row[other] = row[other], row[place]
            orders = sorted(one.order for one in row)
            for one, order in zip(row, orders, strict=True):
                one.order = order
            Stop.objects.bulk_update(row, ["order"])
        stop.refresh_from_db()
        return stop


def remove_stop(*, stop: Stop, by: Person | None, at: datetime | None = None) -> None:
    """Take a station out of a draft. Raises Refused while another one counts its deadline from it."""
    with transaction.atomic():
        open_draft(stop.version)
        if stop.followed_by.exists():
            raise Refused(_("Another station counts its deadline from this one. Change that one first."))
        stop.delete()


def remove_stage(*, stage: Stage, by: Person | None, at: datetime | None = None) -> None:
    """Take an empty stage out of a draft."""
    with transaction.atomic():
        open_draft(stage.version)
        if stage.stops.exists():
            raise Refused(_("The stage has stations. Remove them first."))
        stage.delete()


def remove_group(*, group: ChoiceGroup, by: Person | None, at: datetime | None = None) -> None:
    """Take an empty choice group out of a draft."""
    with transaction.atomic():
        open_draft(group.stage.version)
        if group.stops.exists():
            raise Refused(_("The choice group has stations. Change them first."))
        group.delete()


def publish_version(*, version: Version, valid_from: date, by: Person | None, at: datetime | None = None) -> Version:
    """Freeze a draft and make it the journey's version for new enrolments; the one before still runs for those on it (R38).

    Publishing a published version again changes nothing. Raises Refused with what is missing.
    """
    at = at or timezone.now()
    with transaction.atomic():
        version = Version.objects.select_for_update(of=("self",)).select_related("journey").get(pk=version.pk)
        if version.state not in DRAFTS:
            return version
        lacks = missing_to_publish(version)
        if lacks:
            raise Refused(*lacks)
        for old in version.journey.versions.filter(state=Version.State.PUBLISHED):
            old.state = Version.State.SUPERSEDED
            old.save(update_fields=["state"])
        version.state = Version.State.PUBLISHED
        version.valid_from = valid_from
        version.published_at, version.published_by = at, by
        version.publishes_on = version.scheduled_at = version.scheduled_by = None
        version.save()
        # Who was still offered the version before is not asked for it any more.
        VersionMove.objects.open().filter(version__journey=version.journey).update(state=VersionMove.State.WITHDRAWN)
        LayerProposal.objects.open().filter(version__journey=version.journey).update(state=LayerProposal.State.WITHDRAWN, back_on=None)  # fmt: skip
        record(
            "publish_version", by=by, about=version, organisation=version.journey.owner, at=at, number=version.number
        )
        return version


def draft_next_version(*, journey: Journey, by: Person | None, at: datetime | None = None) -> Version:
    """Copy the newest version, keys and all, into a new draft; a draft that is there is answered as it is."""
    with transaction.atomic():
        journey = Journey.objects.select_for_update().get(pk=journey.pk)
        newest = journey.versions.order_by("-number").first()
        if newest is not None and newest.state in DRAFTS:
            return newest
        draft = Version.objects.create(
            journey=journey,
            number=newest.number + 1 if newest else 1,
            validity_months=newest.validity_months if newest else None,
        )
        if newest:
            copy_path(newest, draft)
        record("version_drafted", by=by, about=draft, organisation=journey.owner, at=at, number=draft.number)
        return draft


def adopt_journey(
    *, journey: Journey, organisation: Organisation, starts_on: date, by: Person | None, at: datetime | None = None
) -> Adoption:
    """Let an organisation run a journey from a day. One open adoption each: a second call answers the first."""
    with transaction.atomic():
        Journey.objects.select_for_update().get(pk=journey.pk)
        adoption, is_new = Adoption.objects.get_or_create(
            journey=journey, organisation=organisation, ends_on=None, defaults={"starts_on": starts_on}
        )
        if is_new:
            record("journey_adopted", by=by, about=journey, organisation=organisation, at=at, starts_on=str(starts_on))
        return adoption


def adopt_together(*, organisations: list[Organisation], by: Person | None, **given) -> list[Adoption]:
    """Let several organisations run a journey, all of them or none. `given`: the rest that adopt_journey asks for."""
    with transaction.atomic():
        return [adopt_journey(organisation=one, by=by, **given) for one in organisations]


def end_adoption(*, adoption: Adoption, ends_on: date, by: Person | None, at: datetime | None = None) -> Adoption:
    """Let an organisation stop running a journey: no new enrolments after the day; those on it finish."""
    if ends_on < adoption.starts_on:
        raise Refused(_("The last day cannot be before the first."))
    with transaction.atomic():
        adoption.ends_on = ends_on
        adoption.save(update_fields=["ends_on"])
        record(
            "adoption_ended",
            by=by,
            about=adoption.journey,
            organisation=adoption.organisation,
            at=at,
            ends_on=str(ends_on),
        )
        return adoption
