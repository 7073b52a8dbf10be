"""Facts of people that courses act on: each receiver calls one deed, and jobs.py calls the same deed again."""

from typing import Any

from django.dispatch import receiver

from courses.booking import release_bookings
from people import signals as people


@receiver(people.employment_ended)
def on_employment_ended(sender: Any, employment, **facts: Any) -> None:
    release_bookings(employment=employment, by=facts.get("by"), at=facts.get("at"))
