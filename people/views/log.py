"""The review list: who has looked at the organisation's people."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from people.events import shown_on
from people.models import Person, ReadingLine
from people.roles import Permission, Role
from people.views.doors import permitted

PER_PAGE = 50


@require_safe
@permitted(Permission.SEE_LOG)
def log_list(request: HttpRequest) -> HttpResponse:
    """Every look at those whom the viewer looks after, the latest first; ?andra=1 leaves out the own organisation's looks.

    Who looked is named when the viewer may read the name; of others only role and organisation are said.
    """
    rows = ReadingLine.objects.visible_to(request.viewer)
    if request.GET.get("andra"):
        rows = rows.exclude(reading__organisation__in=request.viewer.acts_for)
    rows = rows.select_related("person", "reading__viewer", "reading__organisation").order_by("-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lookers = Person.objects.filter(pk__in={line.reading.viewer_id for line in page}).order_by()
    known = set(
        Person.objects.visible_to(request.viewer).filter(pk__in=lookers.values("pk")).values_list("pk", flat=True)
    )
    looks = [
        {
            "line": line,
            "looker": line.reading.viewer if line.reading.viewer_id in known else None,
            "role": Role(line.reading.role).label if line.reading.role in Role.values else "",
            "page": shown_on(line.reading.view),
        }
        for line in page
    ]
    context = {"page": page, "looks": looks, "others": bool(request.GET.get("andra"))}
    return render(request, "people/log_list.html", context)
