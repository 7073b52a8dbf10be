"""Who gets which seats: quotas of an occasion, their release, a seat out of order, and the balance of a half-year."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from courses import balances, sharing
from courses.exports import answer_table
from courses.forms.quotas import GiveForm, QuotaForm
from courses.models import Booking, Occasion
from courses.queue import give_obstacles, give_out_of_order, with_places
from courses.quotas import (
    plan_quotas,
    plan_release,
    release_quotas,
    set_quotas,
    suggested,
    suggested_release,
    unfillable,
)
from courses.refusals import Refused
from courses.room import Room
from courses.seat_changes import SEATS, seat_undo_obstacle, standing_seat_change, undo_seat_change
from courses.views.consequences import confirmed, outdated_sentence, with_names
from courses.views.occasions import own_occasion
from courses.views.outcomes import carry_out
from people.consequences import Outdated, Plan
from people.roles import Permission
from people.views.doors import permitted


@permitted(Permission.RUN_OCCASIONS)
def quota_edit(request: HttpRequest, public_id) -> HttpResponse:
    """Share the seats out: the suggestion is filled in; whoever waits and is touched by a change is shown before it is made."""
    occasion = own_occasion(request, public_id)
    now = timezone.now()
    rows = list(occasion.quotas.all())
    stored = {row.organisation_id: row.seats for row in rows if row.released_at is None}
    proposal = suggested(occasion, now)
    seats = stored or proposal
    until = occasion.quotas_until if stored else suggested_release(occasion, now)
    form = QuotaForm(
        request.POST if request.method == "POST" else None,
        seats=occasion.seats,
        organisations=sharing.organisations_of(occasion, now),
        initial={"until": until, **{f"q{pk}": number for pk, number in seats.items()}},
    )
    plan = None
    if request.method == "POST" and form.is_valid():
        plan = plan_quotas(occasion, form.quotas(), now)
        if confirmed(request, plan) and _save(request, occasion, form, plan):
            return redirect("quota_edit", public_id)
    context = _quota_context(request, occasion, form, plan, proposal) | {
        "stored": bool(stored),
        "is_released": any(row.released_at for row in rows),
        "total": sum(seats.values()),
        "unfillable": unfillable(occasion, seats, now),
        **undo_facts(occasion),
    }
    return render(request, "courses/quota_edit.html", context)


def undo_facts(occasion: Occasion) -> dict:
    """The latest change of seats or quotas that stands, and why it cannot be undone."""
    change = standing_seat_change(occasion)
    return {"change": change, "undo_obstacle": seat_undo_obstacle(change, occasion) if change else ""}


def _quota_context(request, occasion: Occasion, form: QuotaForm, plan: Plan | None, proposal: dict) -> dict:
    found = sharing.shares(request.viewer, occasion)
    by_organisation = {share.organisation.pk: share for share in found}
    shown = plan if plan and plan.persons and not form.errors else None
    return {
        "occasion": occasion,
        "version": occasion.course_version,
        "form": form,
        "rows": [(one, field, by_organisation.get(one.pk), proposal.get(one.pk, 0)) for one, field in form.rows()],
        "others": [share for share in found if f"q{share.organisation.pk}" not in form.fields],
        "plan": with_names(request, occasion, shown) if shown else None,
        "outdated": outdated_sentence(request, shown),
        "too_few": bool(proposal) and not any(proposal.values()),
    }


def _save(request: HttpRequest, occasion: Occasion, form: QuotaForm, plan: Plan) -> bool:
    facts = {"quotas": form.quotas(), "until": form.cleaned_data["until"], "seen": plan.seen}
    try:
        set_quotas(occasion=occasion, by=request.viewer.person, **facts)
    except Outdated as change:
        form.add_error(None, change.sentence)
        return False
    except Refused as refusal:
        for sentence in refusal.sentences:
            form.add_error(None, sentence)
        return False
    common = occasion.seats - sum(form.quotas().values())
    messages.success(
        request,
        ngettext(
            "The quotas are saved. %(n)s seat is common.", "The quotas are saved. %(n)s seats are common.", common
        ) % {"n": common},
    )  # fmt: skip
    return True


@permitted(Permission.RUN_OCCASIONS)
def quota_release(request: HttpRequest, public_id) -> HttpResponse:
    """Release all quotas now, without waiting for the day: first whom it concerns."""
    occasion = own_occasion(request, public_id)
    plan = plan_release(occasion, timezone.now())
    outdated = outdated_sentence(request, plan)
    if request.method == "POST" and confirmed(request, plan):
        try:
            release_quotas(occasion=occasion, seen=plan.seen, by=request.viewer.person)
        except Outdated as change:
            plan, outdated = change.plan, change.sentence
        else:
            messages.success(request, _("The quotas are released. The queue has got the free seats in its order."))
            return redirect("quota_edit", public_id)
    context = {
        "occasion": occasion,
        "version": occasion.course_version,
        "plan": with_names(request, occasion, plan),
        "outdated": outdated,
    }
    return render(request, "courses/quota_release.html", context)


@require_POST
@permitted(Permission.RUN_OCCASIONS)
def seats_restore(request: HttpRequest, public_id) -> HttpResponse:
    """Undo the latest change of seats or quotas, until the first person has acted."""
    occasion = own_occasion(request, public_id)
    change = standing_seat_change(occasion)
    deed = partial(undo_seat_change, occasion=occasion, by=request.viewer.person)
    carry_out(request, deed, _("The seats are shared out as before. Who had got a seat stands in the queue again."))
    return redirect("occasion_edit" if change and change.kind == SEATS else "quota_edit", public_id)


@permitted(Permission.RUN_OCCASIONS)
def seat_give(request: HttpRequest, public_id, booking_id) -> HttpResponse:
    """Give somebody in the queue a seat before their turn, with a reason."""
    occasion = own_occasion(request, public_id)
    rows = Booking.objects.visible_to(request.viewer).active().filter(occasion=occasion)
    rows = with_places(request.viewer.named_bookings(rows)).select_related("organisation", "occasion")
    booking = get_object_or_404(rows, public_id=booking_id)
    now = timezone.now()
    room = Room(occasion, now)
    needs_source = not room.place_for(booking)
    unused = {pk: room.unused(pk) for pk in room.quotas}
    sources = sharing.unused_quotas(occasion, now, unused) if needs_source else []
    form = GiveForm(request.POST if request.method == "POST" else None, sources=sources)
    if request.method == "POST" and form.is_valid():
        deed = partial(
            give_out_of_order,
            booking=booking,
            reason=form.cleaned_data["reason"],
            source=form.cleaned_data.get("source"),
            by=request.viewer.person,
        )
        carry_out(request, deed, _("The seat is given. The reason stands among the decisions of the queue."))
        return redirect("occasion_detail", public_id)
    context = {
        "occasion": occasion,
        "version": occasion.course_version,
        "booking": booking,
        "form": form,
        "obstacles": give_obstacles(booking, room, next(iter(sources), None)),
    }
    return render(request, "courses/seat_give.html", context)


@permitted(Permission.RUN_OCCASIONS, Permission.SEE_REGION)
def quota_balance(request: HttpRequest) -> HttpResponse:
    """Seats per organisation over a half-year, numbers only; the same rows as a file with ?fil=xlsx."""
    half = balances.half_year(request.GET.get("halvar", ""), request.viewer.on)
    rows = balances.balance(request.viewer, half)
    if request.GET.get("fil") == "xlsx":
        cells = [[row.name, *row.cells] for row in rows]
        return answer_table(f"platser-{half.key}", _("Seats per organisation"), balances.heads(), cells)
    heads = balances.heads()
    lines = [
        (row.name, list(zip(heads[1:], row.cells, strict=True))) for row in rows
    ]  # on a phone each figure has its head
    context = {"rows": lines, "heads": heads, "half": half, "halves": balances.halves(request.viewer.on)}
    return render(request, "courses/quota_balance.html", context)
