"""Days that somebody has to set by hand, and the day that the years in the profession are counted from."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from journeys import sentences
from journeys.enrolment import change_profession_day
from journeys.forms import ProfessionForm
from journeys.undated import undated_progress, undated_stations
from journeys.views.people import change_enrolment, enrolment_seen
from people.roles import Permission
from people.views.doors import permitted

JOURNEYS_A_PAGE = 30


@require_safe
@permitted(Permission.ENROL_PEOPLE)
def deadline_list(request: HttpRequest) -> HttpResponse:
    """Stations without a day because the rule gives one that nobody could keep. They turn nobody red; somebody sets the day."""
    rows = undated_progress(request.viewer)
    page = Paginator(rows, JOURNEYS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "journeys/deadline_list.html", {"found": undated_stations(page), "page": page})


@permitted(Permission.ENROL_PEOPLE)
def profession_change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another start in the profession for one journey, with a reason: stage and deadlines follow it (R22)."""
    enrolment = enrolment_seen(request, public_id)
    now = enrolment.profession_started_on or enrolment.person.profession_started_on

    def deed(started_on, reason) -> None:
        change_profession_day(enrolment=enrolment, started_on=started_on, reason=reason, by=request.viewer.person)

    form = ProfessionForm(request.POST or None, initial={"started_on": now})
    lead = sentences.profession_words(now) + " " + _("Stage and deadlines follow. Nothing that is done is lost.")
    title = _("Change the start in the profession")
    return change_enrolment(request, enrolment, form, title, lead, deed, _("The start in the profession is changed."))
