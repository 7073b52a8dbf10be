"""Certificates on other pages."""

from django import template
from django.db.models import QuerySet

from certificates.models import Certificate
from people.access import Viewer
from people.prepared import prepared

register = template.Library()
SHOWN = 3


@prepared
def _latest(viewer: Viewer) -> QuerySet[Certificate]:
    return Certificate.objects.owned_by(viewer).live().order_by("-achieved_on", "-pk")[:SHOWN]


@register.inclusion_tag("certificates/_latest_certificates.html")
def latest_certificates(viewer: Viewer) -> dict[str, object]:
    """The newest own certificates, for Min resa: `{% latest_certificates viewer %}`. One query."""
    return {"certificates": _latest(viewer)}
