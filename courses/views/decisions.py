"""The queue answers for itself: its decisions at an occasion, and what the system did."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from courses import decisions
from courses.views.occasions import own_occasion
from people.roles import Permission
from people.views.doors import permitted

PER_PAGE = 50
PAGER = {"prefixed_page_field": "sida"}


@permitted(Permission.RUN_OCCASIONS)
def queue_decisions(request: HttpRequest, public_id) -> HttpResponse:
    """Every decision about the seats of a session, and why."""
    occasion = own_occasion(request, public_id)
    page = Paginator(decisions.decisions_of(request.viewer, occasion), PER_PAGE).get_page(request.GET.get("sida"))
    context = {"occasion": occasion, "version": occasion.course_version, "page": page, "table": PAGER}
    return render(request, "courses/queue_decisions.html", context)


def system_deeds(request: HttpRequest) -> HttpResponse:
    """What the system did by itself about the seats that the viewer may read of."""
    page = Paginator(decisions.system_deeds(request.viewer), PER_PAGE).get_page(request.GET.get("sida"))
    found = decisions.told(request.viewer, page)
    context = {"decisions": found, "page": page, "days": decisions.DAYS_BACK, "table": PAGER}
    return render(request, "courses/system_deeds.html", context)
