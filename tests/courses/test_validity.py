"""Validity and renewal: early loses nothing, leave lets it wait, and nothing older is touched (R20, R29 to R31)."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.authoring import add_part, add_subject, draft_course, publish_course
from courses.jobs import warn_of_expiry
from courses.models import Course, CourseResult, Part
from courses.results import finish_part, judge, missing_parts, start_course
from courses.validity import add_months, grace_end, renewed_until
from journeys.enrolment import enrol
from journeys.models import Progress
from journeys.publishing import add_stage, add_stop, adopt_journey, draft_journey, publish_version
from people.employment import end_leave, start_leave
from people.models import Notice, Outbox
from people.notices import words_of
from people.outbox import send_due
from tests.factories import build_occasion, build_person, pass_course
from tests.kept import kept
from tests.numbers import number

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
many = settings(max_examples=number(300, 2000), deadline=None)


# -- the rule, pure


@pytest.mark.promise("P19")
@many
@given(days, st.integers(1, 60), st.integers(1, 60), st.integers(0, 400), st.booleans(), st.integers(0, 2500))
def test_renewing_early_never_shortens_validity(first, months, later_months, opens_days, keeps_base, after):
    """Whenever it is renewed and whatever the subject's rule has become meanwhile."""
    old = renewed_until(first, months)
    passed_on = first + timedelta(days=after)
    new = renewed_until(passed_on, later_months, old=old, opens_days=opens_days, keeps_base=keeps_base)
    assert new >= old
    assert new >= add_months(passed_on, later_months)
    if keeps_base and old - timedelta(days=opens_days) <= passed_on <= old:
        assert new == max(old, add_months(old, later_months))


@pytest.mark.parametrize(
    ("passed_on", "until"),
    [
        (date(2027, 9, 1), date(2028, 11, 30)),  # so early that 12 months from the day would cut the old end
        (date(2028, 8, 31), date(2029, 8, 31)),  # the day before the window
        (date(2028, 9, 1), date(2029, 11, 30)),  # 90 days before 30 November
        (date(2028, 11, 30), date(2029, 11, 30)),  # the last day
        (date(2028, 12, 1), date(2029, 12, 1)),  # a day late: from the day
    ],
)
def test_dates_of_a_renewal(passed_on, until):
    """12 months, the old end 30 November 2028; one that is taken long before it does not cut the old end."""
    assert renewed_until(passed_on, 12, old=date(2028, 11, 30), opens_days=90) == until


@pytest.mark.parametrize(
    ("leaves", "grace"),
    [
        ([], None),
        ([(date(2026, 9, 1), date(2027, 3, 31))], date(2027, 5, 26)),  # eight weeks after the return
        ([(date(2026, 9, 1), None)], date.max),
        ([(date(2026, 10, 1), date(2026, 10, 13))], None),  # 13 days
        ([(date(2026, 10, 11), date(2027, 1, 1))], None),  # it had run out before
        ([(date(2026, 10, 5), date(2026, 10, 11)), (date(2026, 10, 12), date(2026, 10, 18))], date(2026, 12, 13)),
        ([(date(2026, 10, 5), date(2026, 10, 11)), (date(2026, 10, 13), date(2026, 10, 20))], None),  # at work between
        # the second begins before the first ends: the return is on the later day
        ([(date(2026, 10, 1), date(2026, 10, 14)), (date(2026, 10, 10), date(2026, 10, 23))], date(2026, 12, 18)),
        ([(date(2026, 9, 1), date(2026, 10, 31)), (date(2026, 12, 1), date(2027, 1, 31))], date(2027, 3, 28)),
    ],
)
def test_leave_lets_what_runs_out_wait(leaves, grace):
    assert grace_end(date(2026, 10, 10), leaves, 8) == grace


@pytest.mark.promise("P19")
@many
@given(
    days,
    st.lists(st.tuples(days, st.none() | st.integers(0, 400)), max_size=4),
    st.integers(0, 52),
    days,
    st.integers(0, 400),
)
def test_more_leave_never_shortens_the_grace(until, spans, weeks, begins, length):
    leaves = [(first, first + timedelta(days=n) if n is not None else None) for first, n in spans]
    before = grace_end(until, leaves, weeks)
    after = grace_end(until, [*leaves, (begins, begins + timedelta(days=length))], weeks)
    assert before is None or (after is not None and after >= before)
    assert before is None or before >= until


