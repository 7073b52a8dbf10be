"""Certificates on other pages."""

from django import template

from certificates.models import Certificate
from people.access import Viewer

register = template.Library()


@register.inclusion_tag("certificates/_latest_certificates.html")
def latest_certificates(viewer: Viewer, most: int = 3) -> dict[str, object]:
    """The newest own certificates, for Min resa: `{% latest_certificates viewer %}`. One query."""
    rows = Certificate.objects.owned_by(viewer).live().order_by("-achieved_on", "-pk")
    return {"certificates": list(rows[:most])}
