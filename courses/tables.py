"""Lists of courses: which columns they have, in which order and what they say when they are empty."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from courses.models import Booking, CourseVersion, Occasion


class CatalogueTable(tables.Table):
    """Courses to choose from; a row becomes a card on the phone."""

    title = tables.Column(_("Course"), order_by=("course__sort_key",), accessor="title")
    scope = tables.Column(_("Extent"), orderable=False, accessor="pk")
    next = tables.Column(_("Next session"), orderable=False, accessor="pk")
    status = tables.Column(_("For me"), orderable=False, accessor="pk")

    rows_template = "courses/_catalogue_rows.html"
    caption = _("Courses")
    cards = True

    class Meta:
        model = CourseVersion
        fields = ("title",)
        sequence = ("title", "scope", "next", "status")
        empty_text = _("No courses match")


class OwnCoursesTable(tables.Table):
    """Courses that an organiser edits."""

    title = tables.Column(_("Course"), order_by=("course__sort_key",), accessor="title")
    extent = tables.Column(_("Extent"), orderable=False, accessor="pk")
    occasions = tables.Column(_("Coming sessions"), orderable=False, accessor="pk")
    state = tables.Column(_("State"), order_by=("state",), accessor="state")

    rows_template = "courses/_own_course_rows.html"
    caption = _("Own courses")
    cards = True

    class Meta:
        model = CourseVersion
        fields = ("title",)
        sequence = ("title", "extent", "occasions", "state")
        empty_text = _("No courses match")


class OccasionTable(tables.Table):
    """Sessions that an organiser runs."""

    title = tables.Column(_("Course"), order_by=("course__sort_key",), accessor="number")
    first_on = tables.Column(_("Days"), order_by=("first_on", "pk"))
    seats_taken = tables.Column(_("Booked"), order_by=("seats_taken", "pk"))
    waiting = tables.Column(_("In the queue"), order_by=("waiting", "pk"))
    state = tables.Column(_("State"), order_by=("state", "first_on"))

    rows_template = "courses/_occasion_rows.html"
    caption = _("Sessions")
    cards = True

    class Meta:
        model = Occasion
        fields = ("title", "first_on", "seats_taken", "waiting", "state")
        empty_text = _("No sessions match")


class ParticipantTable(tables.Table):
    """People with a seat at the organiser's sessions. Names are not sorted on: a code says nothing about its name."""

    name = tables.Column(_("Name and workplace"), orderable=False, accessor="code")
    course = tables.Column(_("Course"), order_by=("course__sort_key", "pk"), accessor="code")
    first_on = tables.Column(_("First day"), order_by=("occasion__first_on", "pk"), accessor="occasion__first_on")
    state = tables.Column(_("State"), order_by=("state", "pk"), accessor="state")

    rows_template = "courses/_participant_rows.html"
    caption = _("Participants")
    cards = True

    class Meta:
        model = Booking
        fields = ("name",)
        sequence = ("name", "course", "first_on", "state")
        empty_text = _("No participants match")
