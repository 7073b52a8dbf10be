"""Why am I not done? The exact parts that a journey lacks, for the person and for whoever leads them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from journeys.reasons import own_progress, reasons_of, seen_progress
from people.roles import Permission
from people.views.doors import permitted


@require_safe
def journey_why(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the own journey lacks."""
    progress = get_object_or_404(own_progress(request.viewer), enrolment__public_id=public_id)
    context = {"reasons": reasons_of(progress, request.viewer.on), "is_own": True}
    return render(request, "journeys/journey_why.html", context)


@require_safe
@permitted(Permission.SEE_TEAM, Permission.ENROL_PEOPLE)
def person_why(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the journey of somebody lacks whom the viewer sees."""
    progress = get_object_or_404(seen_progress(request.viewer), enrolment__public_id=public_id)
    context = {"reasons": reasons_of(progress, request.viewer.on), "is_own": False}
    return render(request, "journeys/journey_why.html", context)
