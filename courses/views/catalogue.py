"""Courses to choose from, and one course."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_tables2 import RequestConfig

from courses import queries, texts
from courses.course_pages import DATES, course_page, shown_version, shown_versions
from courses.filters import CourseFilter
from courses.makeup import missed_parts
from courses.models import CourseResult, CourseVersion
from courses.renewing import renewal_of
from courses.results import missing_by_attempt, start_course
from courses.tables import CatalogueTable
from people.prepared import Fixed
from people.tables import FirstPage, counted_pages

PER_PAGE = 25
# At most so many times DATES may be asked for.
MOST_TIMES = 40


def course_list(request: HttpRequest) -> HttpResponse:
    """The catalogue: search, filters, one row for a course."""
    if request.GET:
        found = CourseFilter(request.GET, queryset=queries.catalogue(request.viewer), request=request)
        table, pages = CatalogueTable(found.qs), {"per_page": PER_PAGE, "silent": True}
    else:
        found, rows = CourseFilter(request=request), queries.catalogue_begins(request.viewer, most=Fixed(PER_PAGE))
        table, pages = CatalogueTable(FirstPage(rows)), counted_pages(rows, PER_PAGE)
    RequestConfig(request, paginate=pages).configure(table)
    queries.dress_catalogue(request.viewer, [row.record for row in table.paginated_rows])
    narrowed = any(request.GET.get(name) for name in found.filters)
    return render(request, "courses/course_list.html", {"filter": found, "table": table, "narrowed": narrowed})


def course_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One course: what it is, its parts and goals, what it asks, its sessions, and the one thing to do now."""
    version = next(iter(shown_version(request.viewer, slug=slug)), None)
    if version is None:
        raise Http404
    times = _times(request)
    page = course_page(request.viewer, version, DATES * times)
    lead, about = texts.split_lead(version.text)
    subject = version.course.subject
    context = {
        "version": version,
        "course": version.course,
        "page": page,
        "next_times": times + 1,
        "lead": lead,
        "about": texts.render_text(about),
        "scope": texts.scope_words(page.days, page.other_minutes),
        "validity": texts.validity_words(subject.validity_months if subject else None),
        **(under_way(request, version) if version.result_state in CourseResult.OPEN else {}),
        "renewal": renewal_of(request.viewer, version, page),
        "edits": version.course.owner_id in request.viewer.edits_courses_of,
        "is_open": version.result_state in CourseResult.OPEN,
        "is_passed": version.result_state == CourseResult.State.PASSED,
        "is_expired": bool(version.result_until and version.result_until < request.viewer.on),
    }
    return render(request, "courses/course_detail.html", context)


def _times(request: HttpRequest) -> int:
    """How many times as many dates somebody asks for; anything else is once."""
    given = request.GET.get("datum", "")
    return min(max(int(given), 1), MOST_TIMES) if given.isdecimal() and len(given) < 4 else 1


def under_way(request: HttpRequest, version: CourseVersion) -> dict[str, list]:
    """Of the attempts that run: the course days that were missed, for the way to make them up (R24), and what else is missing."""
    rows = list(
        request.viewer.own(CourseResult.objects.open().filter(course=version.course_id)).select_related(
            "course_version"
        )
    )
    missing = missing_by_attempt(rows)
    return {
        "missed": [part for result in rows for part in missed_parts(result)],
        "missing": [lack for result in rows for lack in missing[result.pk]],
    }


@require_POST
def course_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a course that has no days to attend; a second click lands on the same attempt."""
    version = get_object_or_404(shown_versions(request.viewer), course__slug=slug)
    page = course_page(request.viewer, version)
    employment = queries.employments_now(request.viewer).first()
    if employment is None:
        raise Http404
    is_short = (offer := renewal_of(request.viewer, version, page)) and offer.can_start
    if page.unmet or not (page.is_digital or is_short) or version.published_at is None:
        messages.error(request, _("This course cannot be started yet. See what it asks for first."))
        return redirect("course_detail", slug)
    result = start_course(
        person=request.viewer.person,
        organisation=employment.organisation,
        course=version.course,
        source=CourseResult.Source.DIGITAL,
        by=request.viewer.person,
    )
    return redirect("result_detail", result.public_id)
