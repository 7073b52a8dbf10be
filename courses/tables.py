"""Lists of courses: which columns they have, in which order and what they say when they are empty."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from courses.models import CourseVersion


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