def test_renewal_needs_only_the_parts_that_are_marked_and_never_none():
    parts = [
        Part(pk=1, order=1, kind="preparation", compulsory=True, renewal=False),
        Part(pk=2, order=2, kind="meeting", compulsory=True, renewal=False),
        Part(pk=3, order=3, kind="test", compulsory=True, renewal=True),
    ]
    assert judge(parts, {3}, set(), 0) == "running"
    assert judge(parts, {3}, set(), 0, is_renewal=True) == "passed"
    assert judge(parts[:2], set(), set(), 0, is_renewal=True) == "running"
    assert judge(parts, set(), set(), 0, is_renewal=True) == "running"


# -- through the deeds


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


@pytest.fixture
@kept
def fire(world) -> Course:
    """Fire safety, valid for 24 months: reading and exercise the first time, only the exercise in a renewal."""
    subject = add_subject(owner=world.region, code="BRAND", name="Brand", validity_months=24, by=None)
    version = draft_course(owner=world.region, code="BRAND", title="Brandskydd", subject=subject, by=None)
    add_part(version=version, kind="preparation", title="Läs", minutes=60, key="las", renewal=False, by=None)
    add_part(version=version, kind="follow_up", title="Öva", minutes=60, key="ova", by=None)
    publish_course(version=version, by=None)
    return version.course


def passed_until(world, fire, until: date, key="amira") -> CourseResult:
    """Passed so long ago that it is valid until the day."""
    return pass_course(world, key, fire, at=noon(add_months(until, -24)))


def renew(world, fire, on: date, key="amira") -> CourseResult:
    person = world.people[key]
    return start_course(person=person, organisation=world.job(key).organisation, course=fire, by=None, at=noon(on))


def test_renewal_is_a_new_attempt_with_the_shorter_path_and_the_old_one_stands(world, fire):
    until = date(2026, 12, 15)
    first = passed_until(world, fire, until)
    before = CourseResult.objects.filter(pk=first.pk).values().get()
    second = renew(world, fire, date(2026, 11, 2))
    assert (second.attempt, second.is_renewal, first.is_renewal) == (2, True, False)
    assert [one.part.key for one in missing_parts(second)] == ["ova"]
    part = second.course_version.parts.get(key="ova")
    finish_part(result=second, part=part, by=world.amira, at=noon(date(2026, 11, 2)))
    second.refresh_from_db()
    assert (second.state, second.passed_on, second.valid_until) == ("passed", date(2026, 11, 2), date(2028, 12, 15))
    assert CourseResult.objects.filter(pk=first.pk).values().get() == before


def test_course_taken_again_after_it_ran_out_is_taken_whole_unless_leave_lets_it_wait(world, fire):
    until = date(2026, 9, 30)
    passed_until(world, fire, until)
    passed_until(world, fire, until, "jonas")
    leave = {"starts_on": date(2026, 9, 1), "ends_on": date(2026, 10, 31), "by": None}
    start_leave(employment=world.job("jonas"), **leave)
    assert [renew(world, fire, date(2026, 11, 10), key).is_renewal for key in ("amira", "jonas")] == [False, True]


def test_what_runs_out_is_said_at_three_steps_once_to_the_person_and_to_the_manager(world, fire):
    until = world.today + timedelta(days=100)
    passed_until(world, fire, until)
    told = []
    for left in (100, 91, 90, 60, 31, 30, 29, 1, 0, -1, -29, -31):
        day = noon(until - timedelta(days=left))
        told.append((left, warn_of_expiry(day), warn_of_expiry(day)))
    assert [one for one in told if one[1] or one[2]] == [(90, 1, 0), (30, 1, 0), (0, 1, 0)]
    assert Notice.objects.filter(kind="courses.expiring", person=world.amira).count() == 3
    assert Notice.objects.filter(kind="courses.expiring_team", person=world.johan).count() == 3
    assert not Notice.objects.filter(kind__startswith="courses.expiring").exclude(person__in=[world.amira, world.johan])


def test_who_is_on_leave_hears_nothing_and_hears_it_after_the_return(world, fire):
    passed_until(world, fire, world.today + timedelta(days=20))
    leave = start_leave(employment=world.job("amira"), starts_on=world.today - timedelta(days=5), by=None)
    assert warn_of_expiry(noon(world.today)) == 0
    end_leave(leave=leave, ends_on=world.today, by=None)
    assert warn_of_expiry(noon(world.today + timedelta(days=1))) == 1


def test_reminder_that_was_renewed_meanwhile_is_no_longer_said(world, fire, mailoutbox):
    passed_until(world, fire, world.today + timedelta(days=20))
    assert warn_of_expiry(noon(world.today)) == 1
    own, team = (Notice.objects.get(kind=f"courses.expiring{end}") for end in ("", "_team"))
    assert "Brandskydd gäller till" in words_of(own)
    assert "Amira Haddad: Brandskydd, giltig till" in words_of(team)
    second = renew(world, fire, world.today)
    finish_part(result=second, part=second.course_version.parts.get(key="ova"), by=world.amira)
    assert (words_of(own), words_of(team)) == ("", "")
    send_due(noon(world.today) + timedelta(days=5))
    assert not [mail for mail in mailoutbox if "Brandskydd" in mail.subject or "team" in mail.subject]


