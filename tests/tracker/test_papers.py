"""Certificates in long lists."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from certificates.models import Certificate
from tracker.templatetags.papers import worth

DAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("state", "days", "said"),
    [
        ("rendered", None, "Valid"),
        ("rendered", 200, "Valid"),
        ("rendered", 30, "Expires soon"),
        ("rendered", -1, "Expired"),
        ("queued", None, "Being made"),
    ],
)
def test_a_list_says_what_a_certificate_is_worth_on_the_day(state, days, said):
    until = None if days is None else DAY + timedelta(days=days)
    with translation.override("en"):
        assert f"</svg>{said}</span>" in worth(Certificate(state=state, valid_until=until), DAY)
