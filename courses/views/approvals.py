"""What a manager does about other people's seats: book for several, approve, refuse."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import queries, rosters
from courses.booking import Outcome, approve, book_people, outcome_sentence, refuse, request_group
from courses.forms.booking import RefusalForm
from courses.models import Booking, Occasion
from courses.queue import place_sentence, placed
from courses.refusals import Refused
from courses.views.outcomes import carry_out
from people.ids import known_ids
from people.models import Employment
from people.roles import Permission
from people.views.doors import permitted

PEOPLE_SHOWN = 60


@permitted(Permission.BOOK_FOR_OTHERS)
def booking_people(request: HttpRequest, public_id) -> HttpResponse:
    """Book for several people at once: one answer per name, and never all or nothing."""
    occasion = queries.occasion_with_days(request.viewer, public_id)
    asked = request.POST if request.method == "POST" else request.GET
    chosen = known_ids(asked.getlist("people"))
    text = asked.get("q", "")[:100]
    outcomes = []
    if request.method == "POST":
        picked = Employment.objects.visible_to(request.viewer).on(request.viewer.on).filter(public_id__in=chosen)
        picked = list(picked.select_related("person", "organisation").order_by("person__sort_key", "pk"))
        outcomes = booked(request, occasion, picked)
        if not picked:
            messages.error(request, _("Choose at least one person."))
        occasion = queries.occasion_with_days(request.viewer, public_id)
    people = list(queries.bookable_people(request.viewer, occasion, text, chosen)[: PEOPLE_SHOWN + 1])
    context = {
        "occasion": occasion,
        "version": occasion.course_version,
        "people": people[:PEOPLE_SHOWN],
        "holds": rosters.holds_at(request.viewer, occasion),
        "is_cut": len(people) > PEOPLE_SHOWN,
        "chosen": set() if outcomes else {str(pk) for pk in chosen},
        "q": text,
        "all_or_none": bool(asked.get("all")),
        "outcomes": outcomes,
        "is_closed": not Occasion.objects.bookable().filter(pk=occasion.pk).exists(),
    }
    return render(request, "courses/booking_people.html", context)


def booked(request: HttpRequest, occasion: Occasion, picked: list[Employment]) -> list[Outcome]:
    """One answer per name; with "all or none" the same for everybody, or the sentences that stop all of them."""
    if not (picked and request.POST.get("all")):
        return book_people(occasion=occasion, employments=picked, by=request.viewer.person)
    try:
        found = request_group(occasion=occasion, employments=picked, by=request.viewer.person)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.sentences))
        return []
    return [Outcome(booking.person, booking, outcome_sentence(booking), ok=True) for booking in found]


@permitted(*queries.ANSWERING)
def booking_approvals(request: HttpRequest) -> HttpResponse:
    """Requests of the viewer's people that wait for an answer."""
    return show_approvals(request)


def show_approvals(
    request: HttpRequest, booking: Booking | None = None, form: RefusalForm | None = None
) -> HttpResponse:
    """The list; `form` is a refusal of `booking` that lacked its reason, and keeps what was typed."""
    waiting = placed(queries.to_approve(request.viewer))
    for row in waiting:
        row.place = place_sentence(row)
        row.form = form if booking and row.pk == booking.pk else RefusalForm(prefix=str(row.public_id))
    return render(request, "courses/booking_approvals.html", {"waiting": waiting})


@require_POST
@permitted(*queries.ANSWERING)
def booking_approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say yes. The seat or place that the request took is kept as it is."""
    booking = get_object_or_404(answerable(request), public_id=public_id)
    carry_out(
        request,
        partial(approve, booking=booking, by=request.viewer.person),
        _("%(name)s is approved.") % {"name": booking.person.name},
    )
    return redirect("booking_approvals")


@require_POST
@permitted(*queries.ANSWERING)
def booking_refuse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say no, with a reason that the person reads."""
    booking = get_object_or_404(answerable(request), public_id=public_id)
    form = RefusalForm(request.POST, prefix=str(booking.public_id))
    if not form.is_valid():
        return show_approvals(request, booking, form)
    carry_out(
        request,
        partial(refuse, booking=booking, reason=form.cleaned_data["reason"], by=request.viewer.person),
        _("%(name)s has been told no, and why.") % {"name": booking.person.name},
    )
    return redirect("booking_approvals")


def answerable(request: HttpRequest):
    """Bookings that the viewer answers for, not the viewer's own (R4)."""
    return queries.answered_by(request.viewer, Booking.objects.visible_to(request.viewer)).select_related("person")
