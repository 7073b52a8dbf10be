"""Check-in: the code on the organiser's screen, and the page where somebody booked enters it (T17)."""

from functools import partial
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from courses import rosters
from courses.attendance import participants
from courses.checkin import STEP, check_in, checkin_obstacles, code_of, seconds_left
from courses.forms.booking import CodeForm
from courses.models import Attendance, Booking, Meeting
from courses.refusals import Refused
from courses.views.occasions import MARKERS, own_occasion
from people.views.doors import permitted


def qr_drawing(address: str) -> SafeString:
    """Address in, its QR code as inline SVG out."""
    drawn = segno.make(address, error="m").svg_inline(border=2, dark="#000", light="#fff", scale=1, omitsize=True)
    return mark_safe(drawn)


def shown_code(request: HttpRequest, public_id: UUID) -> dict:
    """The day, its code of this moment and the way to it, or why there is none."""
    occasion = own_occasion(request, public_id)
    day = rosters.day_to_check_in(occasion, request.GET.get("dag", ""), timezone.now())
    now = timezone.now()
    obstacles = checkin_obstacles(day, now) if day else [_("There is no day left.")]
    context: dict[str, object] = {
        "occasion": occasion,
        "version": occasion.course_version,
        "day": day,
        "obstacles": obstacles,
    }
    if day and not obstacles:
        code = code_of(day, now)
        address = f"{settings.BASE_URL}{reverse('checkin_create', args=[day.public_id])}"
        context |= {
            "code": f"{code[:3]} {code[3:]}",
            "qr": qr_drawing(f"{address}?kod={code}"),
            "address": address,
            "left": seconds_left(now),
            "step": STEP,
            "present": Attendance.objects.filter(meeting=day, state=Attendance.State.PRESENT).count(),
            "expected": participants(day).count(),
        }
    return context


@permitted(*MARKERS)
def checkin_show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The code, large, with its QR code: whoever sees the screen is in the room. Not shown, there is no check-in."""
    return render(request, "courses/checkin_show.html", shown_code(request, public_id))


@permitted(*MARKERS)
def checkin_code(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The next code (htmx)."""
    return render(request, "courses/_checkin_code.html", shown_code(request, public_id))


def checkin_create(request: HttpRequest, day_id: UUID) -> HttpResponse:
    """Enter the code, or come by the QR code with it filled in. Only somebody booked on the day finds the page."""
    seats = request.viewer.own(Booking.objects.seated())
    days = Meeting.objects.filter(cancelled_at=None, occasion__in=seats.values("occasion"))
    day = get_object_or_404(days.select_related("part", "occasion__course_version", "venue"), public_id=day_id)
    booking = get_object_or_404(request.viewer.own(participants(day)))
    posted = request.method == "POST"
    form = CodeForm(request.POST if posted else None, initial={"kod": request.GET.get("kod", "")[:12]})
    if posted and form.is_valid():
        deed = partial(check_in, meeting=day, booking=booking, code=form.cleaned_data["kod"], by=request.viewer.person)
        try:
            deed()
        except Refused as refusal:
            form.add_error("kod", " ".join(refusal.sentences))
        else:
            messages.success(request, _("You are checked in. Welcome."))
            return redirect("checkin_create", day_id)
    context = {
        "day": day,
        "occasion": day.occasion,
        "version": day.occasion.course_version,
        "form": form,
        "mark": Attendance.objects.filter(meeting=day, booking=booking).first(),
        "obstacles": checkin_obstacles(day, timezone.now()),
    }
    return render(request, "courses/checkin_create.html", context)
