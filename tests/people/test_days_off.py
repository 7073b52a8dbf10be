"""What is written down of Sweden's days off: what the library says, and without the library."""

import subprocess
import sys
from datetime import date

from django.conf import settings
from django.utils import timezone

from people.workdays import WRITTEN_DOWN, days_off, days_off_by_library, holiday_name
from tests.days_off import YEARS, as_document


def test_the_file_says_what_the_library_says():
    """Red after an update of the library that knows better: `python -m tests.days_off` writes it anew."""
    assert WRITTEN_DOWN.read_text() == as_document()


def test_the_years_that_people_meet_are_written_down():
    assert timezone.localdate().year - 10 in YEARS
    assert timezone.localdate().year + 30 in YEARS


def test_another_year_is_asked_of_the_library():
    assert 1999 not in YEARS
    assert days_off(1999) == days_off_by_library(1999)
    assert (holiday_name(date(1999, 4, 4)), holiday_name(date(1999, 4, 4), "en")) == ("Påskdagen", "Easter Sunday")


def test_a_written_year_does_not_load_the_library():
    asked = "import sys; from datetime import date; from people.workdays import is_working_day as works;"
    asked += "print(works(date(2026, 12, 24)), works(date(2026, 12, 28)), 'holidays' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", asked], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["False", "True", "False"]
