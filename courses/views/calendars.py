"""Calendar pages and files."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from courses import calendars
from courses.course_pages import shown_versions
from courses.filters import LISTERS
from courses.models import CourseVersion, Entry, Meeting, Occasion
from courses.months import LIST, Period, chosen_period, fill_period, own_items, run_items
from courses.rosters import occasions_listed
from courses.subscriptions import days_at
from people.access import Viewer
from people.names import sort_key
from people.views.doors import permitted


def calendar_file(body: bytes, name: str) -> HttpResponse:
    """Bytes and a readable name in, a file to save out."""
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    plain = sort_key(name) and "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote((plain or 'kalender')[:80])}.ics"
    return response


def days_file(title: str, occasions) -> HttpResponse:
    """The days of some occasions as everybody may read them, in the reader's language, out of what is stored."""
    body = "ics_en" if get_language() == "en" else "ics"
    rows = days_at(occasions).order_by("starts_at", "pk").values_list(body, flat=True)
    events = (bytes(event) for event in rows[: calendars.MOST_EVENTS])
    return calendar_file(calendars.join_events(title, events), title)


@require_safe
def occasion_calendar(request: HttpRequest, public_id: str) -> HttpResponse:
    """One occasion as a file: a VEVENT for each of its days; with links and the reminder for whoever takes part in it."""
    occasion = get_object_or_404(
        Occasion.objects.visible_to(request.viewer).select_related("course_version"), public_id=public_id
    )
    title = occasion.course_version.shown_title
    mine = Entry.objects.shown(timezone.localdate()).filter(person=request.viewer.person, meeting__occasion=occasion)
    rows = list(mine.order_by("meeting__starts_at", "pk"))
    if not rows:
        return days_file(title, Occasion.objects.filter(pk=occasion.pk))
    alarm = calendars.alarm_of(request.viewer.person.alarm)
    events = [calendars.with_alarm(bytes(row.ics), alarm if row.is_firm else b"") for row in rows]
    return calendar_file(calendars.join_events(title, events), title)


@require_safe
def course_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """All coming sessions of a course that the viewer may see, as a file."""
    version: CourseVersion = get_object_or_404(shown_versions(request.viewer), course__slug=slug)
    shown = Occasion.objects.visible_to(request.viewer).exclude(state=Occasion.State.PLANNED)
    coming = shown.upcoming(request.viewer.on).filter(course=version.course_id)
    return days_file(version.shown_title, coming)


@require_safe
def calendar_mine(request: HttpRequest) -> HttpResponse:
    """The own course days as a month, a week or a list of what lies ahead."""
    period = chosen_period(request.GET, default="lista", today=request.viewer.on)
    fill_period(period, own_items(request.viewer, period), county_of(request.viewer, period))
    return render(request, "courses/calendar_mine.html", {"period": period, "home": "calendar_mine"})


@require_safe
@permitted(*LISTERS)
def calendar_run(request: HttpRequest) -> HttpResponse:
    """Everything that the viewer runs or leads, as a month, a week or a list."""
    period = chosen_period(request.GET, default="manad", today=request.viewer.on)
    days = Meeting.objects.filter(occasion__in=occasions_listed(request.viewer).order_by().values("pk"))
    fill_period(period, run_items(days, period), county_of(request.viewer, period))
    return render(request, "courses/calendar_run.html", {"period": period, "home": "calendar_run"})


def county_of(viewer: Viewer, period: Period) -> str:
    """The two digits of the county whose school breaks are marked; empty when it is not known, or a list marks none."""
    place = viewer.organisation if period.view != LIST else None
    return (place.municipality_code or "")[:2] or place.county_code if place else ""
