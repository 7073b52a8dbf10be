"""An occasion and the own seat at it: book, queue, cancel, answer an offer."""

from datetime import date, timedelta
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import queries, rosters
from courses.approvals import asks_first, waiting_sentence
from courses.booking import booking_obstacles, cancel_booking, request_seat
from courses.checkin import is_open
from courses.forms.booking import BookingForm, CancelForm
from courses.invitations import said_no
from courses.makeup import first_day
from courses.models import Attendance, Booking, CourseResult, Meeting, Occasion, Offer
from courses.needs import NeedChoice, state_needs
from courses.queue import answer_offer, place_sentence
from courses.refusals import Refused
from courses.swaps import swap_obstacles
from courses.views.outcomes import carry_out
from people.roles import Permission


def booking_facts(request: HttpRequest, occasion: Occasion) -> dict:
    """What an employee reads about the own seat: the booking, the place in the queue, the offer, the obstacles."""
    booking = queries.own_booking(request.viewer, occasion)
    if booking:
        booking.occasion = occasion
    active = booking if booking and booking.is_active else None
    waits = active and active.state in (Booking.State.QUEUED, Booking.State.REQUESTED)
    offer = active and active.state == Booking.State.OFFERED and active.offers.filter(answered_at=None).first()
    obstacles = [] if active else booking_obstacles(request.viewer.person, occasion)
    return {
        "booking": active,
        "ended": booking if booking and not booking.is_active else None,
        "place_sentence": place_sentence(active) if active and waits else "",
        "offer": offer,
        "waiting_sentence": waiting_sentence(active, request.viewer.on) if active else "",
        "checkin_day": checkin_day(active, occasion) if active else None,
        "questions": list(active.time_questions.open().select_related("meeting__part", "booking")) if active else [],
        "hard": [obstacle for obstacle in obstacles if obstacle.hard],
        "soft": [obstacle for obstacle in obstacles if not obstacle.hard],
        "works": bool(request.viewer.works_at),
        "may_swap": active is not None and not swap_obstacles(active, timezone.now()),
        "late_from": late_from(occasion, active),
        "is_late": request.viewer.on > late_from(occasion, active),
    }


def checkin_day(booking: Booking, occasion: Occasion) -> Meeting | None:
    """The day that the person may check in to now; None when there is none or it is done."""
    if booking.state != Booking.State.BOOKED:
        return None
    now = timezone.now()
    running = [day for day in occasion.days if is_open(day, now) and not day.locked_at and booking.has_day(day)]
    marked = set(Attendance.objects.filter(booking=booking, meeting__in=running).values_list("meeting", flat=True))
    return next((day for day in running if day.pk not in marked), None)


def late_from(occasion: Occasion, booking: Booking | None) -> date:
    """The last day on which a cancellation is early (R17); for a day that is made up, counted from that day."""
    return (first_day(booking) if booking else occasion.first_on) - timedelta(days=occasion.late_days)


def occasion_detail(request: HttpRequest, public_id) -> HttpResponse:
    """An occasion as an employee or a manager reads it; who runs it gets the participants as well."""
    occasion = queries.occasion_with_days(request.viewer, public_id)
    facts = booking_facts(request, occasion)
    context = {
        "occasion": occasion,
        "version": occasion.course_version,
        "said_no": said_no(facts["booking"]),
        "trainers": list(occasion.trainers.select_related("person").order_by("person__sort_key")),
        "is_over": (over := is_over(occasion, request.viewer.on)),
        "outcome": own_outcome(request, occasion, facts["booking"] or facts["ended"]) if over else None,
        "own_quotas": list(own_quotas(request, occasion)),
        "team": _team(request, occasion),
        **facts,
    }
    return render(request, "courses/occasion_detail.html", context)


def is_over(occasion: Occasion, on: date) -> bool:
    """Whether an occasion with its `days` lies behind: reported, past, or every day of it locked."""
    if occasion.state == Occasion.State.REPORTED or occasion.last_on < on:
        return True
    return bool(occasion.days) and all(day.locked_at for day in occasion.days)


def own_outcome(request: HttpRequest, occasion: Occasion, booking: Booking | None) -> dict | None:
    """What became of an occasion that is over, for the viewer who had a seat: days there of days noted, and the course's result."""
    if booking is None or booking.state not in (Booking.State.BOOKED, Booking.State.FINISHED):
        return None
    marks = Attendance.objects.filter(booking=booking, meeting__locked_at__isnull=False)
    came = [
        mark in (Attendance.State.PRESENT, Attendance.State.PARTLY) for mark in marks.values_list("state", flat=True)
    ]
    results = request.viewer.own(
        CourseResult.objects.filter(course=occasion.course_id, organisation=booking.organisation_id)
    )
    return {"noted": len(came), "came": sum(came), "result": results.order_by("-attempt").first()}


def own_quotas(request: HttpRequest, occasion: Occasion):
    """Seats that are kept for the viewer's employers until the release date."""
    if occasion.quotas_until is None or occasion.quotas_until <= timezone.now():
        return occasion.quotas.none()
    rows = occasion.quotas.filter(organisation__in=request.viewer.works_at, released_at=None)
    return rows.select_related("organisation").order_by("organisation__sort_key")


