"""The region's page: numbers of the members side by side, and demand against seats. Never a name."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from courses.exports import answer_table
from journeys.charts import demand_charts, words
from journeys.demand import ask_for_sessions, awaits_counts, planners_of, short_of
from journeys.overviews import collaborations_of
from journeys.region import Region, region_for
from people.roles import Permission
from people.views.doors import permitted

# A county's municipalities on one page, a country's on several.
MEMBERS_A_PAGE = 50


@require_safe
@permitted(Permission.SEE_REGION)
def region_overview(request: HttpRequest) -> HttpResponse:
    """How the members do on one shared journey, from the worker's counts and with their time."""
    region = region_for(
        request.viewer, request.GET.get("resa", ""), page=request.GET.get("page", 1), many=MEMBERS_A_PAGE
    )
    is_counting = _is_counting(request, region)
    if request.htmx:  # the page asks while the worker counts
        return HttpResponse(status=204) if is_counting else HttpResponseClientRefresh()
    context = {
        "region": region,
        "members": region.shown,
        "is_counting": is_counting,
        "short": short_of(region.demand),
        "charts": demand_charts(region.demand),
        "demand": [(one, words(one)) for one in region.demand],
        "people": region.shown_people,
        "late": region.shown_late,
    }
    return render(request, "journeys/region_overview.html", context)


def _is_counting(request: HttpRequest, region: Region) -> bool:
    """Whether there are people to count on the journey, and no counts yet; then they are on their way."""
    if region.as_of or not region.journey:
        return False
    return awaits_counts([one.organisation.pk for one in region.members], [region.journey.pk])


@permitted(Permission.SEE_REGION)
def sessions_ask(request: HttpRequest) -> HttpResponse:
    """Ask those who give the courses that are short of seats to plan more of them."""
    viewer = request.viewer
    region = region_for(viewer, request.GET.get("resa", ""), many=1)  # the demand is of all members
    short = short_of(region.demand)
    collaborations = list(collaborations_of(viewer))
    planners = planners_of([row.course for row in short], collaborations, viewer.on)
    rows = [(row, planners[row.course]) for row in short]
    chosen = set(request.POST.getlist("course")) if request.method == "POST" else None
    wanted = [row for row, people in rows if people and (chosen is None or str(row.course) in chosen)]
    if request.method == "POST" and wanted and viewer.organisation:
        place = {"organisation": viewer.organisation, "collaborations": collaborations}
        said = ask_for_sessions(rows=wanted, until=region.until, **place, by=viewer.person)
        asked = len({one.person_id for one in said})
        words = ngettext("%(count)d organiser was asked.", "%(count)d organisers were asked.", asked)
        messages.success(request, words % {"count": asked})
        return redirect(f"{reverse('region_overview')}?{request.GET.urlencode()}")
    context = {
        "region": region,
        "rows": [(row, len(people), row in wanted) for row, people in rows],
        "is_missing": request.method == "POST",
    }
    return render(request, "journeys/sessions_ask.html", context)


@require_safe
@permitted(Permission.SEE_REGION)
def region_export(request: HttpRequest) -> HttpResponse:
    """The comparison as a file, as on screen."""
    region = region_for(request.viewer, request.GET.get("resa", ""))
    head = [_("Organisation"), _("People"), *region.stages, _("Overdue")]
    rows: list[list[object]] = [
        [one.organisation.short_name, one.shown_people, *(stage["text"] for stage in one.stages), one.shown_late]
        for one in region.members
    ]
    return answer_table(f"region-{request.viewer.on.isoformat()}", _("Region"), head, rows)
