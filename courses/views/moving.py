"""Move a day: the preview, the deed, its undo, and the answer to "Can you make the new time?" without signing in."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.forms.occasions import DayForm, TextForm, meeting_initial
from courses.models import TimeQuestion
from courses.moving import answer_time, move_meeting, move_obstacles, plan_move, question_obstacle, undo_move
from courses.refusals import Refused
from courses.views.consequences import with_names
from courses.views.occasions import own_occasion
from courses.views.outcomes import carry_out
from people.consequences import Outdated, Plan
from people.roles import Permission
from people.scoping import system_scope
from people.views.doors import permitted


@permitted(Permission.RUN_OCCASIONS)
def meeting_move(request: HttpRequest, public_id, day_id) -> HttpResponse:
    """Another time or place for one day: first whom it concerns, then the deed."""
    occasion = own_occasion(request, public_id)
    meeting = get_object_or_404(occasion.meetings.select_related("part"), public_id=day_id, cancelled_at=None)
    meeting.occasion = occasion
    posted = request.method == "POST"
    data = request.POST if posted else None
    form = DayForm(data, viewer=request.viewer, part=meeting.part, initial=meeting_initial(meeting))
    words = TextForm(data)
    plan = None
    if posted and form.is_valid() and words.is_valid():
        facts = form.facts()
        obstacles = move_obstacles(meeting, facts["starts_at"], facts["ends_at"])
        for sentence in obstacles:
            form.add_error(None, sentence)
        if not obstacles:
            plan = plan_move(meeting, starts_at=facts["starts_at"], ends_at=facts["ends_at"])
            if request.POST.get("seen") and _moved(request, meeting, form, facts, words.cleaned_data["text"]):
                return redirect("occasion_detail", public_id)
    context = {
        "occasion": occasion,
        "version": occasion.course_version,
        "meeting": meeting,
        "form": form,
        "words": words,
        "plan": _named(request, occasion, plan),
    }
    return render(request, "courses/meeting_move.html", context)


def _named(request: HttpRequest, occasion, plan: Plan | None) -> Plan | None:
    return with_names(request, occasion, plan) if plan else None


def _moved(request: HttpRequest, meeting, form: DayForm, facts: dict, text: str) -> bool:
    try:
        move_meeting(meeting=meeting, text=text, seen=request.POST["seen"], by=request.viewer.person, **facts)
    except Outdated as change:
        form.add_error(None, change.sentence)
        return False
    except Refused as refusal:
        form.add_error(None, " ".join(refusal.sentences))
        return False
    messages.success(request, _("The day is moved. Everybody concerned is asked or told."))
    return True


@require_POST
@permitted(Permission.RUN_OCCASIONS)
def meeting_restore(request: HttpRequest, public_id, day_id) -> HttpResponse:
    """Undo the move, until the first person has answered."""
    occasion = own_occasion(request, public_id)
    meeting = get_object_or_404(occasion.meetings, public_id=day_id)
    carry_out(
        request, partial(undo_move, meeting=meeting, by=request.viewer.person), _("The day has its old time again.")
    )
    return redirect("occasion_detail", public_id)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@system_scope("a new time's link")
def time_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Two buttons. Mail scanners open links, so that looking changes nothing (decision 8). It speaks the language of the mail."""
    rows = TimeQuestion.objects.select_related("booking__person", "booking__occasion__course_version", "meeting__part")
    question = get_object_or_404(rows, token_sha256=TimeQuestion.digest(token))
    with translation.override(question.booking.person.language):
        return _answered(request, question)


def _answered(request: HttpRequest, question: TimeQuestion) -> HttpResponse:
    answer, refusals = request.POST.get("answer"), []
    if request.method == "POST" and answer in (TimeQuestion.Answer.YES, TimeQuestion.Answer.NO):
        try:
            answer_time(question=question, answer=answer, by=question.booking.person)
        except Refused as refusal:
            refusals = refusal.sentences
        rows = TimeQuestion.objects.select_related("booking__occasion__course_version", "meeting__part")
        question = rows.get(pk=question.pk)
    context = {
        "question": question,
        "occasion": question.booking.occasion,
        "version": question.booking.occasion.course_version,
        "obstacle": question_obstacle(question, timezone.now()),
        "refusals": refusals,
    }
    return render(request, "courses/time_answer.html", context)
