"""What course templates say in words: lengths and seats."""

from django import template

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


@register.filter
def validity(months: int | None) -> str:
    """Months in, 'Valid for 3 years' or 'Valid until further notice' out."""
    return texts.validity_words(months)
