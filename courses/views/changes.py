"""A seat or a place that changes: the choice of being asked first, another date, a colleague instead."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import queries, rosters
from courses.forms.quotas import ShiftForm, SwapByEmailForm, SwapPickForm
from courses.models import Booking
from courses.queue import choose_when_free, waits
from courses.refusals import Refused
from courses.swaps import colleague_by_email, move_place, swap_obstacles, swap_seat
from courses.templatetags.courses import seats_left
from courses.views.bookings import said_of
from courses.views.outcomes import carry_out
from people.models import Employment
from people.roles import Permission


def changeable(request: HttpRequest, public_id) -> tuple[Booking, bool]:
    """A booking of the viewer's own, or of somebody the viewer books for; and whether it is the viewer's own."""
    rows = queries.reach(request.viewer, Booking.objects.all())
    rows = rows.select_related("occasion__course_version", "occasion__course", "person", "organisation")
    booking = get_object_or_404(rows, public_id=public_id)
    own = booking.person_id == request.viewer.person.pk
    if not own and Permission.BOOK_FOR_OTHERS not in request.viewer.may:
        raise Http404
    return booking, own


@require_POST
def booking_choice(request: HttpRequest, public_id) -> HttpResponse:
    """Be given the seat at once, or be asked first: changed at any time in the queue."""
    booking, _own = changeable(request, public_id)
    at_once = request.POST.get("when_free") == "take"
    said = _("When a seat is free it is booked at once.") if at_once else _("When a seat is free you are asked first.")
    carry_out(
        request, partial(choose_when_free, booking=booking, takes_at_once=at_once, by=request.viewer.person), said
    )
    return redirect("occasion_detail", booking.occasion.public_id)


def booking_shift(request: HttpRequest, public_id) -> HttpResponse:
    """Leave this queue for another date of the course. Says first that the time counts anew there."""
    booking, own = changeable(request, public_id)
    occasions = list(rosters.other_dates(request.viewer, booking))
    labels = [f"{date_format(one.first_on, 'j F Y')} · {seats_left(one)}" for one in occasions]
    form = ShiftForm(request.POST if request.method == "POST" else None, occasions=occasions, labels=labels)
    if request.method == "POST" and waits(booking) and form.is_valid():
        try:
            moved = move_place(booking=booking, to=form.chosen(), by=request.viewer.person)
        except Refused as refusal:
            form.add_error("to", " ".join(refusal.sentences))
        else:
            left = _("You have left the first queue.")
            messages.success(request, f"{left} {said_of(moved)}" if own else said_of(moved))
            return redirect("occasion_detail", moved.occasion.public_id)
    context = {
        "booking": booking,
        "occasion": booking.occasion,
        "version": booking.occasion.course_version,
        "form": form,
        "own": own,
        "waits": waits(booking),
        "dates": occasions,
    }
    return render(request, "courses/booking_shift.html", context)


def booking_swap(request: HttpRequest, public_id) -> HttpResponse:
    """Hand the seat to a colleague: a manager picks among the own people, anybody else writes an address they know."""
    booking, own = changeable(request, public_id)
    obstacles = swap_obstacles(booking, timezone.now())
    data = request.POST if request.method == "POST" else None
    picks = Permission.BOOK_FOR_OTHERS in request.viewer.may
    form: SwapPickForm | SwapByEmailForm
    if picks:
        form = SwapPickForm(data, employments=rosters.takers(request.viewer, booking))
    else:
        form = SwapByEmailForm(data)
    if request.method == "POST" and not obstacles and form.is_valid() and _swapped(request, booking, form):
        return redirect("occasion_detail", booking.occasion.public_id)
    context = {
        "booking": booking,
        "occasion": booking.occasion,
        "version": booking.occasion.course_version,
        "form": form,
        "own": own,
        "picks": picks,
        "obstacles": obstacles,
    }
    return render(request, "courses/booking_swap.html", context)


def _swapped(request: HttpRequest, booking: Booking, form: SwapPickForm | SwapByEmailForm) -> bool:
    """Hand it over. Without the right to book for others every refusal is the same sentence: it tells of nobody (T3)."""
    picked = form.cleaned_data.get("colleague")
    employment: Employment | None = picked or colleague_by_email(booking, form.cleaned_data.get("email", ""))
    try:
        if employment is None:
            raise Refused
        swap_seat(booking=booking, employment=employment, by=request.viewer.person)
    except Refused as refusal:
        vague = _("The seat could not be handed over to that address. Check it, or ask your manager.")
        form.add_error(None, " ".join(refusal.sentences) if picked else vague)
        return False
    messages.success(request, _("The seat is handed over. Both of you get a message."))
    return True
