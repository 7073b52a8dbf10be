"""Words, dates and states as templates say them."""

from datetime import UTC, date, datetime

import pytest
from django.apps import apps
from django.utils import translation

from tracker.templatetags import leden

MORNING = datetime(2026, 12, 3, 8, 0, tzinfo=UTC)
AFTERNOON = datetime(2026, 12, 3, 15, 0, tzinfo=UTC)
NEXT_DAY = datetime(2026, 12, 4, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_status_has_shape_icon_and_word(language):
    with translation.override(language):
        chips = {key: leden.chip(key) for key in leden.STATUSES}
        words = [leden.status_label(key) for key in leden.STATUSES]
    symbols = leden.sprite()
    assert [key for key, chip in chips.items() if f'href="#i-{key}"' not in chip] == []
    assert [key for key in chips if f'<symbol id="i-{key}" viewBox="0 0 24 24"><' not in symbols] == []
    assert ([word for word in words if not word], len(set(words))) == ([], len(words))


def states_of_rows() -> set[str]:
    """Every state that a row of the product can be in."""
    return {
        state
        for model in apps.get_models()
        for field in model._meta.fields
        if field.name == "state" and model._meta.app_label in {"courses", "journeys", "certificates"}
        for state, _word in field.choices
    }


def test_every_state_that_a_row_can_be_in_has_a_look():
    assert states_of_rows() - set(leden.STATUSES) - set(leden.LOOKS) == set()


def test_borrowed_looks_exist():
    assert {look for look, _word in leden.LOOKS.values()} - set(leden.STATUSES) == set()


def test_labels_are_cached_per_language():
    with translation.override("sv"):
        swedish = leden.cell("late", "21 dagar sen")
    with translation.override("en"):
        english = leden.cell("late", "21 days late")
    assert (swedish == english, 'aria-label="21 days late"' in english) == (False, True)


def test_labels_are_escaped():
    assert "&lt;b&gt;" in leden.chip("late", "<b>")


def test_the_not_begun_cell_is_an_empty_ring_with_a_name():
    with translation.override("en"):
        assert (
            leden.cell("open")
            == '<span class="c" data-k="open" data-color="neutral" role="img" aria-label="Not started"></span>'
        )


@pytest.mark.parametrize(
    ("written", "sv", "en"),
    [
        (lambda: leden.weekday_date(MORNING), "torsdag 3 december 2026", "Thursday 3 December 2026"),
        (lambda: leden.short_date(MORNING), "3 dec 2026", "3 Dec 2026"),
        (lambda: leden.clock_to(MORNING, AFTERNOON), "09.00–16.00", "09:00–16:00"),
        (
            lambda: leden.moment_to(MORNING, AFTERNOON),
            "torsdag 3 december 2026, 09.00–16.00",
            "Thursday 3 December 2026, 09:00–16:00",
        ),
        (lambda: leden.date_to(MORNING, NEXT_DAY), "3–4 december 2026", "3–4 December 2026"),
        (
            lambda: leden.date_to(date(2026, 11, 30), MORNING),
            "30 november – 3 december 2026",
            "30 November – 3 December 2026",
        ),
        (
            lambda: leden.date_to(date(2025, 12, 30), date(2026, 1, 2)),
            "30 december 2025 – 2 januari 2026",
            "30 December 2025 – 2 January 2026",
        ),
        (lambda: leden.moment(MORNING), "3 december 2026, 09.00", "3 December 2026, 09:00"),
        (lambda: leden.number(1297), "1\u00a0297", "1\u00a0297"),
    ],
)
def test_dates_and_numbers_are_written_out(written, sv, en):
    with translation.override("sv"):
        assert written() == sv
    with translation.override("en"):
        assert written() == en


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY, "today"),
        (date(2026, 11, 25), "tomorrow"),
        (date(2026, 11, 23), "yesterday"),
        (date(2026, 11, 28), "in 4 days"),
        (date(2026, 11, 3), "21 days ago"),
    ],
)
def test_days_are_told_from_today(day, words):
    with translation.override("en"):
        assert leden.relative_day(day, TODAY) == words


def test_days_late_are_counted_and_silent_before_the_deadline():
    with translation.override("en"):
        assert (leden.days_late(date(2026, 11, 23), TODAY), leden.days_late(TODAY, TODAY)) == ("1 day late", "")


@pytest.mark.parametrize(("name", "letters"), [("Amira Lindqvist", "AL"), ("Örjan", "Ö"), ("", "·"), ("å b c", "ÅC")])
def test_initials(name, letters):
    assert leden.initials(name) == letters


@pytest.mark.parametrize("nothing", [None, ""])
def test_missing_dates_are_silent(nothing):
    assert [leden.weekday_date(nothing), leden.clock(nothing), leden.moment(nothing), leden.relative_day(nothing)] == [
        ""
    ] * 4
