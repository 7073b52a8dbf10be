"""When the worker does what: the rows follow the list, and what reads everything runs at night."""

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django_q.models import Schedule

from tracker.management.commands.worker import NICE
from tracker.schedules import A_DAY, EVERY_MINUTES, keep_schedules

pytestmark = pytest.mark.django_db


def rows() -> list[tuple]:
    return sorted(Schedule.objects.values_list("name", "minutes", "next_run"))


def test_the_rows_follow_the_list_and_twice_is_as_once():
    Schedule.objects.create(name="gone", func="gone", schedule_type=Schedule.MINUTES, minutes=5)
    keep_schedules()
    first = rows()
    assert {(name, minutes) for name, minutes, _next in first} == set(EVERY_MINUTES.items())
    Schedule.objects.filter(name="people.jobs.send_mail").update(minutes=99)
    keep_schedules()
    assert [one[:2] for one in rows()] == [one[:2] for one in first]


@pytest.mark.parametrize("hour", [0, 3, 14])
def test_what_runs_once_a_day_runs_in_the_coming_night(hour):
    at = timezone.localtime().replace(hour=hour, minute=59)
    keep_schedules(at)
    daily = Schedule.objects.filter(minutes__gte=A_DAY)
    assert daily.count() > 3
    for row in daily:
        assert timezone.localtime(row.next_run).hour == 3
        assert at < row.next_run <= at + timedelta(days=1)


def test_what_is_due_begins_one_after_the_other_each_within_its_own_time():
    """After a stop everything is overdue, and people are at work: nothing begins all at once, and nothing is left for long."""
    at = timezone.now()
    for _start in range(2):
        keep_schedules(at)
        due = Counter(Schedule.objects.filter(minutes__lt=A_DAY).values_list("next_run", flat=True))
        assert sum(due.values()) > 20
        assert max(due.values()) <= 5
        for row in Schedule.objects.filter(minutes__lt=A_DAY):
            assert at <= row.next_run < at + timedelta(minutes=row.minutes)
        at += timedelta(days=2)


def test_what_is_not_due_keeps_its_time():
    at = timezone.now()
    keep_schedules(at)
    Schedule.objects.filter(minutes__lt=A_DAY).update(next_run=at + timedelta(seconds=5))
    keep_schedules(at + timedelta(seconds=4))
    assert set(Schedule.objects.filter(minutes__lt=A_DAY).values_list("next_run", flat=True)) == {
        at + timedelta(seconds=5)
    }


def test_a_daily_job_that_came_to_run_by_day_goes_back_to_the_night():
    keep_schedules()
    noon = timezone.localtime().replace(hour=12) + timedelta(days=1)
    Schedule.objects.filter(name="journeys.jobs.stamp_missing").update(next_run=noon)
    keep_schedules()
    assert timezone.localtime(Schedule.objects.get(name="journeys.jobs.stamp_missing").next_run).hour == 3


def test_the_worker_lets_the_pages_go_first_in_its_process_and_its_session():
    asked = "import os, django; django.setup(); from tracker.management.commands.worker import *; stand_back();"
    asked += "print(os.nice(0), SHARE_OF_SESSION.read_text().split()[-1] if SHARE_OF_SESSION.exists() else NICE)"
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tracker.settings"},
        cwd=settings.BASE_DIR,
        start_new_session=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == [str(NICE)] * 2
