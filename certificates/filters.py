"""What HR searches certificates by."""

from datetime import date
from uuid import UUID

import django_filters
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.forms import DateInput
from django.http import HttpRequest
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from certificates.models import Bundle, Certificate, CertificateKind
from courses.models import CourseResult, CourseVersion
from journeys.models import Journey, Stop
from people.access import Viewer
from people.ids import as_uuid
from people.models import Placement, Unit, UnitLine
from people.prepared import prepared

VALIDITY = [
    ("valid", pgettext_lazy("status", "Valid")),
    ("expiring", _("Expire within 90 days")),
    ("expired", pgettext_lazy("status", "Expired")),
    ("waiting", _("Being made")),
    ("fresh", _("New since your last file")),
]
KINDS = [(kind.value, kind.label) for kind in CertificateKind if kind != CertificateKind.EXTRACT]


class CertificateFilter(django_filters.FilterSet):
    """Filters over the certificates that the viewer sees; the choices are those that lead somewhere."""

    q = django_filters.CharFilter(method="search", label=_("Search name or certificate number"))
    programme = django_filters.ChoiceFilter(method="of_programme", label=_("Programme"), empty_label=_("All"))
    course = django_filters.ChoiceFilter(field_name="result__course", label=_("Course"), empty_label=_("All"))
    unit = django_filters.ChoiceFilter(method="of_unit", label=_("Unit"), empty_label=_("All units"))
    kind = django_filters.ChoiceFilter(choices=KINDS, label=_("Kind"), empty_label=_("All"))
    validity = django_filters.ChoiceFilter(
        choices=VALIDITY, method="of_validity", label=_("Validity"), empty_label=_("All")
    )
    issued_from = django_filters.DateFilter(
        field_name="achieved_on", lookup_expr="gte", label=_("Completed from"), widget=DateInput(attrs={"type": "date"})
    )
    issued_to = django_filters.DateFilter(
        field_name="achieved_on", lookup_expr="lte", label=_("Completed to"), widget=DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Certificate
        fields: list[str] = []

    def __init__(self, data, queryset: QuerySet, request: HttpRequest, *, kept_too: bool = False) -> None:
        super().__init__(data, queryset=queryset, request=request)
        self.viewer, self.day = request.viewer, request.viewer.on
        unit = as_uuid(self.data.get("unit") or "")
        for name, choices in named_choices(self.viewer, kept_too=kept_too, unit=unit).items():
            self.filters[name].extra["choices"] = choices
        self.form.all_optional = True

    def search(self, rows, name: str, value: str):
        return rows.matching(value)

    def of_programme(self, rows, name: str, value: str):
        courses = Stop.objects.filter(version__journey=value).values("course")
        return rows.filter(Q(completion__version__journey=value) | Q(result__course__in=courses))

    def of_unit(self, rows, name: str, value: str):
        units = Unit.objects.visible_to(self.viewer).filter(public_id=value).values("pk")
        placed = Placement.objects.on(self.day).filter(unit__in=UnitLine.objects.below(units))
        return rows.filter(person__in=placed.values("person"))

    def of_validity(self, rows, name: str, value: str):
        return {
            "valid": rows.valid_on,
            "expiring": rows.expiring,
            "expired": rows.expired_on,
            "waiting": lambda _day: rows.filter(state=Certificate.State.QUEUED),
            "fresh": lambda _day: self.fresh(rows),
        }[value](self.day)

    def fresh(self, rows):
        """Issued after the viewer's last file with certificates was ordered; all, before there is one."""
        last = Bundle.objects.visible_to(self.viewer).last_finished()
        return rows.filter(issued_at__gt=last) if last else rows


@prepared
def _choices(viewer: Viewer, *, kept_too: bool, unit: UUID | None) -> QuerySet:
    journeys, units = Journey.objects.visible_to(viewer), Unit.objects.visible_to(viewer).on(viewer.on).to_choose(unit)
    certificates = Certificate.objects.visible_to(viewer)
    if not kept_too:
        certificates = certificates.live()
    # From the course to results and from these to certificates: a course that the organisation never gave costs one look. The
    # first one is asked for, since PostgreSQL turns "whether there is one" into reading all that a large organisation has.
    held = Subquery(certificates.filter(result=OuterRef("pk")).order_by().values("pk")[:1])
    certified = CourseResult.objects.certified().filter(organisation__in=viewer.acts_for)
    results = certified.alias(held=held).filter(held__isnull=False, course_version=OuterRef("pk"))
    first = Subquery(results.order_by().values("pk")[:1])
    of_courses = CourseVersion.objects.alias(first=first).filter(first__isnull=False).order_by()
    rows = _choice_rows(journeys.order_by(), "programme", "pk", "", "name", Value(0), "name").union(
        _choice_rows(units.order_by(), "unit", "public_id", "", "name", Value(0), "sort_key"),
        _choice_rows(
            of_courses,
            "course",
            "course",
            "",
            "title",
            F("number"),
            "course__sort_key",
        ),
    )
    return rows.order_by("place", "-nth")


def named_choices(viewer: Viewer, *, kept_too: bool, unit: UUID | None = None) -> dict[str, list[tuple[str, str]]]:
    """Choices of the filters `programme` and `unit`, by name, and `course` (those that certificates are of), by title.

    `kept_too`: of withdrawn and replaced ones as well; `unit`: the chosen one. One query: every list page has eight, and the row of the look is one of them.
    """
    english = get_language() == "en"
    titles: dict[str, dict[str, str]] = {"programme": {}, "course": {}, "unit": {}}
    for name, key, title, title_en, _number, _place in _choices(viewer, kept_too=kept_too, unit=unit):
        key = str(UUID(key)) if name == "unit" else key  # SQLite keeps it without the dashes
        titles[name].setdefault(key, title_en if english and title_en else title)
    return {name: list(found.items()) for name, found in titles.items()}


def _choice_rows(rows: QuerySet, name: str, key: str, path: str, title: str, nth: F | Value, place: str) -> QuerySet:
    columns = {
        "filter_name": Value(name, output_field=CharField()),
        "key": Cast(key, CharField()),
        "shown": F(f"{path}{title}"),
        "shown_en": Value("", CharField()) if name == "unit" else F(f"{path}{title}_en"),
        "nth": nth,
        "place": F(place),
    }
    return rows.annotate(**columns).values_list(*columns)


def filled(filters: CertificateFilter) -> dict[str, str]:
    """The filters that are set, as plain text, for a bundle's memory."""
    values = filters.form.cleaned_data if filters.form.is_valid() else {}
    return {key: value.isoformat() if isinstance(value, date) else str(value) for key, value in values.items() if value}
