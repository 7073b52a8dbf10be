"""What HR searches certificates by."""

from datetime import date

import django_filters
from django.db.models import Q, QuerySet
from django.forms import DateInput
from django.http import HttpRequest
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, CertificateKind
from journeys.models import Journey, Stop
from people.models import Placement, Unit

VALIDITY = [
    ("valid", pgettext_lazy("status", "Valid")),
    ("expiring", _("Expire within 90 days")),
    ("expired", pgettext_lazy("status", "Expired")),
    ("waiting", _("Being made")),
]
KINDS = [(kind.value, kind.label) for kind in (CertificateKind.COURSE, CertificateKind.STAGE, CertificateKind.JOURNEY)]


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

    def __init__(self, data, queryset: QuerySet, request: HttpRequest) -> None:
        super().__init__(data, queryset=queryset, request=request)
        self.viewer, self.day = request.viewer, request.viewer.on
        self.filters["programme"].extra["choices"] = [
            (journey.pk, journey.shown_name) for journey in Journey.objects.visible_to(self.viewer)
        ]
        self.filters["course"].extra["choices"] = course_choices(queryset)
        self.filters["unit"].extra["choices"] = [
            (str(unit.public_id), unit.name) for unit in Unit.objects.visible_to(self.viewer).on(self.day)
        ]
        self.form.all_optional = True

    def search(self, rows, name: str, value: str):
        return rows.matching(value)

    def of_programme(self, rows, name: str, value: str):
        courses = Stop.objects.filter(version__journey=value).values("course")
        return rows.filter(Q(completion__version__journey=value) | Q(result__course__in=courses))

    def of_unit(self, rows, name: str, value: str):
        units = Unit.objects.visible_to(self.viewer).filter(public_id=value).values("pk")
        placed = Placement.objects.on(self.day).filter(unit__lines_up__ancestor__in=units)
        return rows.filter(person__in=placed.values("person"))

    def of_validity(self, rows, name: str, value: str):
        return {
            "valid": rows.valid_on,
            "expiring": rows.expiring,
            "expired": rows.expired_on,
            "waiting": lambda _day: rows.filter(state=Certificate.State.QUEUED),
        }[value](self.day)


def course_choices(rows: QuerySet) -> list[tuple[int, str]]:
    """Courses that the certificates are of, by title."""
    found = (
        rows.filter(result__isnull=False)
        .order_by("result__course__sort_key", "-result__course_version__number")
        .values_list("result__course", "result__course_version__title", "result__course_version__title_en")
        .distinct()
    )
    english = get_language() == "en"
    titles: dict[int, str] = {}
    for pk, title, title_en in found:
        titles.setdefault(pk, title_en if english and title_en else title)
    return list(titles.items())


def filled(filters: CertificateFilter) -> dict[str, str]:
    """The filters that are set, as plain text, for a bundle's memory."""
    values = filters.form.cleaned_data if filters.form.is_valid() else {}
    return {key: value.isoformat() if isinstance(value, date) else str(value) for key, value in values.items() if value}
