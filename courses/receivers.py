"""Facts of people that courses act on: each receiver calls one deed, and jobs.py calls the same deed again."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from courses import signals
from courses.booking import release_bookings
from courses.entries import rewrite_course, rewrite_person, write_days, write_entries
from courses.feeds import close_feeds
from courses.transfers import copy_results
from people import signals as people


@receiver(people.employment_ended)
def on_employment_ended(sender: Any, employment, **facts: Any) -> None:
    release_bookings(employment=employment, by=facts.get("by"), at=facts.get("at"))


@receiver(people.record_accepted)
def on_record_accepted(sender: Any, share, **facts: Any) -> None:
    copy_results(share=share, by=facts.get("by"), at=facts.get("at"))


@receiver(people.language_changed)
def on_language_changed(sender: Any, person, **facts: Any) -> None:
    rewrite_person(person, moment(facts))


@receiver(people.shown_changed)
def on_shown_changed(sender: Any, person, **facts: Any) -> None:
    close_feeds(person=person, by=None, at=moment(facts))


@receiver(people.shown_changed)
def on_whereabouts_changed(sender: Any, person, **facts: Any) -> None:
    rewrite_person(person, moment(facts))


@receiver(signals.booking_changed)
def on_booking_changed(sender: Any, booking, **facts: Any) -> None:
    write_entries([booking])


@receiver(signals.occasion_changed)
def on_occasion_changed(sender: Any, occasion, **facts: Any) -> None:
    write_days(occasion)


@receiver([signals.course_started, signals.results_changed])
def on_results_changed(sender: Any, result, **facts: Any) -> None:
    rewrite_course(result.person_id, result.course_id, moment(facts))


def moment(facts: dict[str, Any]) -> datetime:
    """When it happened: what the signal says, else now."""
    return facts.get("at") or timezone.now()
