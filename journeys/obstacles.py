"""Why a draft of a programme cannot be published: the sentences that grey the button are those that the deed refuses with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course, CourseVersion, Prerequisite
from journeys.models import Stage, Stop, Version


@dataclass(frozen=True)
class Draft:
    """A draft as the rules read it: stages and stations in order, and which courses each published course asks for first."""

    stages: list[Stage]
    stops: list[Stop]
    asks: Mapping[int, list[Course]]

    def name(self, stop: Stop) -> str:
        """'Barnsamtal (stage Ny)': enough to find the station on the page."""
        return _("%(course)s (stage %(stage)s)") % {"course": course_name(stop.course), "stage": stop.stage}


def missing_to_publish(version: Version) -> list[str]:
    """What a draft lacks before it can be published, as sentences; an empty list means ready. A fixed number of queries."""
    draft = _draft(version)
    if not draft.stages:
        return [_("The programme has no stage yet.")]
    rules = (_empty_stages, _short_groups, _unpublished, _lost_anchors, _unmet_prerequisites)
    return [sentence for rule in rules for sentence in rule(draft)]


def used_courses(version: Version) -> list[str]:
    """'Barnsamtal (stage Ny)': the courses that a version has, in order; a course stands once in a programme."""
    draft = _draft(version)
    return [draft.name(stop) for stop in draft.stops]


def course_name(course: Course) -> str:
    """The title of the course whose published version is there (`live_ones`), else its code."""
    rows: list[CourseVersion] = course.live_ones  # type: ignore[attr-defined]  # the prefetch
    return rows[0].shown_title if rows else course.code


def _draft(version: Version) -> Draft:
    live = CourseVersion.objects.published()
    stages = list(version.stages.order_by("order").prefetch_related("groups"))
    rows = version.stops.select_related("course", "stage", "after").order_by("stage__order", "order", "pk")
    stops = list(rows.prefetch_related(Prefetch("course__versions", live, to_attr="live_ones")))
    asks: dict[int, list[Course]] = {}
    hard = Prerequisite.objects.filter(hard=True, course__isnull=False, course_version__state="published")
    asked = hard.select_related("course", "course_version").order_by("pk")
    for row in asked.prefetch_related(Prefetch("course__versions", live, to_attr="live_ones")):
        if row.course:
            asks.setdefault(row.course_version.course_id, []).append(row.course)
    return Draft(stages, stops, asks)


def _empty_stages(draft: Draft) -> Iterable[str]:
    filled = {stop.stage_id for stop in draft.stops}
    for stage in draft.stages:
        if stage.pk not in filled:
            yield _("The stage %(stage)s has no station. Add one, or remove the stage.") % {"stage": stage}


def _short_groups(draft: Draft) -> Iterable[str]:
    for stage in draft.stages:
        for group in stage.groups.all():
            electives = sum(stop.group_id == group.pk for stop in draft.stops)
            if electives < group.needs:
                has = ngettext("has %(count)d station", "has %(count)d stations", electives) % {"count": electives}
                facts = {"group": group, "stage": stage, "needs": group.needs, "has": has}
                yield _("The choice group %(group)s in the stage %(stage)s %(has)s but asks for %(needs)s.") % facts


def _unpublished(draft: Draft) -> Iterable[str]:
    for stop in draft.stops:
        if stop.course.state != Course.State.PUBLISHED:
            yield _("The course of %(station)s is not published.") % {"station": draft.name(stop)}


def _lost_anchors(draft: Draft) -> Iterable[str]:
    """Deadlines that count from a station that is gone, comes later, or in the end is the station itself."""
    place = {stop.pk: n for n, stop in enumerate(draft.stops)}
    for n, stop in enumerate(draft.stops):
        if stop.anchor != Stop.Anchor.STOP:
            continue
        facts = {"station": draft.name(stop)}
        if stop.after_id not in place:
            yield _("%(station)s counts its deadline from a station that is gone. Choose another one.") % facts
        elif _comes_back(stop, draft):
            yield _("The deadline of %(station)s counts in a circle. Count one of them from something else.") % facts
        elif place[stop.after_id] > n:
            facts["other"] = draft.name(draft.stops[place[stop.after_id]])
            yield _("%(station)s counts its deadline from %(other)s, which comes later.") % facts


def _comes_back(stop: Stop, draft: Draft) -> bool:
    """Whether counting backwards from a station ends at itself."""
    before = {one.pk: one.after_id for one in draft.stops}
    seen: set[int] = set()
    at = stop.after_id
    while at is not None and at not in seen and at in before:
        if at == stop.pk:
            return True
        seen.add(at)
        at = before[at]
    return False


def _unmet_prerequisites(draft: Draft) -> Iterable[str]:
    """Courses that nobody could book in the order of the path: what they ask for comes later, asks for them, or is not given."""
    place = {stop.course_id: n for n, stop in enumerate(draft.stops)}
    for n, stop in enumerate(draft.stops):
        for course in draft.asks.get(stop.course_id, []):
            facts = {"station": draft.name(stop), "course": course_name(course)}
            if _asks_for(course.pk, stop.course_id, draft.asks):
                yield _("%(station)s and %(course)s require each other: nobody could take either.") % facts
            elif place.get(course.pk, -1) > n:
                yield _("%(station)s requires %(course)s, which comes later. Let them change places.") % facts
            elif course.state != Course.State.PUBLISHED and course.pk not in place:
                yield _("%(station)s requires %(course)s, which is not published.") % facts


def _asks_for(course: int, wanted: int, asks: Mapping[int, list[Course]]) -> bool:
    """Whether a course asks for another one, directly or by way of others."""
    seen: set[int] = set()
    rest = [course]
    while rest:
        at = rest.pop()
        if at == wanted:
            return True
        if at not in seen:
            seen.add(at)
            rest += [one.pk for one in asks.get(at, [])]
    return False
