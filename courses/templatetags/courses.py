"""What course templates say in words: lengths and seats."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from courses import texts
from courses.models import Occasion

register = template.Library()


@register.filter
def duration(minutes: int | None) -> str:
    """90 in, '1.5 hours' out."""
    return texts.duration(minutes)


@register.filter
def course_days(days: int) -> str:
    """2 in, '2 course days' out."""
    return texts.scope_words(days, 0)


@register.filter
def seats_left(occasion: Occasion) -> str:
    """An occasion (with `waiting` when the page asked for it) in, '3 seats left' or 'Full · 2 in queue' out."""
    return texts.seat_words(occasion.seats_free, getattr(occasion, "waiting", 0) or 0)


@register.simple_tag
def seat_meter(occasion: Occasion, words: object = None) -> SafeString:
    """An occasion in, its seats as a bar out, and before it in words: how many are left, or others that are given."""
    return format_html(
        '<div class="seat"><span><b>{}</b> <span class="muted">{}</span></span><svg class="bar" viewBox="0 0 {} 12"'
        ' preserveAspectRatio="none" aria-hidden="true"><rect class="{}" width="{}" height="12"/></svg></div>',
        seats_left(occasion) if words is None else words,
        _("of %(total)s") % {"total": occasion.seats},
        occasion.seats or 1,
        "d" if occasion.is_full else "f",
        occasion.seats_taken,
    )


@register.filter
def validity(months: int | None) -> str:
    """Months in, 'Valid for 3 years' or 'Valid until further notice' out."""
    return texts.validity_words(months)
