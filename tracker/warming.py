"""What every process of a web server would load for itself at its first pages, loaded once before the fork: they share its memory."""

from django.conf import settings
from django.template import engines
from django.urls import get_resolver, reverse
from django.utils import timezone, translation

from people.workdays import days_off


def load_what_is_shared() -> None:
    """Every view, the words and addresses of every language, the tags of templates, and the days off.

    Templates are not: what is drawn is written to, and shared no more.
    """
    _ = get_resolver().url_patterns
    engines.all()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("help")  # the catalogue is read when a language is chosen, the addresses when one is asked for
    days_off(timezone.localdate().year)
