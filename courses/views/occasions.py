"""The organiser's sessions: list, plan, change; and the session's own page."""

from functools import partial

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_tables2 import RequestConfig

from courses import rosters, sharing, tallies
from courses.attendance import begins_later, marking_obstacles
from courses.exports import answer_table
from courses.filters import LISTERS, OccasionFilter, ParticipantFilter
from courses.forms.occasions import (
    CourseChoice,
    DayForm,
    OccasionForm,
    TrainersForm,
    day_initial,
    occasion_initial,
)
from courses.minimum import is_undecided
from courses.models import Course, Occasion, Part
from courses.refusals import Refused
from courses.scheduling import close_occasion, plan_occasion, publish_occasion
from courses.tables import OccasionTable, ParticipantTable
from courses.views import bookings
from courses.views.calendars import days_file
from courses.views.outcomes import carry_out
from people.models import Organisation
from people.prepared import Fixed
from people.roles import Permission
from people.tables import FirstPage, counted_pages
from people.views.doors import permitted

MARKERS = (Permission.RUN_OCCASIONS, Permission.MARK_ATTENDANCE)
PER_PAGE = 50
MOST_ROWS = 2000  # of a file that is written while its reader waits


@permitted(*LISTERS)
def occasion_list(request: HttpRequest) -> HttpResponse:
    """Sessions that the viewer runs, coming ones first; the same rows as a file with ?fil=xlsx or ?fil=ics."""
    if not request.GET:
        return _occasion_list(request, OccasionFilter({"state": "coming"}, request=request), *_first_page(request))
    chosen = OccasionFilter(request.GET, rosters.occasions_listed(request.viewer), request=request)
    if request.GET.get("fil") == "xlsx":
        return answer_table("tillfallen", _("Sessions"), *_occasion_rows(tallies.with_tallies(chosen.qs)))
    if request.GET.get("fil") == "ics":
        return days_file(_("Sessions"), chosen.qs)
    return _occasion_list(request, chosen, chosen.qs, {"per_page": PER_PAGE})


def _first_page(request: HttpRequest) -> tuple[FirstPage, dict]:
    rows = rosters.occasions_coming(request.viewer, most=Fixed(PER_PAGE))
    return FirstPage(rows), counted_pages(rows, PER_PAGE)


def _occasion_list(
    request: HttpRequest, chosen: OccasionFilter, rows: QuerySet | FirstPage, pages: dict
) -> HttpResponse:
    table = OccasionTable(rows, order_by_field="sort", page_field="sida")
    RequestConfig(request, paginate=pages).configure(table)
    undecided = rosters.to_decide(request.viewer) if Permission.RUN_OCCASIONS in request.viewer.may else []
    context = {
        "table": table,
        "filter": chosen,
        "narrowed": bool(request.GET),
        "query": request.GET.urlencode(),
        "undecided": undecided,
    }
    return render(request, "courses/occasion_list.html", context)


def _occasion_rows(rows) -> tuple[list, list]:
    heads = [
        _("Number"),
        _("Course"),
        _("First day"),
        _("Last day"),
        _("Seats"),
        _("Taken"),
        _("In the queue"),
        _("No-shows"),
        _("Late cancellations"),
        _("State"),
    ]
    return heads, [
        [o.number, o.course_version.shown_title, o.first_on, o.last_on, o.seats, o.seats_taken, o.waiting, o.n_no_show, o.n_late, o.get_state_display()]
        for o in rows
    ]  # fmt: skip


@permitted(*MARKERS)
def participant_list(request: HttpRequest) -> HttpResponse:
    """Everybody with a seat at the viewer's sessions; the same rows as a file with ?fil=xlsx."""
    chosen = ParticipantFilter(request.GET or None, rosters.participants_listed(request.viewer), request=request)
    if request.GET.get("fil") == "xlsx":
        rows = list(chosen.qs[: MOST_ROWS + 1])
        if len(rows) > MOST_ROWS:
            said = _("That is more than %(most)d rows, and one file holds no more: filter further.")
            messages.warning(request, said % {"most": MOST_ROWS})
            return redirect(f"{request.path}?{_without_file(request)}")
        return answer_table("deltagare", _("Participants"), *_participant_rows(rows))
    table = ParticipantTable(chosen.qs, order_by_field="sort", page_field="sida")
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    context = {"table": table, "filter": chosen, "narrowed": bool(request.GET), "query": request.GET.urlencode()}
    return render(request, "courses/participant_list.html", context)


def _without_file(request: HttpRequest) -> str:
    """The filters of the address without the wish for a file."""
    left = request.GET.copy()
    left.pop("fil", None)
    return left.urlencode()


def _participant_rows(rows) -> tuple[list, list]:
    heads = [_("Name"), _("Workplace"), _("Course"), _("Session"), _("First day")]
    return heads, [
        [b.shown_name, b.organisation.short_name if b.is_named else "", b.occasion.course_version.shown_title, b.occasion.number, b.occasion.first_on]
        for b in rows
    ]  # fmt: skip


