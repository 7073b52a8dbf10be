"""HR's certificates: find, choose, download one or many (H1, H2)."""

from datetime import date, datetime

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from certificates.bundling import bundle_obstacles, start_bundle
from certificates.filters import CertificateFilter, filled
from certificates.forms import BundleKindForm
from certificates.models import Bundle, Certificate
from certificates.models.certificate import SOON, CertificateQuerySet
from certificates.tables import CertificateTable
from people.access import Viewer
from people.prepared import Fixed, prepared
from people.roles import Permission
from people.tables import CountedPaginator, FirstPage

PER_PAGE = 25


def _shown(request: HttpRequest):
    """The live certificates that the acting role answers for; to everybody else the page does not exist."""
    if Permission.SEE_CERTIFICATES not in request.viewer.may:
        raise Http404
    return Certificate.objects.visible_to(request.viewer).live()


def _counted(rows: CertificateQuerySet, day: date, **more: Count) -> QuerySet:
    counts = {
        "all": Count("*"),
        "valid": Count("pk", filter=Q(valid_until=None) | Q(valid_until__gte=day)),
        "expiring": Count("pk", filter=Q(valid_until__gte=day, valid_until__lte=day + SOON)),
    }
    return rows.order_by().values("organisation").annotate(**counts, **more)


@prepared
def _all_counted(viewer: Viewer) -> QuerySet:
    return _counted(Certificate.objects.visible_to(viewer).live(), viewer.on)


def _figures(rows: CertificateQuerySet, found: CertificateQuerySet | None, viewer: Viewer) -> dict[str, int]:
    """How many of all are valid, expiring and expired, and how many are found (None: all). One query.

    What is not valid any more has expired.
    """
    if found is None:
        counted, names = list(_all_counted(viewer)), ["all", "valid", "expiring"]
    else:
        among = Count("pk", filter=Q(pk__in=found.order_by().values("pk")))
        counted, names = list(_counted(rows, viewer.on, found=among)), ["all", "valid", "expiring", "found"]
    sums = {name: sum(one[name] for one in counted) for name in names}
    return {"found": sums["all"], "expired": sums["all"] - sums["valid"], **sums}


def _dressed(rows: CertificateQuerySet, viewer: Viewer) -> CertificateQuerySet:
    """Certificates with what a row of the list shows."""
    return rows.with_unit(viewer.on).select_related("issuer")


@prepared
def _first(viewer: Viewer, *, most: Fixed) -> QuerySet:
    rows = _dressed(Certificate.objects.visible_to(viewer).live(), viewer)
    return rows.order_by(*CertificateTable.base_columns["name"].order_by)[: most.value]


@prepared
def _bundles(viewer: Viewer, *, now: datetime) -> QuerySet[Bundle]:
    return Bundle.objects.visible_to(viewer).current(now)


@require_safe
def certificate_list(request: HttpRequest) -> HttpResponse:
    """Intyg: figures, the running file, filters and the list."""
    rows = _shown(request)
    filters = CertificateFilter(request.GET, rows, request)
    is_narrowed = any(request.GET.get(name) for name in filters.filters)
    figures = _figures(rows, filters.qs if is_narrowed else None, request.viewer)
    if request.GET:
        table = CertificateTable(_dressed(filters.qs, request.viewer))
    else:
        table = CertificateTable(FirstPage(_first(request.viewer, most=Fixed(PER_PAGE))))
    pages = {"per_page": PER_PAGE, "silent": True, "paginator_class": CountedPaginator, "count": figures["found"]}
    RequestConfig(request, paginate=pages).configure(table)
    context = {
        "filters": filters,
        "table": table,
        "count": figures["found"],
        "figures": figures,
        "bundles": _bundles(request.viewer, now=timezone.now()),
        "kind_form": BundleKindForm(),
        "today": request.viewer.on,
    }
    return render(request, "certificates/certificate_list.html", context)


@require_POST
def bundle_create(request: HttpRequest) -> HttpResponse:
    """Order a file with the chosen certificates, or with all that the filter finds; an archive takes the closed ones too."""
    kind = BundleKindForm(request.POST).kind
    shown, kept_too = _shown(request), kind == Bundle.Kind.ARCHIVE
    if kept_too:
        shown = Certificate.objects.visible_to(request.viewer)
    filters = CertificateFilter(request.GET, shown, request, kept_too=kept_too)
    rows = filters.qs
    if "all" not in request.POST:
        rows = rows.filter(public_id__in=request.POST.getlist("pick"))
    obstacles = bundle_obstacles(rows)
    if obstacles:
        messages.warning(request, obstacles[0])
        return redirect(f"{request.path.removesuffix('export/')}?{request.GET.urlencode()}")
    only = rows.ready().first() if kind == Bundle.Kind.ZIP and rows.count() == 1 else None
    if only:
        return redirect("certificate_download", code=only.public_id)
    viewer, facts = request.viewer, {"kind": kind, "filters": filled(filters), "role": request.viewer.role}
    bundle = start_bundle(organisation=viewer.organisation, certificates=rows, by=viewer.person, **facts)
    messages.success(request, _("The file is being made. You may leave the page meanwhile."))
    return redirect("bundle_detail", public_id=bundle.public_id)
