"""The region's page: numbers of the members side by side, and demand against seats. Never a name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.exports import answer_table
from journeys.charts import demand_charts, words
from journeys.counts import shown_count
from journeys.overviews import region_for
from people.roles import Permission
from people.views.doors import permitted


@require_safe
@permitted(Permission.SEE_REGION)
def region_overview(request: HttpRequest) -> HttpResponse:
    """How the members do on one shared journey, from the worker's counts and with their time."""
    region = region_for(request.viewer, request.GET.get("resa", ""))
    context = {
        "region": region,
        "charts": demand_charts(region.demand),
        "demand": [(one, words(one)) for one in region.demand],
        "people": shown_count(region.people),
        "late": shown_count(region.late),
    }
    return render(request, "journeys/region_overview.html", context)


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
