"""What the organiser sees of the messages about a session: who was told what and when, what waits, what did not arrive."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_POST

from courses import told
from courses.cancelling import standing_cancellation, undo_obstacle
from courses.forms.occasions import RewriteForm
from courses.models import Occasion
from courses.views.occasions import own_occasion
from people.models import Notice
from people.notices import words_of
from people.roles import Permission
from people.views.doors import permitted
from people.waiting_mail import rewrite_message, stop_message, waits

PER_PAGE = 50


@permitted(Permission.RUN_OCCASIONS)
def occasion_messages(request: HttpRequest, public_id) -> HttpResponse:
    """Everything said to participants, the latest first; after a cancellation what came of it, and the way back."""
    occasion = own_occasion(request, public_id)
    page = Paginator(told.with_mails(told.notices_about(occasion)), PER_PAGE).get_page(request.GET.get("page"))
    rows = told.dress(request.viewer, occasion, list(page))
    change = standing_cancellation(occasion)
    context = {
        "occasion": occasion,
        "version": occasion.course_version,
        "page": page,
        "rows": rows,
        "figures": told.figures(occasion),
        "answers": told.cancellation_answers(request.viewer, occasion, change) if change else None,
        "times": told.time_figures(occasion),
        "change": change,
        "undo_obstacle": undo_obstacle(change, occasion) if change else "",
    }
    return render(request, "courses/occasion_messages.html", context)


def _own_notice(occasion: Occasion, notice_id: UUID) -> Notice:
    rows = told.with_mails(told.notices_about(occasion)).select_related("person")
    return get_object_or_404(rows, public_id=notice_id)


@permitted(Permission.RUN_OCCASIONS)
def message_edit(request: HttpRequest, public_id, notice_id) -> HttpResponse:
    """Read one message; while it waits, change what was written by hand."""
    occasion = own_occasion(request, public_id)
    notice = _own_notice(occasion, notice_id)
    form = RewriteForm(request.POST if request.method == "POST" else None, initial={"text": notice.text})
    if request.method == "POST" and form.is_valid():
        try:
            changed = rewrite_message(notice=notice, by=request.viewer.person, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            words = ngettext("%(n)s message is changed.", "%(n)s messages are changed.", len(changed))
            messages.success(request, words % {"n": len(changed)})
            return redirect("message_edit", public_id, notice_id)
    (row,) = told.dress(request.viewer, occasion, [notice])
    with override(notice.person.language):
        words = words_of(notice, links=False)
    context = {
        "occasion": occasion,
        "version": occasion.course_version,
        "row": row,
        "words": words,
        "form": form,
        "waits": waits(notice) and bool(words),
    }
    return render(request, "courses/message_edit.html", context)


@require_POST
@permitted(Permission.RUN_OCCASIONS)
def message_stop(request: HttpRequest, public_id, notice_id) -> HttpResponse:
    """Stop one message before it leaves."""
    occasion = own_occasion(request, public_id)
    notice = _own_notice(occasion, notice_id)
    try:
        stop_message(notice=notice, by=request.viewer.person)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The message is stopped. It stands nowhere any more."))
    return redirect("occasion_messages", public_id)