def test_manager_who_leads_no_longer_reads_no_name(world, fire):
    passed_until(world, fire, world.today + timedelta(days=20))
    warn_of_expiry(noon(world.today))
    row = Notice.objects.get(kind="courses.expiring_team")
    world.johan.roles.update(ends_on=world.today - timedelta(days=1))
    world.job("amira").placements.update(manager=None)
    assert words_of(row) == ""
    assert Outbox.objects.filter(kind="courses.expiring_team").count() == 1


def test_list_of_what_runs_out_shows_free_seats_to_manager_and_hr(world, fire, course, sign_in):
    Course.objects.filter(pk=course.pk).update(subject=fire.subject)
    occasion = build_occasion(world, course)
    for key, left in (("amira", 20), ("jonas", 200), ("skye", -3), ("tilda", 5)):
        passed_until(world, fire, world.today + timedelta(days=left), key)
    pages = {
        who: sign_in(world.people[who]).get(reverse("expiry_list")).content.decode() for who in ("johan", "helena")
    }
    for page in pages.values():
        assert (page.count("Amira Haddad"), "Jonas" in page, "Tilda" in page) == (2, False, False)
        assert reverse("booking_people", args=[occasion.public_id]) + f"?people={world.job('amira').public_id}" in page
        assert "20 platser kvar" in page
    assert ["Skye" in page for page in pages.values()] == [True, False]
    assert sign_in(world.amira).get(reverse("expiry_list")).status_code == 404


def test_list_of_what_runs_out_asks_the_same_number_of_queries_at_one_and_thirty(world, fire, sign_in):
    passed_until(world, fire, world.today + timedelta(days=20))
    client, costs = sign_in(world.johan), []
    for round_ in range(2):
        client.get(reverse("expiry_list"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("expiry_list"))
        costs.append(len(captured))
        for n in range(29 if round_ == 0 else 0):
            build_person(world, f"p{n}", f"Person {n}", world.units["ale"], manager=world.johan)
            passed_until(world, fire, world.today + timedelta(days=n), f"p{n}")
    assert costs[0] == costs[1] <= 8


def test_course_page_tells_of_the_renewal_and_begins_the_shorter_path(world, fire, sign_in):
    until = world.today + timedelta(days=40)
    passed_until(world, fire, until)
    client, url = sign_in(world.amira), reverse("course_detail", args=[fire.slug])
    page = client.get(url).content.decode()
    assert "Du kan förnya nu." in page
    assert "En förnyelse behöver bara: Öva." in page
    client.post(reverse("course_start", args=[fire.slug]))
    second = CourseResult.objects.get(person=world.amira, attempt=2)
    assert second.is_renewal
    shown = client.get(reverse("result_detail", args=[second.public_id])).content.decode()
    assert "0 av 1 delar klara" in shown
    assert "behövs inte vid förnyelse" in shown


def test_leave_keeps_a_station_from_turning_expired(world, fire):
    draft = draft_journey(owner=world.region, code="BAS", name="Basen", collaboration=world.west, by=None)
    stage = add_stage(version=draft, name="Bas", key="bas", by=None)
    add_stop(stage=stage, course=fire, key="brand", by=None)
    add_stop(stage=stage, course=pass_nothing(world), key="annat", by=None)
    publish_version(version=draft, valid_from=world.today, by=None)
    adopt_journey(journey=draft.journey, organisation=world.ale, starts_on=world.today, by=None)
    until = world.today - timedelta(days=3)
    passed_until(world, fire, until)
    job = world.job("amira")
    enrolment = enrol(person=job.person, employment=job, journey=draft.journey, starts_on=world.today, by=None)
    assert Progress.objects.get(enrolment=enrolment).expires_on == until
    leave = start_leave(employment=job, starts_on=until - timedelta(days=30), by=None)
    assert Progress.objects.get(enrolment=enrolment).expires_on is None
    end_leave(leave=leave, ends_on=world.today, by=None)
    now = Progress.objects.get(enrolment=enrolment)
    assert now.expires_on == world.today + timedelta(weeks=8)
    assert (now.stops["brand"]["until"], now.stops["brand"]["done"] != "") == (until.isoformat(), True)


def pass_nothing(world) -> Course:
    version = draft_course(owner=world.region, code="ANNAT", title="Annat", by=None)
    add_part(version=version, kind="preparation", title="Läs", minutes=60, by=None)
    publish_course(version=version, by=None)
    return version.course