def _team(request: HttpRequest, occasion: Occasion) -> list[Booking]:
    """The viewer's people at the occasion, each with the place in words; nothing without the right to book for others."""
    if Permission.BOOK_FOR_OTHERS not in request.viewer.may:
        return []
    found = rosters.team_bookings(request.viewer, occasion)
    for booking in found:
        booking.place = place_sentence(booking)
    return found


def booking_create(request: HttpRequest, public_id) -> HttpResponse:
    """Confirm, then book or queue. Sent twice, the second lands on the same booking.

    Only the deed asks for obstacles of what is sent, and the page is put together only when it is shown.
    """
    is_sent = request.method == "POST"
    occasion = queries.occasion_with_days(request.viewer, public_id, only_itself=is_sent)
    form = BookingForm(
        request.POST if is_sent else None,
        occasion=occasion,
        employments=queries.employments_now(request.viewer),
        full=occasion.is_full or occasion.waiting > 0,
        need_choices=NeedChoice.choices,
    )
    refused: list[str] = []
    if is_sent and form.is_valid():
        try:
            return booked(request, occasion, form)
        except Refused as refusal:
            refused = refusal.sentences
    if is_sent:
        occasion = queries.occasion_with_days(request.viewer, public_id)
    facts = booking_facts(request, occasion)
    if facts["booking"] or not facts["works"]:
        return redirect("occasion_detail", public_id)
    shown = [obstacle.sentence for obstacle in facts["hard"]]
    for sentence in refused:
        if sentence not in shown:
            form.add_error(None, sentence)
    jobs = [] if facts["hard"] else queries.employments_now(request.viewer)
    asks = asks_first(occasion, jobs, timezone.now())
    context = {"occasion": occasion, "version": occasion.course_version, "form": form, "asks_first": asks, **facts}
    return render(request, "courses/booking_create.html", context)


def booked(request: HttpRequest, occasion: Occasion, form: BookingForm) -> HttpResponse:
    """Call the deed with a valid form and say what came of it."""
    person = request.viewer.person
    booking = request_seat(
        occasion=occasion,
        person=person,
        employment=form.employer(),
        takes_at_once=form.takes_at_once(),
        by=person,
    )
    chosen = form.cleaned_data.get("needs"), form.cleaned_data.get("via_contact", False)
    if any(chosen):
        state_needs(booking=booking, choices=chosen[0] or [], via_contact=chosen[1], by=person)
    messages.success(request, said_of(booking))
    return redirect("occasion_detail", occasion.public_id)


def said_of(booking: Booking) -> str:
    """A booking in, the sentence that tells its person what happened out."""
    if booking.state == Booking.State.BOOKED:
        return _("You have a seat. The days are in your calendar.")
    if booking.state == Booking.State.REQUESTED and booking.seat_from:
        return _("Your request is sent. A seat is kept for you until it is answered.")
    if booking.state == Booking.State.REQUESTED:
        return _("Your request is sent. You keep your place in the queue until it is answered.")
    return place_sentence(booking)


def booking_cancel(request: HttpRequest, public_id) -> HttpResponse:
    """Give a seat or a place in the queue back; says first whether it counts as late (R17)."""
    rows = queries.reach(request.viewer, Booking.objects.all()).select_related(
        "occasion__course_version", "person", "makeup_part"
    )
    booking = get_object_or_404(rows, public_id=public_id)
    own = booking.person_id == request.viewer.person.pk
    if not own and Permission.BOOK_FOR_OTHERS not in request.viewer.may:
        raise Http404
    days = Meeting.objects.filter(occasion=booking.occasion, cancelled_at=None)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        carry_out(
            request,
            partial(cancel_booking, booking=booking, by=request.viewer.person, reason=form.cleaned_data["reason"]),
            _("The booking is cancelled."),
        )
        return redirect("occasion_detail", booking.occasion.public_id)
    context = {
        "booking": booking,
        "occasion": booking.occasion,
        "version": booking.occasion.course_version,
        "form": form,
        "own": own,
        "is_late": request.viewer.on > late_from(booking.occasion, booking) and booking.state == Booking.State.BOOKED,
        "first": next((day for day in days.select_related("part").order_by("starts_at") if booking.has_day(day)), None),
    }
    return render(request, "courses/booking_cancel.html", context)


@require_POST
def booking_answer(request: HttpRequest, public_id) -> HttpResponse:
    """Answer the offer of a seat, signed in."""
    booking = get_object_or_404(
        request.viewer.own(Booking.objects.all()).select_related("occasion"), public_id=public_id
    )
    offer = booking.offers.filter(answered_at=None).first()
    answer = request.POST.get("answer")
    if offer and answer in (Offer.Answer.YES, Offer.Answer.NO):
        try:
            answer_offer(offer=offer, answer=answer, by=request.viewer.person)
        except Refused as refusal:
            messages.error(request, " ".join(refusal.sentences))
        else:
            yes = answer == Offer.Answer.YES
            messages.success(
                request, _("The seat is yours.") if yes else _("Thank you. The seat goes to the next one.")
            )
    return redirect("occasion_detail", booking.occasion.public_id)