def occasion_detail(request: HttpRequest, public_id) -> HttpResponse:
    """The session for whoever runs or leads it: participants, queue, attendance. Everybody else reads the public page."""
    may_run = request.viewer.may & set(MARKERS)
    found = rosters.one_run(request.viewer, public_id) if may_run else None
    if not found:
        return bookings.occasion_detail(request, public_id)
    context = roster_context(request, found)
    counted = tallies.tally(context["roster"].counted)
    if request.GET.get("fil") == "xlsx":
        rows = [line.row for line in (*counted, tallies.total(counted))]
        return answer_table(f"utfall-{slugify(found.number)}", found.number, tallies.heads(), rows)
    context |= {"tally": counted, "total": tallies.total(counted)}
    return render(request, "courses/occasion_run.html", context)


def roster_context(request: HttpRequest, occasion: Occasion) -> dict:
    """What the participant list shows: the chosen day, everybody's mark, and why the buttons are grey."""
    day = rosters.chosen_day(occasion, request.GET.get("dag", "") or request.POST.get("dag", ""))
    found = rosters.roster(request.viewer, occasion, day)
    answers = rosters.new_times(request.viewer, occasion)
    rosters.say_new_times(found.seated, answers)
    now = timezone.now()
    obstacles = marking_obstacles(day, now) if day else [_("There is no day left.")]
    return {
        "occasion": occasion,
        "version": occasion.course_version,
        "day": day,
        "roster": found,
        "half": day.part.minutes // 2 if day else 0,
        "can_mark": not obstacles and occasion.state not in (Occasion.State.CANCELLED, Occasion.State.REPORTED),
        "mark_obstacles": obstacles,
        "unmarked": len(found.seated) - found.marked,
        "begins_later": begins_later(day, now) if day else [],
        "shares": sharing.shares(request.viewer, occasion, [*found.seated, *found.waiting]),
        "all_locked": all(row.locked_at for row in occasion.days) and bool(occasion.days),
        "answers": answers,
        "asks_decision": is_undecided(occasion, request.viewer.on),
        "judges": any(lead.person_id == request.viewer.person.pk for lead in occasion.leads),
    }


@permitted(Permission.RUN_OCCASIONS)
def occasion_create(request: HttpRequest) -> HttpResponse:
    """Choose a course, then check what is filled in: days from the course's own days."""
    choice = CourseChoice(request.GET or None, viewer=request.viewer)
    if not (request.GET.get("kurs") and choice.is_valid()):
        return render(request, "courses/occasion_create.html", {"choice": choice})
    course = choice.cleaned_data["kurs"]
    version = course.versions.published().get()
    parts = list(version.parts.filter(kind__in=Part.MEETING_KINDS))
    data = request.POST if request.method == "POST" else None
    form = OccasionForm(data, viewer=request.viewer, initial=occasion_initial())
    trainers = TrainersForm(data, viewer=request.viewer)
    places = rosters.usual_places(request.viewer, course, [part.key for part in parts])
    days = [
        DayForm(data, viewer=request.viewer, part=part, prefix=part.key, initial=day_initial(number) | places[part.key])
        for number, part in enumerate(parts)
    ]
    checked = [form.is_valid(), trainers.is_valid(), *[day.is_valid() for day in days]] if data is not None else [False]
    starts = [day.when()[0] for day in days] if all(checked) else []
    behind = [day for day in days if starts and day.lies_behind()]  # each says so beside its date
    if starts and form.fits(starts) and not behind:
        try:
            occasion = _planned(request, course, form, trainers, days)
        except Refused as refusal:
            for sentence in refusal.sentences:
                form.add_error(None, sentence)
        else:
            messages.success(request, _("The session is planned. Publish it when people may book."))
            return redirect("occasion_detail", occasion.public_id)
    context = {"choice": choice, "course": course, "version": version, "form": form, "trainers": trainers, "days": days}
    return render(request, "courses/occasion_create.html", context)


def _planned(request: HttpRequest, course: Course, form, trainers, days) -> Occasion:
    organiser = Organisation.objects.get(pk=min(request.viewer.acts_for))
    return plan_occasion(
        course=course,
        organiser=organiser,
        days=[day.day() for day in days],
        trainers=trainers.cleaned_data["trainers"],
        by=request.viewer.person,
        **form.cleaned_data,
    )


def own_occasion(request: HttpRequest, public_id) -> Occasion:
    """An occasion that the viewer runs, or 404."""
    return get_object_or_404(rosters.occasion_run(request.viewer), public_id=public_id)


@require_POST
@permitted(Permission.RUN_OCCASIONS)
def occasion_publish(request: HttpRequest, public_id) -> HttpResponse:
    """Open for booking, or open again."""
    return _switch(request, public_id, publish_occasion, _("The session is open for booking."))


@require_POST
@permitted(Permission.RUN_OCCASIONS)
def occasion_close(request: HttpRequest, public_id) -> HttpResponse:
    """Take no more bookings."""
    return _switch(request, public_id, close_occasion, _("The session takes no more bookings."))


def _switch(request: HttpRequest, public_id, deed, sentence: str) -> HttpResponse:
    occasion = own_occasion(request, public_id)
    carry_out(request, partial(deed, occasion=occasion, by=request.viewer.person), sentence)
    return redirect("occasion_detail", public_id)
