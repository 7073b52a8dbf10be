"""What the programme pages read: journeys with their numbers, and a version's path in words."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course, CourseVersion
from journeys.deadlines import counted_from
from journeys.models import ChoiceGroup, Journey, LayerProposal, Stage, Stop, Version
from journeys.models.local_layer import LocalDeadline
from people.access import Viewer
from people.models import Organisation
from people.roles import Permission


@dataclass(frozen=True)
class StopShown:
    """A station as the pages show it. `deadline` is a sentence, empty without one."""

    stop: Stop
    title: str
    minutes: int
    deadline: str
    is_published: bool


@dataclass(frozen=True)
class StageShown:
    stage: Stage
    years: str
    stops: list[StopShown]
    groups: list[ChoiceGroup]


def programmes(viewer: Viewer) -> QuerySet[Journey]:
    """The journeys that the viewer may read, with how many organisations run them and how many people are on them."""
    open_ones = Q(adoptions__ends_on=None) | Q(adoptions__ends_on__gte=viewer.on)
    return (
        Journey.objects.visible_to(viewer)
        .select_related("owner")
        .prefetch_related(Prefetch("versions", Version.objects.annotate(stations=Count("stops"))))
        .annotate(runs=Count("adoptions__organisation", filter=open_ones, distinct=True))
        .order_by("name")
    )


def published(journey: Journey) -> Version | None:
    """The published version of a journey whose versions are there."""
    return next((one for one in journey.versions.all() if one.state == Version.State.PUBLISHED), None)


def draft(journey: Journey) -> Version | None:
    """The draft of a journey whose versions are there."""
    drafts = (Version.State.DRAFT, Version.State.IN_REVIEW)
    return next((one for one in journey.versions.all() if one.state in drafts), None)


def path_shown(version: Version) -> list[StageShown]:
    """A version's stages and stations in words, in a fixed number of queries."""
    courses = Prefetch(
        "course__versions",
        CourseVersion.objects.exclude(state=CourseVersion.State.SUPERSEDED)
        .order_by("state", "-number")
        .prefetch_related("parts"),
        to_attr="live_ones",
    )
    stops = Stop.objects.select_related("course", "group", "after__course").prefetch_related(courses).order_by("order")
    stages = (
        Stage.objects.filter(version=version).order_by("order").prefetch_related("groups", Prefetch("stops", stops))
    )
    return [
        StageShown(stage, years_words(stage), [_shown(stop) for stop in stage.stops.all()], list(stage.groups.all()))
        for stage in stages
    ]


def course_version(course: Course) -> CourseVersion | None:
    """The published version of a course whose versions are there (`live_ones`), else its draft."""
    rows: list[CourseVersion] = course.live_ones  # type: ignore[attr-defined]  # the prefetch
    return next((one for one in rows if one.state == CourseVersion.State.PUBLISHED), rows[0] if rows else None)


def _shown(stop: Stop) -> StopShown:
    version = course_version(stop.course)
    return StopShown(
        stop=stop,
        title=version.shown_title if version else stop.course.code,
        minutes=sum(part.minutes for part in version.parts.all()) if version else 0,
        deadline=deadline_words(stop),
        is_published=stop.course.state == Course.State.PUBLISHED,
    )


def deadline_words(stop: Stop | LocalDeadline) -> str:
    """The rule of a station's deadline as a sentence."""
    if stop.anchor == Stop.Anchor.FIXED and stop.fixed_on:
        return _("Due %(day)s.") % {"day": date_format(stop.fixed_on, "j F Y")}
    if not stop.anchor:
        return ""
    return counted_from(stop.anchor, stop.offset or 0, stop.unit)


def years_words(stage: Stage) -> str:
    """Whom a stage is for."""
    if stage.role:
        return _("A track of its own")
    if stage.max_years is not None:
        return _("%(first)s–%(last)s years in the profession") % {
            "first": stage.min_years or 0,
            "last": stage.max_years,
        }
    if stage.min_years:
        return ngettext("from %(n)d year in the profession", "from %(n)d years in the profession", stage.min_years) % {
            "n": stage.min_years
        }
    return ""


def may_adopt(journey: Journey, viewer: Viewer) -> QuerySet[Organisation]:
    """The organisations that may run a journey: its owner and the members of its collaboration, not those who do."""
    on = Q(accessions__collaboration=journey.collaboration_id) & Q(accessions__starts_on__lte=viewer.on)
    member = on & (Q(accessions__ends_on=None) | Q(accessions__ends_on__gte=viewer.on))
    rows = Organisation.objects.filter(
        (member | Q(pk=journey.owner_id)) if journey.collaboration_id else Q(pk=journey.owner_id)
    )
    running = journey.adoptions.filter(ends_on=None).values("organisation")
    return rows.exclude(pk__in=running).distinct()


def may_add_to(journey: Journey, viewer: Viewer) -> bool:
    """Whether the viewer keeps what the own organisation, which runs the journey, adds to it."""
    if Permission.KEEP_LOCAL_LAYERS not in viewer.may:
        return False
    return journey.adoptions.on(viewer.on).filter(organisation__in=viewer.acts_for).exists()


def newest_proposal(viewer: Viewer, journey: Journey, organisation: Organisation | None) -> LayerProposal | None:
    """The published version as it was put before the viewer's own organisation, with its answer; None where it was not."""
    rows = LayerProposal.objects.visible_to(viewer).filter(organisation=organisation, version__journey=journey)
    return rows.filter(version__state=Version.State.PUBLISHED).exclude(state=LayerProposal.State.WITHDRAWN).select_related("version").first()  # fmt: skip


def open_proposals(viewer: Viewer) -> list[LayerProposal]:
    """What waits for the viewer's answer on behalf of the own organisation."""
    if Permission.KEEP_LOCAL_LAYERS not in viewer.may:
        return []
    rows = LayerProposal.objects.visible_to(viewer).open().filter(organisation=viewer.organisation)
    return list(rows.select_related("version__journey").order_by("last_on", "pk"))
