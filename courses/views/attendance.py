"""Attendance of a session's days: mark by thumb, everybody present, lock, report, correct."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from courses import rosters
from courses.attendance import (
    correct_attendance,
    lock_meeting,
    mark_all_present,
    merge_mark,
    record_attendance,
    report_occasion,
)
from courses.forms.occasions import CorrectionForm
from courses.models import Attendance, Booking, Meeting, Occasion
from courses.refusals import Refused
from courses.views.occasions import MARKERS, own_occasion, roster_context
from courses.views.outcomes import carry_out
from people.ids import known_ids
from people.roles import Permission
from people.views.doors import permitted

PREFIX, MINUTES = "mark-", "minutes-"
# What one page can have waiting: a few days of a large session.
MOST_WAITING = 1000


def own_day(request: HttpRequest, occasion: Occasion) -> Meeting:
    """The day named in the form, of this occasion, or 404."""
    rows = Meeting.objects.filter(occasion=occasion, cancelled_at=None).select_related("part", "occasion")
    named = known_ids([request.POST.get("dag", "")])
    return get_object_or_404(rows.filter(pk__in=[day.pk for day in occasion.days]), public_id__in=named)


def back(occasion: Occasion, day: Meeting) -> HttpResponse:
    return redirect(f"{reverse('attendance_edit', args=[occasion.public_id])}?dag={day.public_id}")


@permitted(*MARKERS)
def attendance_edit(request: HttpRequest, public_id) -> HttpResponse:
    """The attendance list of a day. POST saves all marks of the page, for browsers without scripts."""
    occasion = own_occasion(request, public_id)
    if request.method == "POST":
        return _save_all(request, occasion)
    context = roster_context(request, occasion)
    return render(request, "courses/attendance_edit.html", context)


def _save_all(request: HttpRequest, occasion: Occasion) -> HttpResponse:
    """Save every mark that differs from the one that stands; a faulty one stops only itself."""
    day = own_day(request, occasion)
    sentences = []
    for booking in rosters.roster(request.viewer, occasion, day).seated:
        state, minutes = given_mark(request, booking)
        if not state or (state, minutes) == (booking.mark, booking.mark_minutes):
            continue
        try:
            record_attendance(meeting=day, booking=booking, state=state, minutes=minutes, by=request.viewer.person)
        except Refused as refusal:
            sentences.append(f"{booking.shown_name}: {' '.join(refusal.sentences)}")
    for sentence in sentences:
        messages.error(request, sentence)
    if not sentences:
        messages.success(request, _("The attendance is saved."))
    return back(occasion, day)


def given_mark(request: HttpRequest, booking: Booking) -> tuple[str, int | None]:
    """The state chosen for a booking in the form, and the minutes when it is partly."""
    state = request.POST.get(f"{PREFIX}{booking.public_id}", "")
    minutes = request.POST.get(f"{MINUTES}{booking.public_id}", "").strip()
    counts = state == Attendance.State.PARTLY and minutes.isascii() and minutes.isdigit() and len(minutes) < 5
    return state, int(minutes) if counts else None


@require_POST
@permitted(*MARKERS)
def attendance_mark(request: HttpRequest, public_id, booking_id) -> HttpResponse:
    """One mark, saved when it is chosen; answers with the foot of the list."""
    occasion = own_occasion(request, public_id)
    day = own_day(request, occasion)
    rows = Booking.objects.visible_to(request.viewer).filter(occasion=occasion)
    booking = get_object_or_404(rows, public_id=booking_id)
    state, minutes = given_mark(request, booking)
    sentence = ""
    try:
        record_attendance(meeting=day, booking=booking, state=state, minutes=minutes, by=request.viewer.person)
    except Refused as refusal:
        sentence = " ".join(refusal.sentences)
    return render(request, "courses/_roster_foot.html", {**roster_context(request, occasion), "sentence": sentence})


@require_POST
@permitted(*MARKERS)
def attendance_sync(request: HttpRequest) -> JsonResponse:
    """Marks that waited in the browser for the network (decisions 9). All that came are dealt with; the next page says how."""
    saved, sentences = 0, []
    for mark in waiting_marks(request.POST.get("marks", "")):
        rows = Booking.objects.visible_to(request.viewer).filter(public_id=mark.booking)
        booking = rows.select_related("person", "organisation").first()
        days = Meeting.objects.filter(occasion__in=Occasion.objects.run_by(request.viewer), public_id=mark.meeting)
        day = booking and days.filter(occasion=booking.occasion_id).select_related("part", "occasion").first()
        if not booking or not day:
            sentences.append(_("A mark that waited belongs to a session that you no longer mark."))
            continue
        try:
            merge_mark(
                meeting=day,
                booking=booking,
                state=mark.state,
                minutes=mark.minutes,
                marked_at=mark.at,
                by=request.viewer.person,
            )
            saved += 1
        except Refused as refusal:
            sentences.append(f"{booking.code}: {' '.join(refusal.sentences)}")
    if saved:
        said = ngettext("%(n)s mark that waited is saved.", "%(n)s marks that waited are saved.", saved)
        messages.success(request, said % {"n": saved})
    for sentence in sentences:
        messages.error(request, sentence)
    return JsonResponse({"saved": saved, "refused": len(sentences)})


@dataclass(frozen=True)
class WaitingMark:
    """A mark as the browser kept it: ids and a moment, never a name."""

    booking: UUID
    meeting: UUID
    state: str
    minutes: int | None
    at: datetime


def waiting_marks(text: str) -> list[WaitingMark]:
    """What a browser sent, oldest first; what is no mark at all is left out."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found = []
    for row in rows[:MOST_WAITING] if isinstance(rows, list) else []:
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            at = datetime.fromisoformat(row["at"])
            minutes = int(row["minutes"]) if row.get("minutes") else None
            ids = UUID(row["booking"]), UUID(row["meeting"])
            found.append(WaitingMark(*ids, str(row["state"])[:20], minutes, at.astimezone(UTC)))
    return sorted(found, key=lambda mark: mark.at)


