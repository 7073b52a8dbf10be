"""Pages of the roof."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracker.health import readiness_obstacles


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


@require_safe
@never_cache
def health_show(request: HttpRequest) -> HttpResponse:
    """Say that this process lives, asking nothing else (decisions.md 20)."""
    return HttpResponse(_("Alive") + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readiness_show(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, migrations, worker and outbox are ready; else 503 with a sentence for each that is not."""
    obstacles = readiness_obstacles(timezone.now())
    sentences = obstacles or [_("Ready")]
    status = 503 if obstacles else 200
    return HttpResponse("\n".join(sentences) + "\n", content_type="text/plain; charset=utf-8", status=status)
