"""Cancel a session and look after everybody, take it back, or run it although few are booked."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.cancelling import cancel_occasion, undo_cancellation
from courses.falling import plan_cancellation
from courses.forms.occasions import FallForm
from courses.minimum import keep_occasion
from courses.models import Occasion
from courses.refusals import Refused
from courses.views.consequences import chosen_of, with_names
from courses.views.occasions import own_occasion
from courses.views.outcomes import carry_out
from people.consequences import Outdated
from people.roles import Permission
from people.views.doors import permitted


@permitted(Permission.RUN_OCCASIONS)
def occasion_cancel(request: HttpRequest, public_id) -> HttpResponse:
    """One screen: who is concerned, where each could go, what is said; then everything in one deed (R16)."""
    occasion = own_occasion(request, public_id)
    if occasion.state == Occasion.State.CANCELLED:
        return redirect("occasion_messages", public_id)
    plan = plan_cancellation(occasion)
    choices = chosen_of(request, plan) if request.method == "POST" else {}
    is_sent = request.method == "POST" and "all" not in request.POST
    form = FallForm(request.POST) if is_sent else FallForm(initial=request.POST.dict())
    if "all" in request.POST:
        plan.choose_for_all(request.POST.get("to-all", ""))
    if is_sent and form.is_valid():
        try:
            cancel_occasion(
                occasion=occasion,
                choices=choices,
                seen=request.POST.get("seen", "") or "nothing",
                by=request.viewer.person,
                **form.cleaned_data,
            )
        except Outdated as change:
            form.add_error(None, change.sentence)
        except Refused as refusal:
            form.add_error(None, " ".join(refusal.sentences))
        else:
            messages.success(request, _("The session is cancelled. Everybody is told."))
            return redirect("occasion_messages", public_id)
    context = {
        "occasion": occasion,
        "version": occasion.course_version,
        "form": form,
        "plan": with_names(request, occasion, plan),
    }
    return render(request, "courses/occasion_cancel.html", context)


@require_POST
@permitted(Permission.RUN_OCCASIONS)
def occasion_restore(request: HttpRequest, public_id) -> HttpResponse:
    """Undo the cancellation, until the first person has acted."""
    occasion = own_occasion(request, public_id)
    done = carry_out(
        request,
        partial(undo_cancellation, occasion=occasion, by=request.viewer.person),
        _("The session takes place after all. Everybody has the seat back."),
    )
    return redirect("occasion_detail" if done else "occasion_messages", public_id)


@require_POST
@permitted(Permission.RUN_OCCASIONS)
def occasion_keep(request: HttpRequest, public_id) -> HttpResponse:
    """Run it anyway (R15)."""
    occasion = own_occasion(request, public_id)
    deed = partial(keep_occasion, occasion=occasion, by=request.viewer.person)
    carry_out(request, deed, _("The session runs. You will not be asked again."))
    return redirect("occasion_detail", public_id)