@require_POST
@permitted(*MARKERS)
def attendance_all(request: HttpRequest, public_id) -> HttpResponse:
    """Everybody who is not marked was there."""
    return _each(request, public_id, mark_all_present, _("Everybody who had no mark is marked as present."))


@require_POST
@permitted(*MARKERS)
def attendance_lock(request: HttpRequest, public_id) -> HttpResponse:
    """Lock the day: the marks count now."""
    return _each(request, public_id, lock_meeting, _("The day is locked. The results are updated."))


def _each(request: HttpRequest, public_id, deed, sentence: str) -> HttpResponse:
    occasion = own_occasion(request, public_id)
    day = own_day(request, occasion)
    carry_out(request, partial(deed, meeting=day, by=request.viewer.person), sentence)
    return back(occasion, day)


@require_POST
@permitted(*MARKERS)
def occasion_report(request: HttpRequest, public_id) -> HttpResponse:
    """Report a session whose days are all locked."""
    occasion = own_occasion(request, public_id)
    carry_out(
        request, partial(report_occasion, occasion=occasion, by=request.viewer.person), _("The session is reported.")
    )
    return redirect("occasion_detail", public_id)


@permitted(Permission.RUN_OCCASIONS)
def attendance_correct(request: HttpRequest, public_id, pk: int) -> HttpResponse:
    """Change a locked mark, with a reason; the certificate follows (R26)."""
    occasion = own_occasion(request, public_id)
    rows = Attendance.objects.filter(
        meeting__occasion=occasion,
        meeting__locked_at__isnull=False,
        booking__in=Booking.objects.visible_to(request.viewer),
    )
    row = get_object_or_404(rows.select_related("meeting__part", "meeting__occasion"), pk=pk)
    named = request.viewer.named_bookings(Booking.objects.visible_to(request.viewer)).get(pk=row.booking_id)
    form = CorrectionForm(
        request.POST if request.method == "POST" else None, initial={"state": row.state, "minutes": row.minutes}
    )
    if request.method == "POST" and form.is_valid():
        try:
            correct_attendance(attendance=row, by=request.viewer.person, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, " ".join(refusal.sentences))
        else:
            messages.success(request, _("The attendance is corrected. The result follows it."))
            return back(occasion, row.meeting)
    context = {"occasion": occasion, "version": occasion.course_version, "row": row, "named": named, "form": form}
    return render(request, "courses/attendance_correct.html", context)
