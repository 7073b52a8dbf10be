"""Doing a course: tick tasks, finish parts, see what is missing; and signing what others have done."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import queries, texts
from courses.models import CourseResult, Part, Task
from courses.refusals import Refused
from courses.results import finish_part, missing_parts, sign_part, tick_task
from people.roles import Permission
from people.views.doors import permitted


def page_of(request: HttpRequest, result: CourseResult) -> dict:
    """What the course's own path shows: parts with days, what is missing, whose page it is."""
    parts, days = queries.parts_of(result), queries.days_of(result)
    for part in parts:
        part.day = days.get(part.pk)
        part.look = "done" if part.is_done else "booked" if part.day else "open"
    begun = next((part for part in parts if not part.is_done and part.compulsory), None)
    if begun and begun.look == "open" and result.state in CourseResult.OPEN:
        begun.look = "next"
    lead, about = texts.split_lead(result.course_version.text)
    return {
        "result": result,
        "version": result.course_version,
        "parts": parts,
        "missing": missing_parts(result) if result.state in CourseResult.OPEN else [],
        "is_own": result.person_id == request.viewer.person.pk,
        "is_open": result.state in CourseResult.OPEN,
        "done_count": sum(part.is_done for part in parts if part.compulsory),
        "all_count": sum(part.compulsory for part in parts),
        "lead": lead,
        "about": texts.render_text(about),
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
        said = _("%(part)s is signed for %(name)s.") % {"part": part.title, "name": result.person.name}
        messages.success(request, said)
    return redirect("result_detail" if request.POST.get("back") else "part_signatures", *back(request, result))


def back(request: HttpRequest, result: CourseResult) -> list:
    return [result.public_id] if request.POST.get("back") else []
