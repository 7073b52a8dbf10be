"""What every process of a web server would load for itself at its first pages, loaded once before the fork: they share its memory."""

from django.conf import settings
from django.urls import get_resolver
from django.utils import translation


def load_what_is_shared() -> None:
    """Every view, and the words of every language. Templates are not: what is drawn is written to, and shared no more."""
    _ = get_resolver().url_patterns
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            pass  # the catalogue is read when a language is chosen
