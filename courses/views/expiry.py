"""What runs out among the viewer's people, with free seats beside it."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses.expiring import expiring, rows_of
from people.roles import Permission
from people.views.doors import permitted

A_PAGE = 30


@require_safe
@permitted(Permission.SEE_TEAM, Permission.SEE_CERTIFICATES)
def expiry_list(request: HttpRequest) -> HttpResponse:
    """Who has to renew what within 90 days, or should have, the nearest end first."""
    page = Paginator(expiring(request.viewer), A_PAGE).get_page(request.GET.get("page"))
    context = {"rows": rows_of(request.viewer, page.object_list), "page": page}
    return render(request, "courses/expiry_list.html", context)
