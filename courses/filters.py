"""What lists of courses may be narrowed by."""

import django_filters as filters
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses import queries
from courses.models import Booking, Course, CourseResult, CourseVersion, Part, Subject

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
    """The catalogue's bar: words, subject, form, own state, free seats."""

    q = filters.CharFilter(method="find", label=_("Search"))
    subject = filters.ModelChoiceFilter(
        field_name="course__subject",
        queryset=lambda request: subjects(request),
        to_field_name="public_id",
        label=_("Subject"),
        empty_label=_("All subjects"),
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
        self.form.all_optional = True

    def find(self, rows: QuerySet, name: str, text: str) -> QuerySet:
        return rows.filter(course__in=Course.objects.matching(text[:200]).order_by().values("pk"))

    def of_form(self, rows: QuerySet, name: str, form: str) -> QuerySet:
        parts = Part.objects.filter(course_version=OuterRef("pk"))
        if form == "digital":
            return rows.exclude(Exists(parts.filter(kind__in=Part.MEETING_KINDS)))
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


def subjects(request) -> QuerySet[Subject]:
    """Subjects of the courses that the viewer may take."""
    if request is None:
        return Subject.objects.none()
    shown = Course.objects.visible_to(request.viewer).filter(subject__isnull=False)
    return Subject.objects.filter(pk__in=shown.order_by().values("subject"))
