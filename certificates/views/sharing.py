""" "Ta med mina uppgifter": the person offers the record to the next employer, whose HR takes it over or not (R32, E8)."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.disclosing import Line, lines_of
from certificates.models import Certificate
from courses.models import CourseResult
from courses.transfers import share_results, shared_results, transferable, ways_of
from journeys.routes import journeys_of_courses
from people.models import Organisation, Person, RecordShare
from people.roles import Permission
from people.scoping import system_scope
from people.sharing import (
    accept_record,
    decline_record,
    offer_waiting,
    sharing_obstacles,
    unanswerable,
    withdraw,
    withheld_obstacle,
)
from people.views.doors import permitted

PER_PAGE = 25


@require_safe
def share_mine(request: HttpRequest) -> HttpResponse:
    """Where my record can go, and what I have sent."""
    person = request.viewer.person
    withheld = withheld_obstacle(person)
    shares = RecordShare.objects.owned_by(request.viewer).select_related("sender", "organisation")
    context = {
        "withheld": withheld,
        "ways": [] if withheld else ways_of(person, request.viewer.on),
        "unanswerable": unanswerable(person, request.viewer.on),
        "shares": shares.prefetch_related("lines__result__course_version").order_by("-asked_at"),
    }
    return render(request, "certificates/share_mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def share_create(request: HttpRequest, sender: UUID, organisation: UUID) -> HttpResponse:
    """Choose the courses, see what the new employer will see, send."""
    person, parties = request.viewer.person, _parties(request, sender, organisation)
    if offer_waiting(person, *parties):
        return redirect("share_mine")
    rows = transferable(person, parties[1]).filter(organisation=parties[0])
    rows = rows.select_related("course_version", "course", "organisation").order_by("-passed_on", "-pk")
    lines = lines_of(rows)
    context = {"sender": parties[0], "organisation": parties[1]}
    if request.method != "POST" or "change" in request.POST:
        return _choose(request, lines, context)
    chosen = [line for line in lines if str(line.result.public_id) in _picks(request)]
    if not chosen:
        messages.warning(request, _("Choose at least one course."))
        return _choose(request, lines, context)
    if "send" not in request.POST:
        return render(request, "certificates/share_preview.html", context | {"lines": chosen, "brought": set()})
    results = [line.result for line in chosen]
    share_results(person=person, sender=parties[0], organisation=parties[1], results=results, by=person)
    messages.success(request, _("Sent. You are told when they have answered."))
    return redirect("share_mine")


def _parties(request: HttpRequest, sender: UUID, organisation: UUID) -> tuple[Organisation, Organisation]:
    """From whom to whom; a way that the person does not have is a page that is not there."""
    person = request.viewer.person
    for way in ways_of(person, request.viewer.on):
        parties = (way.sender, way.organisation)
        if [one.public_id for one in parties] == [sender, organisation]:
            if sharing_obstacles(person, way.organisation, request.viewer.on):
                break
            return parties
    raise Http404


def _picks(request: HttpRequest) -> set[str]:
    return {value for key in request.POST if key.startswith("pick") for value in request.POST.getlist(key)}


def _choose(request: HttpRequest, lines: list[Line], context: dict) -> HttpResponse:
    """All are ticked until the person has chosen otherwise."""
    groups = _by_journey(request.viewer.person, lines)
    chosen = _picks(request) if request.method == "POST" else {str(line.result.public_id) for line in lines}
    return render(request, "certificates/share_create.html", context | {"groups": groups, "chosen": chosen})


def _by_journey(person: Person, lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """The courses under the journey that holds them; those of no journey last, under ''."""
    names = journeys_of_courses(person)
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(names.get(line.result.course_id, ""), []).append(line)
    return sorted(groups.items(), key=lambda group: (not group[0], group[0]))


@require_POST
def share_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an offer back that nobody has answered."""
    share = get_object_or_404(RecordShare.objects.owned_by(request.viewer), public_id=public_id)
    try:
        withdraw(share=share, by=request.viewer.person)
        messages.success(request, _("Taken back. Nothing was handed over."))
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
    return redirect("share_mine")


@require_safe
@permitted(Permission.RECEIVE_RECORDS)
def share_list(request: HttpRequest) -> HttpResponse:
    """What employees have brought or want to bring: those that wait come first ("asked" goes before "accepted" backwards)."""
    rows = RecordShare.objects.visible_to(request.viewer).select_related("person", "sender")
    page = Paginator(rows.order_by("-state", "-asked_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "certificates/share_list.html", {"page": page})


def _offer(request: HttpRequest, public_id: UUID) -> RecordShare:
    rows = RecordShare.objects.visible_to(request.viewer).select_related("person", "sender", "organisation")
    return get_object_or_404(rows, public_id=public_id)


@require_safe
@permitted(Permission.RECEIVE_RECORDS)
def share_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One offer as the person saw it before sending; once taken over, with the papers to download."""
    share = _offer(request, public_id)
    results = shared_results(share)
    if share.state == RecordShare.State.ASKED:
        results = results.filter(state=CourseResult.State.PASSED)
    brought = Certificate.objects.downloadable_by(request.viewer).filter(disclosures__share=share).ready()
    with system_scope("what somebody offers to a new employer"):
        lines = lines_of(results)
    context = {"share": share, "lines": lines, "brought": set(brought.values_list("pk", flat=True))}
    return render(request, "certificates/share_detail.html", context)


@require_POST
@permitted(Permission.RECEIVE_RECORDS)
def share_answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take the record over, or decline it."""
    share, me = _offer(request, public_id), request.viewer.person
    try:
        if request.POST.get("answer") == "accept":
            accept_record(share=share, by=me)
            messages.success(request, _("Taken over. The courses count here now."))
            return redirect("share_detail", public_id=share.public_id)
        if request.POST.get("answer") == "decline":
            decline_record(share=share, by=me)
            messages.success(request, _("Declined. The person is told."))
            return redirect("share_list")
        messages.warning(request, _("Choose whether to take it over."))
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
    return redirect("share_detail", public_id=share.public_id)
