"""Doing a course: tick tasks, finish parts, see what is missing; and signing what others have done."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import queries, texts
from courses.booking import request_seat
from courses.makeup import asked_again, days_to_make_up, missed_parts
from courses.models import CourseResult, Part, Task
from courses.refusals import Refused
from courses.results import finish_part, missing_parts, needed_parts, sign_part, tick_task
from courses.views.bookings import said_of
from people.roles import Permission
from people.views.doors import permitted


def page_of(request: HttpRequest, result: CourseResult) -> dict:
    """What the course's own path shows: parts with days, what is missing, whose page it is."""
    parts, days = queries.parts_of(result), queries.days_of(result)
    needed = {part.pk for part in needed_parts(parts, result.is_renewal)}
    is_own = result.person_id == request.viewer.person.pk
    missed = {part.key for part in missed_parts(result)}
    chosen = asked_again(result) if missed else {}
    again = (
        days_to_make_up(request.viewer, result, [p for p in parts if p.key in missed - chosen.keys()])
        if missed and is_own
        else []
    )
    for part in parts:
        part.needed = part.pk in needed
        part.day, part.makeup = days.get(part.key), chosen.get(part.key)
        part.is_missed = part.key in missed and not (part.day and part.day.locked_at is None)
        part.days_again = [day for day in again if day.part.key == part.key]
        part.look = "done" if part.is_done else "booked" if part.day and not part.is_missed else "open"
    begun = next((part for part in parts if not part.is_done and part.needed), None)
    if begun and begun.look == "open" and result.state in CourseResult.OPEN:
        begun.look = "next"
    lead, about = texts.split_lead(result.course_version.text)
    return {
        "result": result,
        "version": result.course_version,
        "parts": parts,
        "missing": missing_parts(result) if result.state in CourseResult.OPEN else [],
        "is_own": is_own,
        "missed": [part for part in parts if part.is_missed],
        "is_open": result.state in CourseResult.OPEN,
        "done_count": sum(part.is_done for part in parts if part.needed),
        "all_count": sum(part.needed for part in parts),
        "lead": lead,
        "about": texts.render_text(about),
        "has_goals": result.course_version.goals.exists(),
    }


def result_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One attempt at a course, part by part."""
    result = get_object_or_404(queries.own_and_seen_results(request.viewer), public_id=public_id)
    return render(request, "courses/result_detail.html", page_of(request, result))


@require_POST
def task_tick(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """Tick or untick a task of the own course; htmx gets the parts back, everybody else the page."""
    result = get_object_or_404(request.viewer.own(queries.own_and_seen_results(request.viewer)), public_id=public_id)
    task = get_object_or_404(Task, pk=pk, part__course_version=result.course_version_id)
    done = request.POST.get("done") != "no"
    return after(request, result, lambda: tick_task(result=result, task=task, done=done, by=request.viewer.person))


@require_POST
def part_finish(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """Say that an own part is done: follow-up, reflection, what the participant confirms."""
    result = get_object_or_404(request.viewer.own(queries.own_and_seen_results(request.viewer)), public_id=public_id)
    part = get_object_or_404(Part, course_version=result.course_version_id, key=key)
    return after(request, result, lambda: finish_part(result=result, part=part, by=request.viewer.person))


@require_POST
def makeup_create(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """Take a missed day at another session: one day's seat, or a place in its queue (R24). A second click changes nothing."""
    result = get_object_or_404(request.viewer.own(queries.own_and_seen_results(request.viewer)), public_id=public_id)
    part = get_object_or_404(Part, course_version=result.course_version_id, key=key)
    days = [
        day for day in days_to_make_up(request.viewer, result, [part]) if str(day.public_id) == request.POST.get("dag")
    ]
    jobs = queries.employments_now(request.viewer)
    employment = jobs.filter(organisation=result.organisation_id).first() or jobs.first()
    if not days or employment is None:
        messages.error(request, _("That day can no longer be chosen. See which days there are now."))
        return redirect("result_detail", public_id)
    person = request.viewer.person
    try:
        booking = request_seat(
            occasion=days[0].occasion, person=person, employment=employment, makeup_part=part, by=person
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, " ".join(refusal.sentences))
    else:
        messages.success(request, said_of(booking))
    return redirect("result_detail", public_id)


def after(request: HttpRequest, result: CourseResult, deed) -> HttpResponse:
    """Do a deed on an attempt and answer with its parts (htmx) or its page."""
    try:
        deed()
    except Refused as refusal:
        messages.error(request, " ".join(refusal.sentences))
    result = queries.own_and_seen_results(request.viewer).get(pk=result.pk)
    passed = result.state == CourseResult.State.PASSED
    if passed:
        messages.success(request, _("The course is done. Your certificate is being made."))
    if request.htmx and not passed:
        return render(request, "courses/_result_parts.html", page_of(request, result))
    response: HttpResponse = redirect("result_detail", result.public_id)
    if request.htmx:
        response = HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
    return response


@permitted(Permission.SIGN_PARTS)
def part_signatures(request: HttpRequest) -> HttpResponse:
    """Parts done at work that wait for the viewer's signature."""
    return render(request, "courses/part_signatures.html", {"waiting": queries.to_sign(request.viewer)})


@require_POST
@permitted(Permission.SIGN_PARTS)
def part_sign(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """Confirm that somebody has done a part (R28)."""
    results = CourseResult.objects.visible_to(request.viewer).exclude(person=request.viewer.person)
    result = get_object_or_404(results.select_related("person"), public_id=public_id)
    part = get_object_or_404(Part, course_version=result.course_version_id, key=key)
    try:
        sign_part(result=result, part=part, by=request.viewer.person)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.sentences))
    else:
        said = _("%(part)s is signed for %(name)s.") % {"part": part.shown_title, "name": result.person.name}
        messages.success(request, said)
    return redirect("result_detail" if request.POST.get("back") else "part_signatures", *back(request, result))


def back(request: HttpRequest, result: CourseResult) -> list:
    return [result.public_id] if request.POST.get("back") else []
