"""My team: who needs attention and why, the matrix of people by stops, reminders, and the ways to book and to enrol."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from courses.exports import answer_table
from courses.refusals import Refused
from journeys.matrix import Filters, attention, columns_of, export_rows, figures, matching, matrix_rows
from journeys.models import Enrolment, Progress
from journeys.notices import remind
from journeys.overviews import UNITS_A_PAGE, UnitCounts, longest_overdue, next_occasions, sums_of, units_counted
from journeys.queries import stop_named
from journeys.stations import title_of
from journeys.teams import Team, team_of
from people.ids import as_uuid
from people.models import Employment, Person
from people.roles import Permission
from people.views.doors import permitted

PEOPLE_A_PAGE = 50
NOTED_FIRST = 8


@require_safe
@permitted(Permission.SEE_TEAM)
def team_overview(request: HttpRequest) -> HttpResponse:
    """The team on one journey on the day."""
    viewer = request.viewer
    filters = Filters.read(request.GET)
    team = team_of(viewer, filters.journey, filters.unit)
    units = units_counted(viewer) if team is None else []
    if units:
        return _line(request, units)
    members, journeys, chosen = team or Team([], [], 0)
    columns = columns_of(members)
    shown = matching(members, filters, viewer.on)
    page = Paginator(shown, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    needing = attention(members, viewer.on)
    context = {
        "members": members,
        "journeys": journeys,
        "chosen": next((one for one in journeys if one.pk == chosen), None),
        "columns": columns,
        "rows": matrix_rows(page.object_list, columns),
        "page": page,
        "paginator": page.paginator,
        "filters": filters,
        "figures": figures(members, needing, viewer.on),
        "needing": needing[:NOTED_FIRST],
        "needing_later": needing[NOTED_FIRST:],
        "needing_total": len(needing),
        "units": sorted({member.placement.unit.name for member in members}),
        "not_on": [member for member in members if not member.journeys],
        "undated": sum(one.undated for member in members for one in member.journeys if one.state in Enrolment.OPEN),
        "to_approve": sum(one.asking for one in members) if Permission.APPROVE_BOOKINGS in viewer.may else 0,
        "legend": ["done", "ongoing", "booked", "queued", "requested", "soon", "expired", "late", "open", "locked"],
    }
    piece = request.htmx and request.htmx.target == "team-matrix"
    return render(request, "journeys/_team_matrix.html" if piece else "journeys/team_overview.html", context)


def _line(request: HttpRequest, units: list[UnitCounts]) -> HttpResponse:
    """A line of hundreds or thousands: figures by unit, each a way in, and who has been overdue the longest."""
    page = Paginator(units, UNITS_A_PAGE).get_page(request.GET.get("page"))
    context = {"units": page, "sums": sums_of(units), "overdue": longest_overdue(request.viewer)}
    return render(request, "journeys/line_overview.html", context)


@require_safe
@permitted(Permission.SEE_TEAM)
def team_export(request: HttpRequest) -> HttpResponse:
    """The matrix as a file, filtered as on screen: the same rows, the same words (M5)."""
    filters = Filters.read(request.GET)
    team = team_of(request.viewer, filters.journey, filters.unit)
    if team is None:  # a unit is chosen first, on screen as in the file
        return redirect("team_overview")
    head, rows = export_rows(matching(team.members, filters, request.viewer.on), columns_of(team.members))
    name = next((one.shown_name for one in team.journeys if one.pk == team.chosen), _("My team"))
    note = _("%(journey)s, as of %(day)s.") % {"journey": name, "day": request.viewer.on.isoformat()}
    return answer_table(f"team-{request.viewer.on.isoformat()}", name, head, [*rows, [note]])


@require_POST
@permitted(Permission.SEE_TEAM)
def team_remind(request: HttpRequest) -> HttpResponse:
    """Remind one person (`person`) of each journey, or all who need attention on the journey shown."""
    viewer = request.viewer
    if "person" in request.POST:
        rows = Progress.objects.visible_to(viewer).running().select_related("enrolment__employment")
        person = get_object_or_404(Person.objects.visible_to(viewer), public_id=as_uuid(request.POST["person"]))
        enrolments = [one.enrolment for one in rows.filter(person=person).order_by("next_due", "pk")]
    else:
        team = team_of(viewer, request.POST.get("resa", ""), Filters.read(request.POST).unit)
        wanting = attention(team.members, viewer.on) if team else []
        enrolments = [one.member.progress.enrolment for one in wanting if one.member.progress]
    reminded, refusals = [], []
    for enrolment in enrolments:
        try:
            reminded.append(remind(enrolment=enrolment, by=viewer.person))
        except Refused as refusal:
            refusals.extend(refusal.sentences)
    _tell(request, {notice.person_id: notice.person.name for notice in reminded}, refusals)
    return redirect(_back(request))


def _tell(request: HttpRequest, names: dict[int, str], refusals: list[str]) -> None:
    if len(names) == 1:
        messages.success(request, _("A reminder is sent to %(name)s.") % {"name": next(iter(names.values()))})
    elif names:
        text = ngettext("%(n)d person is reminded.", "%(n)d people are reminded.", len(names))
        messages.success(request, text % {"n": len(names)})
    else:
        messages.warning(request, " ".join(dict.fromkeys(refusals)) or _("There is nobody to remind."))


def _back(request: HttpRequest) -> str:
    """To the person's page when the button stood there."""
    person = as_uuid(request.POST.get("person", "")) if request.POST.get("back") == "person" else None
    return reverse("team_person", args=[person]) if person else reverse("team_overview")


@require_safe
@permitted(Permission.BOOK_FOR_OTHERS)
def team_book(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """To the next occasion with a seat for a station, with the person chosen; back to the person when there is none."""
    person = get_object_or_404(Person.objects.visible_to(request.viewer), public_id=public_id)
    rows = Progress.objects.visible_to(request.viewer).filter(person=person, state__in=Enrolment.OPEN)
    stop = stop_named(rows, key)
    if stop is None:
        raise Http404
    occasion = next_occasions(request.viewer, [stop.course_id]).get(stop.course_id)
    if occasion is None:
        text = _("No session of %(course)s has a free seat now. The course page shows those with a queue.")
        messages.info(request, text % {"course": title_of(stop)})
        return redirect("team_person", public_id)
    jobs = Employment.objects.visible_to(request.viewer).on(request.viewer.on).filter(person=person)
    chosen = "&".join(f"people={job.public_id}" for job in jobs)
    return redirect(f"{reverse('booking_people', args=[occasion.public_id])}?{chosen}")
