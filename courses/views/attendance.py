"""Attendance of a session's days: mark by thumb, everybody present, lock, report, correct."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.attendance import correct_attendance, lock_meeting, mark_all_present, record_attendance, report_occasion
from courses.forms.occasions import CorrectionForm
from courses.models import Attendance, Booking, Meeting, Occasion
from courses.refusals import Refused
from courses.views.approvals import known_ids
from courses.views.occasions import MARKERS, log_reading, own_occasion, roster_context
from courses.views.outcomes import carry_out
from people.views.doors import permitted

PREFIX = "mark-"


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
    log_reading(request, "attendance_edit", context["roster"].seated)
    return render(request, "courses/attendance_edit.html", context)


def _save_all(request: HttpRequest, occasion: Occasion) -> HttpResponse:
    day = own_day(request, occasion)
    given = {name.removeprefix(PREFIX): request.POST[name] for name in request.POST if name.startswith(PREFIX)}
    rows = {str(row.public_id): row for row in Booking.objects.visible_to(request.viewer).filter(occasion=occasion)}
    try:
        for key in sorted(given.keys() & rows.keys()):
            record_attendance(meeting=day, booking=rows[key], state=given[key], by=request.viewer.person)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.sentences))
    else:
        messages.success(request, _("The attendance is saved."))
    return back(occasion, day)


@require_POST
@permitted(*MARKERS)
def attendance_mark(request: HttpRequest, public_id, booking_id) -> HttpResponse:
    """One mark, saved when it is chosen; answers with the foot of the list."""
    occasion = own_occasion(request, public_id)
    day = own_day(request, occasion)
    rows = Booking.objects.visible_to(request.viewer).filter(occasion=occasion)
    booking = get_object_or_404(rows, public_id=booking_id)
    sentence = ""
    try:
        record_attendance(
            meeting=day, booking=booking, state=request.POST.get(f"{PREFIX}{booking_id}", ""), by=request.viewer.person
        )
    except Refused as refusal:
        sentence = " ".join(refusal.sentences)
    return render(request, "courses/_roster_foot.html", {**roster_context(request, occasion), "sentence": sentence})


@require_POST
@permitted(*MARKERS)
def attendance_all(request: HttpRequest, public_id) -> HttpResponse:
    """Everybody who is not marked was there."""
    return _each(request, public_id, mark_all_present, _("All others are marked as present."))


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


@permitted(*MARKERS)
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
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial={"state": row.state})
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
