"""The organiser confirms parts beside the course days: for all who are ticked, with an answer for each that could not be."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.confirming import unconfirmed
from courses.models import Part
from courses.refusals import Refused
from courses.results import sign_part
from courses.views.occasions import MARKERS, own_occasion
from people.views.doors import permitted


@permitted(*MARKERS)
def parts_confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who has a part left that the organiser confirms; POST confirms those ticked. Sent twice, the second finds nothing to do."""
    occasion = own_occasion(request, public_id)
    waiting = unconfirmed(request.viewer, occasion)
    if request.method == "POST":
        chosen, done = set(request.POST.getlist("parts")), 0
        for one in waiting:
            if one.key not in chosen:
                continue
            try:
                sign_part(result=one.result, part=one.part, by=request.viewer.person, as_=Part.ConfirmedBy.ORGANISER)
                done += 1
            except Refused as refusal:
                messages.error(request, f"{one.booking.shown_name}: {' '.join(refusal.sentences)}")
        if done:
            said = ngettext("%(n)s part is confirmed.", "%(n)s parts are confirmed.", done)
            messages.success(request, said % {"n": done})
        elif not chosen:
            messages.warning(request, _("Tick at least one part."))
        return redirect("parts_confirm", occasion.public_id)
    context = {"occasion": occasion, "version": occasion.course_version, "waiting": waiting}
    return render(request, "courses/parts_confirm.html", context)
