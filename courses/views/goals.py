"""Knowledge goals: the own ratings, whom one shares them with, and what a supervisor or trainer thinks."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import goals, queries
from courses.course_pages import shown_versions
from courses.forms.goals import GoalsForm
from courses.models import Booking, CourseResult, CourseVersion, RatingShare
from courses.refusals import Refused
from courses.views.occasions import own_occasion
from courses.views.outcomes import carry_out
from people.models import Organisation, Person
from people.roles import Permission
from people.views.doors import permitted


@require_safe
def goal_mine(request: HttpRequest) -> HttpResponse:
    """The courses whose goals one can rate, and what the gaps suggest."""
    viewer = request.viewer
    context = {"versions": list(goals.rated_courses(viewer)), "suggestions": goals.suggestions(viewer)}
    return render(request, "courses/goal_mine.html", context)


def goal_rate(request: HttpRequest, slug: str) -> HttpResponse:
    """Rate the own knowledge against the goals of a course; share it, or take it back."""
    viewer, person = request.viewer, request.viewer.person
    version = _version(request, slug)
    rows = goals.goal_rows(viewer, person, version)

    def deed(levels: dict[int, str]) -> None:
        goals.rate_self(
            person=person, organisation=_employer(request, version), version=version, levels=levels, by=person
        )

    context = {
        "version": version,
        "shares": viewer.own(RatingShare.objects.open()).filter(course=version.course_id).select_related("to"),
        "readers": goals.readers_for(person, version.course, viewer.on),
    }
    said = _("Your ratings are saved. Nobody but you reads them until you share them.")
    now = {row.goal.pk: row.level for row in rows}
    return _answer(request, version, rows, now, deed, said, "courses/goal_rate.html", context)


def _version(request: HttpRequest, slug: str) -> CourseVersion:
    """A published course within reach, or one that the viewer has begun."""
    seen = shown_versions(request.viewer).published().filter(course__slug=slug)
    begun = request.viewer.own(CourseResult.objects.all()).values("course")
    return seen.first() or get_object_or_404(
        CourseVersion.objects.published().select_related("course"), course__slug=slug, course__in=begun
    )


def _employer(request: HttpRequest, version: CourseVersion) -> Organisation:
    """On whose behalf one learns: the attempt's organisation, else the employer of the day."""
    own = request.viewer.own(CourseResult.objects.filter(course=version.course_id)).select_related("organisation")
    if attempt := own.order_by("-pk").first():
        return attempt.organisation
    job = queries.employments_now(request.viewer).first()
    if job is None:
        raise Refused(_("You rate your knowledge while you are employed somewhere that uses Leden."))
    return job.organisation


def _answer(
    request: HttpRequest,
    version: CourseVersion,
    rows: list[goals.GoalRow],
    now: dict[int, str],
    deed: Callable[[dict[int, str]], None],
    said: str,
    template: str,
    context: dict,
) -> HttpResponse:
    """One choice for each goal beside what was said before; a refusal keeps what was chosen."""
    form = GoalsForm(request.POST or None, goals=[row.goal for row in rows], now=now)
    if request.method == "POST" and form.is_valid():
        try:
            deed(form.levels())
        except Refused as refusal:
            form.add_error(None, " ".join(refusal.sentences))
        else:
            messages.success(request, said)
            return redirect(request.path)
    shown = [(row, form[f"goal-{row.goal.pk}"]) for row in rows]
    return render(
        request,
        template,
        {"form": form, "rows": shown, "version": version, **context},
        status=422 if form.errors else 200,
    )


@require_POST
def goal_share(request: HttpRequest, slug: str) -> HttpResponse:
    """Share the own ratings of a course with one person."""
    version, person = _version(request, slug), request.viewer.person
    readers = {str(one.public_id): one for one in goals.readers_for(person, version.course, request.viewer.on)}
    reader = readers.get(request.POST.get("to", ""))
    if reader is None:
        messages.error(request, _("Choose with whom you share."))
    else:
        carry_out(request, lambda: _share(request, version, reader), _("Shared. You can take it back at any time."))
    return redirect("goal_rate", slug)


def _share(request: HttpRequest, version: CourseVersion, reader: Person) -> RatingShare:
    person = request.viewer.person
    employer = _employer(request, version)
    return goals.share_ratings(person=person, organisation=employer, course=version.course, to=reader, by=person)


@require_POST
def goal_unshare(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take the own ratings back."""
    share = get_object_or_404(request.viewer.own(RatingShare.objects.filter(course__slug=slug)), pk=pk)
    deed = partial(goals.take_ratings_back, share=share, by=request.viewer.person)
    carry_out(request, deed, _("Taken back. Only you read your ratings now."))
    return redirect("goal_rate", slug)


@permitted(Permission.SIGN_PARTS)
def goal_judge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A supervisor or manager says how far somebody of the line has come, beside the own view where it is shared."""
    results = CourseResult.objects.visible_to(request.viewer).exclude(person=request.viewer.person)
    rows = results.select_related("person", "organisation", "course_version__course")
    result = get_object_or_404(rows, public_id=public_id)
    context = {"name": result.person.name, "result": result}
    return _judged(request, result.person, result.organisation, result.course_version, context)


@permitted(Permission.MARK_ATTENDANCE)
def goal_mark(request: HttpRequest, public_id: UUID, booking_id: UUID) -> HttpResponse:
    """A trainer says how far somebody of the own session has come."""
    occasion = own_occasion(request, public_id)
    bookings = Booking.objects.visible_to(request.viewer).filter(occasion=occasion, state__in=["booked", "finished"])
    bookings = bookings.filter(occasion__trainers__person=request.viewer.person).exclude(person=request.viewer.person)
    named = request.viewer.named_bookings(bookings).select_related("person", "organisation")
    booking = get_object_or_404(named, public_id=booking_id)
    context = {"name": booking.shown_name, "occasion": occasion}
    return _judged(request, booking.person, booking.organisation, occasion.course_version, context)


def _judged(
    request: HttpRequest, person: Person, organisation: Organisation, version: CourseVersion, context: dict
) -> HttpResponse:
    rows = goals.goal_rows(request.viewer, person, version)
    mine = request.viewer.person.pk
    now = {row.goal.pk: view.level for row in rows for view in row.judged if view.by and view.by.pk == mine}

    def deed(levels: dict[int, str]) -> None:
        goals.judge_goals(
            person=person, organisation=organisation, version=version, levels=levels, by=request.viewer.person
        )

    said = _("Saved. The person reads it beside the own rating.")
    return _answer(request, version, rows, now, deed, said, "courses/goal_judge.html", context)
