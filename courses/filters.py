"""What lists of courses may be narrowed by."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import django_filters as filters
from django.db.models import BigIntegerField, CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.forms import DateInput
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from courses import queries
from courses.models import Booking, Course, CourseResult, CourseVersion, Feed, Meeting, Occasion, Part, Subject
from courses.rosters import occasions_listed
from courses.signals import routes_asked
from courses.subscriptions import SOURCES, Source, days_at
from people.access import Viewer
from people.names import search_key, sort_key
from people.prepared import prepared
from people.roles import Permission

FORMS = [
    ("day", _("Course day")),
    ("webinar", _("Webinar")),
    ("digital", _("Digital, at any time")),
]
STATES = [
    ("new", _("Not taken yet")),
    ("ongoing", _("Booked or in progress")),
    ("done", _("Done")),
]


class CourseFilter(filters.FilterSet):
    """The catalogue's bar: words, subject, journey and stage, who gives it, form, own state, free seats."""

    q = filters.CharFilter(method="find", label=_("Search"))
    subject = filters.ChoiceFilter(method="of_subject", label=_("Subject"), empty_label=_("All subjects"))
    route = filters.ChoiceFilter(method="of_route", label=_("Journey or stage"), empty_label=_("All journeys"))
    origin = filters.ChoiceFilter(
        choices=[("own", _("Own organisation")), ("shared", _("Collaborations"))],
        method="of_origin",
        label=pgettext_lazy("filter", "Given by"),
        empty_label=_("Everybody"),
    )
    form = filters.ChoiceFilter(choices=FORMS, method="of_form", label=_("Form"), empty_label=_("All forms"))
    state = filters.ChoiceFilter(choices=STATES, method="of_state", label=_("For me"), empty_label=_("All courses"))
    seats = filters.ChoiceFilter(
        choices=[("free", _("Free seats only"))],
        method="with_seats",
        label=pgettext_lazy("filter", "Seats"),
        empty_label=_("With and without"),
    )

    class Meta:
        model = CourseVersion
        fields: list[str] = []

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        subjects, self.routes = choices_of(self.request.viewer)
        self.filters["subject"].extra["choices"] = subjects
        self.filters["route"].extra["choices"] = [
            (group, [(value, label) for value, label, _courses in choices]) for group, choices in self.routes
        ]
        self.form.all_optional = True

    def of_subject(self, rows: QuerySet, name: str, subject: str) -> QuerySet:
        return rows.filter(course__subject__public_id=subject)

    def of_route(self, rows: QuerySet, name: str, route: str) -> QuerySet:
        courses = {value: ids for _group, choices in self.routes for value, _label, ids in choices}
        return rows.filter(course__in=courses.get(route, ()))

    def of_origin(self, rows: QuerySet, name: str, origin: str) -> QuerySet:
        viewer = self.request.viewer
        own = Q(course__owner__in=viewer.works_at | viewer.acts_for)
        return rows.filter(own if origin == "own" else ~own)

    def find(self, rows: QuerySet, name: str, text: str) -> QuerySet:
        return rows.filter(course__in=Course.objects.matching(text[:200]).order_by().values("pk"))

    def of_form(self, rows: QuerySet, name: str, form: str) -> QuerySet:
        parts = Part.objects.filter(course_version=OuterRef("pk"))
        if form == "digital":
            return rows.filter(days=0)
        return rows.filter(Exists(parts.filter(kind=Part.Kind.MEETING if form == "day" else Part.Kind.WEBINAR)))

    def of_state(self, rows: QuerySet, name: str, state: str) -> QuerySet:
        viewer = self.request.viewer
        results = viewer.own(CourseResult.objects.filter(course=OuterRef("course")))
        done = Exists(results.filter(state=CourseResult.State.PASSED))
        booked = Exists(viewer.own(Booking.objects.active().filter(course=OuterRef("course"))))
        ongoing = booked | Exists(results.filter(state__in=CourseResult.OPEN))
        if state == "done":
            return rows.filter(done)
        return rows.filter(ongoing) if state == "ongoing" else rows.exclude(done).exclude(ongoing)

    def with_seats(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        free = queries.bookable_at(self.request.viewer).filter(seats_taken__lt=F("seats"))
        return rows.filter(course__in=free.order_by().values("course"))


Route = tuple[str, list[tuple[str, str, set[int]]]]


@prepared
def _subjects_and_routes(viewer: Viewer) -> QuerySet:
    shown = Course.objects.visible_to(viewer).filter(subject__isnull=False).order_by().values("subject")
    nothing, text = Cast(Value(None), BigIntegerField()), CharField()
    found = Subject.objects.filter(pk__in=shown).order_by().values_list(
        Value("", text), Value("", text), Cast("public_id", text), "name", nothing, Value(0)
    )  # fmt: skip
    answers: list[Any] = [rows for _receiver, rows in routes_asked.send(sender=Course, viewer=viewer)]
    return found.union(*answers, all=True)


def choices_of(viewer: Viewer) -> tuple[list[tuple[str, str]], list[Route]]:
    """Subjects of the courses that the viewer may take, and the routes through them with their stretches: one query."""
    rows = _subjects_and_routes(viewer)
    subjects = sorted(((value, label) for route, _name, value, label, *_rest in rows if not route), key=_by_label)
    return subjects, _routes(row for row in rows if row[0])


def _by_label(choice: tuple[str, str]) -> str:
    return sort_key(choice[1])


def _routes(rows: Iterable[tuple]) -> list[Route]:
    """Rows of the union in, a group for each route out: the whole of it first, then its stretches in order."""
    found: dict[tuple, dict[tuple, set[int]]] = {}
    for route, name, stretch, label, course, place in rows:
        found.setdefault((sort_key(name), route, name), {}).setdefault((place, stretch, label), set()).add(course)
    routes = []
    for (_key, route, name), stretches in sorted(found.items()):
        whole = set().union(*stretches.values())
        choices = [(route, gettext("%(name)s, all of it") % {"name": name}, whole)]
        choices += [(f"{route}.{stretch}", label, ids) for (_place, stretch, label), ids in sorted(stretches.items())]
        routes.append((name, choices))
    return routes


OCCASION_STATES = [
    ("coming", _("Coming")),
    ("unreported", _("To report")),
    ("past", _("Past")),
    ("cancelled", _("Cancelled")),
]


class OccasionFilter(filters.FilterSet):
    """The organiser's bar: words, state, a period."""

    q = filters.CharFilter(method="find", label=_("Search"))
    state = filters.ChoiceFilter(
        choices=OCCASION_STATES, method="of_state", label=_("State"), empty_label=_("All sessions")
    )
    since = filters.DateFilter(
        field_name="last_on", lookup_expr="gte", label=_("From"), widget=DateInput(attrs={"type": "date"})
    )
    until = filters.DateFilter(
        field_name="first_on", lookup_expr="lte", label=_("To"), widget=DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Occasion
        fields: list[str] = []

    def find(self, rows: QuerySet, name: str, text: str) -> QuerySet:
        courses = Course.objects.matching(text[:200]).order_by().values("pk")
        return rows.filter(Q(course__in=courses) | Q(number__icontains=text[:40]))

    def of_state(self, rows: QuerySet, name: str, state: str) -> QuerySet:
        today = self.request.viewer.on
        if state == "cancelled":
            return rows.filter(state=Occasion.State.CANCELLED)
        if state == "coming":
            return rows.coming(today)
        rows = rows.exclude(state=Occasion.State.CANCELLED)
        past = rows.filter(Q(last_on__lt=today) | Q(state=Occasion.State.REPORTED))
        return past.exclude(state=Occasion.State.REPORTED) if state == "unreported" else past


LISTERS = (Permission.RUN_OCCASIONS, Permission.MARK_ATTENDANCE, Permission.EDIT_JOURNEYS, Permission.SEE_REGION)


def listed_days(viewer: Viewer, about: str, given: dict) -> QuerySet[Meeting]:
    """The days of the sessions that the list shows with these filters: what is on the screen is in the calendar."""
    if not viewer.may & set(LISTERS):
        return Meeting.objects.none()
    asking = SimpleNamespace(viewer=viewer)
    chosen = OccasionFilter(given or {"state": "coming"}, occasions_listed(viewer), request=asking)
    return days_at(chosen.qs)


def listed_name(viewer: Viewer, about: str) -> str:
    return gettext("Sessions that we run") if viewer.may & set(LISTERS) else ""


SOURCES[Feed.Kind.ORGANISER] = Source(listed_days, listed_name)


class ParticipantFilter(filters.FilterSet):
    """Names that may be read, a course, coming or past."""

    q = filters.CharFilter(method="find", label=_("Search"))
    state = filters.ChoiceFilter(
        choices=OCCASION_STATES[::2], method="of_state", label=_("State"), empty_label=_("All sessions")
    )

    class Meta:
        model = Booking
        fields: list[str] = []

    def find(self, rows: QuerySet, name: str, text: str) -> QuerySet:
        """A name, a course or a session's number. Names only where they are shown: a search must not tell who hides behind a
        code (T2). No name has a digit in it, and of many thousands of participants looking at every name takes long."""
        for word in text[:200].split():
            key = search_key(word)
            if any(sign.isdigit() for sign in key):
                found = Occasion.objects.filter(Q(number__icontains=word) | Q(course__search_key__contains=key))
                rows = rows.filter(occasion__in=found.order_by().values("pk"))
            elif key:
                rows = rows.filter(
                    Q(is_named=True, person__search_key__contains=key) | Q(course__search_key__contains=key)
                )
        return rows

    def of_state(self, rows: QuerySet, name: str, state: str) -> QuerySet:
        today = self.request.viewer.on
        return (
            rows.filter(occasion__last_on__gte=today) if state == "coming" else rows.filter(occasion__last_on__lt=today)
        )
