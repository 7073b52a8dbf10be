"""Seats without names: keep them, see them, let them go. For the organiser, and for those who book for others."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from courses import queries, rosters, sharing
from courses.forms.holds import HoldForm
from courses.holds import hold_seats, latest_end, release_hold
from courses.models import Hold, Occasion
from courses.refusals import Refused
from courses.views.outcomes import carry_out
from people.models import Organisation, Unit
from people.roles import Permission, Role
from people.views.doors import permitted

HOLDERS = (Permission.RUN_OCCASIONS, Permission.BOOK_FOR_OTHERS)


def _occasion(request: HttpRequest, public_id) -> Occasion:
    """The organiser's own, or one that the viewer may book people on; else 404."""
    if Permission.RUN_OCCASIONS in request.viewer.may:
        return get_object_or_404(rosters.occasion_run(request.viewer), public_id=public_id)
    return queries.occasion_with_days(request.viewer, public_id)


def _form(request: HttpRequest, occasion: Occasion) -> HoldForm:
    data, now = request.POST if request.method == "POST" else None, timezone.now()
    if Permission.RUN_OCCASIONS in request.viewer.may:
        found = [organisation.pk for organisation in sharing.organisations_of(occasion, now)]
        rows = Organisation.objects.filter(pk__in=found or [occasion.organiser_id]).order_by("sort_key")
        return HoldForm(data, organisations=rows, last=latest_end(occasion, now, limited=False))
    units = Unit.objects.visible_to(request.viewer).on(request.viewer.on).distinct().order_by("sort_key", "pk")
    last = latest_end(occasion, now, limited=True)
    return HoldForm(data, units=units, whole=request.viewer.role == Role.HR, last=last)


@permitted(*HOLDERS)
def hold_list(request: HttpRequest, public_id) -> HttpResponse:
    """The seats that are kept without names at one session, and the form that keeps more."""
    occasion = _occasion(request, public_id)
    form = _form(request, occasion)
    if request.method == "POST" and form.is_valid():
        try:
            _kept(request, occasion, form)
        except Refused as refusal:
            form.add_error(None, " ".join(refusal.sentences))
        else:
            return redirect("hold_list", public_id)
    now = timezone.now()
    context = {
        "occasion": occasion,
        "version": occasion.course_version,
        "form": form,
        "holds": rosters.holds_at(request.viewer, occasion),
        "may_hold": occasion.closes_at > now and occasion.state in (Occasion.State.OPEN, Occasion.State.PLANNED),
    }
    return render(request, "courses/hold_list.html", context)


def _kept(request: HttpRequest, occasion: Occasion, form: HoldForm) -> None:
    chosen, unit = form.cleaned_data, form.cleaned_data.get("unit")
    own = Organisation.objects.get(pk=min(request.viewer.acts_for))
    hold_seats(
        occasion=occasion,
        organisation=chosen.get("organisation") or (unit.organisation if unit else own),
        unit=unit,
        seats=chosen["seats"],
        until=chosen["until"],
        limited=form.limited,
        by=request.viewer.person,
    )
    words = ngettext("%(n)s seat is kept.", "%(n)s seats are kept.", chosen["seats"])
    messages.success(request, words % {"n": chosen["seats"]})


@require_POST
@permitted(*HOLDERS)
def hold_release(request: HttpRequest, public_id, hold_id) -> HttpResponse:
    """Let the seats go that have no name."""
    occasion = _occasion(request, public_id)
    rows = Hold.objects.visible_to(request.viewer).filter(occasion=occasion).select_related("occasion")
    hold = get_object_or_404(rows, public_id=hold_id)
    deed = partial(release_hold, hold=hold, by=request.viewer.person)
    carry_out(request, deed, _("The seats without names are released. Those who wait got them in their order."))
    return redirect("hold_list", public_id)
