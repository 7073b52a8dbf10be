"""HR's overview of the own organisation, and reports of counts."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.exports import answer_table
from journeys.demand import awaits_counts
from journeys.overviews import UNITS_A_PAGE, members_of, reports_for, sums_of, units_counted
from people.roles import Permission
from people.views.doors import permitted


@require_safe
@permitted(Permission.SEE_CERTIFICATES)
def hr_overview(request: HttpRequest) -> HttpResponse:
    """Where the organisation stands, unit by unit."""
    units = units_counted(request.viewer)
    context = {"units": Paginator(units, UNITS_A_PAGE).get_page(request.GET.get("page")), "sums": sums_of(units)}
    return render(request, "journeys/hr_overview.html", context)


@require_safe
@permitted(Permission.SEE_REPORTS)
def report_list(request: HttpRequest) -> HttpResponse:
    """Counts per journey, stage and station; small ones are not told (decision 3)."""
    viewer = request.viewer
    reports = reports_for(viewer)
    is_counting = not reports and awaits_counts(members_of(viewer) if viewer.coordinates else viewer.acts_for)
    return render(request, "journeys/report_list.html", {"reports": reports, "is_counting": is_counting})


@require_safe
@permitted(Permission.SEE_REPORTS)
def report_export(request: HttpRequest) -> HttpResponse:
    """The same counts as a file, as on screen."""
    head = [_("Programme"), _("Part"), _("People"), _("Done"), _("Share done"), _("Overdue")]
    rows: list[list[object]] = []
    for report in reports_for(request.viewer):
        name = report.journey.shown_name
        for stage, people, completed, _paused, late in [[name, *report.whole_row], *report.stage_rows]:
            rows.append([name, stage, people, completed, "", late])
        for one in report.stations:
            rows.append([name, one.name, one.shown["people"], one.shown["done"], one.done_share, one.shown["late"]])
    return answer_table(f"rapport-{request.viewer.on.isoformat()}", _("Reports"), head, rows)
