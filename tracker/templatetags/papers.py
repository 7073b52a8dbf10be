"""Certificates in long lists."""

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from certificates.models import Certificate
from tracker.templatetags.leden import chip, short_date

register = template.Library()


@register.filter
def worth(certificate: Certificate, day: date) -> SafeString:
    """A live certificate and a day in, its standing as a chip and the last day that it is valid out."""
    standing = certificate.standing_on(day)
    if certificate.fault:
        shown = chip("failed", _("Cannot be printed"))
    elif standing == Certificate.Standing.QUEUED:
        shown = chip("ongoing", standing.label)
    else:
        shown = chip(standing.value)
    until = short_date(certificate.valid_until) or _("Until further notice")
    return format_html('{}<br><span class="muted small">{}</span>', shown, until)
