"""A certificate ends: replaced by a new edition, or taken back. Never edited, never deleted before its day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from certificates.closing import replace, withdraw, withdraw_for_result
from certificates.issuing import issue_for_result, issue_missing
from certificates.models import Certificate
from tests.certificates.rows import AT, course, organisation, passed, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate():
    return issue_for_result(result=passed(person(), organisation("Ale"), course(organisation("GR")), at=AT), at=AT)


def test_a_reopened_course_loses_its_certificate_and_gets_a_new_one_when_passed_again():
    result = passed(person(), organisation("Ale"), course(organisation("GR")))
    first = issue_for_result(result=result, at=AT)
    assert [row.pk for row in withdraw_for_result(result=result, reason="Fel person", at=AT + timedelta(days=1))] == [
        first.pk
    ]
    first.refresh_from_db()
    assert (first.state, first.reason) == (Certificate.State.WITHDRAWN, "Fel person")
    result.decided_at = AT + timedelta(days=2)
    result.save()
    second = issue_for_result(result=result, at=result.decided_at)
    assert second.number == "GR-2026-000002"
    assert withdraw_for_result(result=result, at=AT + timedelta(days=3))[0].reason


def test_what_was_withdrawn_in_error_of_issue_is_not_made_anew_by_the_job():
    result = passed(person(), organisation("Ale"), course(organisation("GR")))
    [certificate] = issue_missing(at=AT)
    withdraw(certificate=certificate, reason="Utfärdat av misstag", by=None, at=AT + timedelta(hours=1))
    withdraw(certificate=certificate, reason="En gång till", by=None, at=AT + timedelta(hours=2))
    certificate.refresh_from_db()
    assert certificate.reason == "Utfärdat av misstag"
    assert issue_missing(at=AT + timedelta(hours=3)) == []
    assert issue_for_result(result=result, at=AT + timedelta(hours=3)) is None


def test_a_replacement_carries_the_new_name_and_leaves_the_old_paper_as_it_was():
    holder = person()
    first = issue_for_result(result=passed(holder, organisation("Ale"), course(organisation("GR"))), at=AT)
    holder.name, holder.family_name = "Amira Björk", "Björk"
    holder.save()
    second = replace(certificate=first, reason="Nytt namn", by=None, at=AT + timedelta(days=9))
    first.refresh_from_db()
    assert (first.state, first.snapshot["name"]) == (Certificate.State.REPLACED, "Amira Lindqvist")
    assert (second.edition, second.replaces_id, second.snapshot["name"]) == (2, first.pk, "Amira Björk")
    assert second.achieved_on == first.achieved_on
    assert second.public_id != first.public_id
    assert replace(certificate=first, reason="Nytt namn", by=None).pk == second.pk


def test_closed_is_the_end_and_every_state_has_its_moves(certificate):
    assert set(Certificate.MOVES) == set(Certificate.State)
    withdraw(certificate=certificate, reason="Fel", by=None, at=AT)
    certificate.refresh_from_db()
    with pytest.raises(ValueError, match="withdrawn cannot become replaced"):
        replace(certificate=certificate, reason="Namn", by=None, at=AT)
    certificate.refresh_from_db()
    assert (certificate.state, certificate.cause, Certificate.objects.count()) == ("withdrawn", "mistake", 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "sold"},
        {"state": "withdrawn"},
        {"cause": "mistake"},
        {"cause": "boredom", "state": "withdrawn", "closed_at": AT, "reason": "x"},
        {"edition": 2},
        {"valid_until": date(2020, 1, 1)},
    ],
)
def test_the_database_refuses_what_cannot_be(certificate, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(**fields)


@pytest.mark.parametrize(
    ("days", "standing"), [(None, "valid"), (200, "valid"), (90, "soon"), (0, "soon"), (-1, "expired")]
)
def test_what_it_is_worth_on_a_day_is_said_alike_by_row_and_query(certificate, days, standing):
    today = timezone.localdate()
    certificate.state = "rendered"
    certificate.achieved_on = today - timedelta(days=400)
    certificate.valid_until = None if days is None else today + timedelta(days=days)
    certificate.save()
    rows = Certificate.objects.all()
    assert certificate.standing_on(today) == standing
    assert (rows.valid_on(today).exists(), rows.expiring(today).exists(), rows.expired_on(today).exists()) == (
        standing in ("valid", "soon"),
        standing == "soon",
        standing == "expired",
    )


def test_nobody_deletes_a_certificate_before_its_retention_date(certificate):
    today = timezone.localdate()
    for keep_until in (None, today, today + timedelta(days=1)):
        Certificate.objects.update(keep_until=keep_until)
        with pytest.raises(ProtectedError):
            Certificate.objects.get().delete()
        with pytest.raises(ProtectedError):
            Certificate.objects.all().delete()
    Certificate.objects.update(keep_until=today - timedelta(days=1))
    Certificate.objects.all().delete()
    assert not Certificate.objects.exists()
