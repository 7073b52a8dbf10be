"""Change a session: its window, and its seats, first whom that concerns (R14)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from courses.forms.occasions import OccasionForm
from courses.models import Occasion
from courses.refusals import Refused
from courses.scheduling import edit_occasion, plan_seats, seats_obstacles
from courses.views.consequences import confirmed, outdated_sentence, with_names
from courses.views.occasions import own_occasion
from courses.views.quotas import undo_facts
from people.consequences import Outdated, Plan
from people.roles import Permission
from people.views.doors import permitted


@permitted(Permission.RUN_OCCASIONS)
def occasion_edit(request: HttpRequest, public_id) -> HttpResponse:
    """Change seats, window and the rest; whoever gets a seat by it is shown before it is done (R14)."""
    occasion = own_occasion(request, public_id)
    stored = own_occasion(request, public_id)  # the form writes on its own
    form = OccasionForm(request.POST if request.method == "POST" else None, viewer=request.viewer, instance=occasion)
    plan = None
    if request.method == "POST" and form.is_valid():
        plan = _planned(form, stored)
        if plan and confirmed(request, plan) and _saved(request, form, stored, plan):
            return redirect("occasion_edit" if plan.persons else "occasion_detail", public_id)
    shown = plan if plan and plan.persons and not form.errors else None
    context = {
        "occasion": stored,
        "version": stored.course_version,
        "form": form,
        "plan": with_names(request, stored, shown) if shown else None,
        "outdated": outdated_sentence(request, shown),
        **undo_facts(stored),
    }
    return render(request, "courses/occasion_edit.html", context)


def _planned(form: OccasionForm, stored: Occasion) -> Plan | None:
    """What the seats that were typed would do; None, with a sentence in the form, when there cannot be so many."""
    sentences = seats_obstacles(stored, form.cleaned_data["seats"])
    if sentences:
        form.add_error(None, " ".join(sentences))
        return None
    return plan_seats(stored, form.cleaned_data["seats"])


def _saved(request: HttpRequest, form: OccasionForm, stored: Occasion, plan: Plan) -> bool:
    try:
        edit_occasion(occasion=stored, changes=form.cleaned_data, seen=plan.seen, by=request.viewer.person)
    except Outdated as change:
        form.add_error(None, change.sentence)
        return False
    except Refused as refusal:
        form.add_error(None, " ".join(refusal.sentences))
        return False
    messages.success(request, " ".join([_("The session is changed."), *plan.facts]))
    return True
