"""Days that nobody could keep, the start in the profession as a manager changes it, and pauses that never cost anybody a day."""

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from courses.models import CourseVersion
from courses.refusals import Refused
from journeys.enrolment import change_deadline, change_profession_day, change_stage, enrol
from journeys.jobs import stamp_missing
from journeys.models import Enrolment, Pause, Progress
from journeys.pauses import pause, resume
from journeys.publishing import add_stage, add_stop, adopt_journey, draft_journey, publish_version
from people.employment import change_profession_start, start_leave
from people.models import Event, Leave, Organisation
from tests.factories import build_person, build_self_study, pass_course
from tests.kept import kept
from tests.numbers import number

START = date(2026, 9, 1)


def queries_of(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


@pytest.fixture
@kept
def fixed(world):
    """A journey with a fixed day long ago, one of 24 months in the profession, and a compulsory one without a date."""
    version = draft_journey(owner=world.region, code="FAST", name="Fast", collaboration=world.west, by=None)
    stage = add_stage(version=version, name="Ny", key="ny", by=None)
    courses = [build_self_study(world, code, f"Kurs {code}") for code in "XYZ"]
    add_stop(stage=stage, course=courses[0], anchor="fixed", fixed_on=date(2020, 3, 2), key="x", by=None)
    add_stop(stage=stage, course=courses[1], anchor="profession", offset=24, unit="months", key="y", by=None)
    add_stop(stage=stage, course=courses[2], key="z", by=None)
    publish_version(version=version, valid_from=date(2020, 1, 1), by=None)
    adopt_journey(journey=version.journey, organisation=world.ale, starts_on=date(2020, 1, 1), by=None)
    return version.journey


def put_on(world, journey, key="amira", starts_on=None) -> Enrolment:
    job = world.job(key)
    return enrol(person=job.person, employment=job, journey=journey, starts_on=starts_on or world.today, by=None)


def row(enrolment) -> Progress:
    return Progress.objects.get(enrolment=enrolment)


def test_fixed_day_before_the_journey_makes_nobody_late_and_stands_on_the_managers_list(world, fixed, sign_in):
    enrolment = put_on(world, fixed)
    now = row(enrolment)
    assert (now.undated, now.next_due, now.stops["x"]["due"]) == (1, date.fromisoformat(now.stops["y"]["due"]), "")
    page = sign_in(world.johan).get(reverse("deadline_list")).content.decode()
    assert page.count("Amira Haddad") == 2  # the heading and the button's hidden words
    assert "Fast datum 2 mars 2020, inget datum eftersom resan började senare" in page
    assert reverse("deadline_change", args=[enrolment.public_id, "x"]) in page
    assert (
        "1 station behöver ett datum som går att hålla."
        in sign_in(world.johan).get(reverse("team_overview")).content.decode()
    )
    change_deadline(enrolment=enrolment, stop_key="x", due_on=world.today, reason="Ny dag", by=world.johan)
    assert row(enrolment).undated == 0
    assert "Inga datum att sätta" in sign_in(world.johan).get(reverse("deadline_list")).content.decode()


def test_list_of_dates_shows_the_own_team_only_and_no_withheld_person_to_hr(world, fixed, sign_in):
    for key in ("amira", "skye"):
        put_on(world, fixed, key)
    seen = {
        key: sign_in(world.people[key]).get(reverse("deadline_list")).content.decode()
        for key in ("johan", "helena", "torsten")
    }
    assert ["Amira Haddad" in page for page in seen.values()] == [True, True, False]
    assert ["Skye Hemlig" in page for page in seen.values()] == [True, False, False]
    assert sign_in(world.amira).get(reverse("deadline_list")).status_code == 404


def test_unknown_start_in_the_profession_asks_for_it_and_a_reason(world, fixed, sign_in):
    type(world.amira).objects.filter(pk=world.amira.pk).update(profession_started_on=None)
    enrolment = put_on(world, fixed)
    assert (row(enrolment).undated, row(enrolment).stops["y"]["why"]) == (2, "profession:24:months|unknown:profession")
    client, url = sign_in(world.johan), reverse("profession_change", args=[enrolment.public_id])
    assert url in client.get(reverse("deadline_list")).content.decode()
    assert client.post(url, {"started_on": "2099-01-01", "reason": "Fel"}).status_code == 422
    assert client.post(url, {"started_on": "2025-05-05", "reason": ""}).status_code == 422
    assert client.post(url, {"started_on": "2025-05-05", "reason": "Intyg från förra arbetsgivaren"}).status_code == 302
    enrolment.refresh_from_db()
    assert enrolment.profession_started_on == date(2025, 5, 5)
    assert "profession:24:months:2025-05-05" in row(enrolment).stops["y"]["why"]
    assert Event.objects.get(verb="profession_day_changed").reason == "Intyg från förra arbetsgivaren"


def test_start_in_the_profession_of_one_journey_gives_its_stage_and_keeps_what_is_done(world, journey):
    change_profession_start(person=world.amira, started_on=world.today, by=None)
    world.amira.refresh_from_db()
    enrolment = put_on(world, journey)
    first = enrolment.version.stops.get(key="a").course
    pass_course(world, "amira", first)
    done = row(enrolment).stops["a"]["done"]
    for years, stage in ((3, "van"), (0, "ny"), (3, "van")):
        started_on = world.today - timedelta(days=366 * years)
        change_profession_day(enrolment=enrolment, started_on=started_on, reason="Rätt dag", by=world.johan)
        enrolment.refresh_from_db()
        assert (enrolment.stage.key, row(enrolment).stops["a"]["done"]) == (stage, done)
    change_profession_day(enrolment=enrolment, started_on=started_on, reason="Rätt dag", by=world.johan)
    assert Event.objects.filter(verb="profession_day_changed").count() == 3
    change_profession_start(person=world.amira, started_on=world.today - timedelta(days=1), by=None)
    enrolment.refresh_from_db()
    assert enrolment.stage.key == "van"


def test_stage_chosen_by_hand_stays_until_the_one_of_the_years_is_chosen(world, journey):
    change_profession_start(person=world.amira, started_on=world.today, by=None)
    world.amira.refresh_from_db()
    enrolment = put_on(world, journey)
    ny, van = (enrolment.version.stages.get(key=key) for key in ("ny", "van"))
    with pytest.raises(Refused):
        change_stage(enrolment=enrolment, stage=van, reason=" ", by=world.johan)
    change_stage(enrolment=enrolment, stage=van, reason="Kan detta", by=world.johan)
    change_profession_day(enrolment=enrolment, started_on=world.today, reason="Rätt", by=world.johan)
    enrolment.refresh_from_db()
    assert (enrolment.stage, enrolment.stage_reason) == (van, "Kan detta")
    change_stage(enrolment=enrolment, stage=ny, reason="Ändå inte", by=world.johan)
    enrolment.refresh_from_db()
    assert (enrolment.stage, enrolment.stage_reason) == (ny, "")
    change_profession_day(
        enrolment=enrolment, started_on=world.today - timedelta(days=1100), reason="Rätt", by=world.johan
    )
    enrolment.refresh_from_db()
    assert enrolment.stage == van


def test_stage_never_locks_a_station_of_another_one(world, journey):
    """Whoever is Van may take a course of Ny, and it is done there too (domain 1.3)."""
    change_profession_start(person=world.amira, started_on=world.today - timedelta(days=1100), by=None)
    world.amira.refresh_from_db()
    enrolment = put_on(world, journey)
    assert (enrolment.stage.key, row(enrolment).stops["a"]["wait"]) == ("van", [])
    pass_course(world, "amira", enrolment.version.stops.get(key="a").course)
    assert row(enrolment).stops["a"]["done"] == world.today.isoformat()
    assert row(enrolment).stops_total == 1


def test_years_asked_for_after_the_deadline_leave_no_date(world, fixed):
    change_profession_start(person=world.amira, started_on=world.today, by=None)
    world.amira.refresh_from_db()
    enrolment = put_on(world, fixed)
    version = CourseVersion.objects.get(course__code="Y")
    CourseVersion.objects.filter(pk=version.pk).update(state="draft")
    version.refresh_from_db()
    version.prerequisites.create(min_years=3, hard=True)
    CourseVersion.objects.filter(pk=version.pk).update(state="published")
    change_profession_day(enrolment=enrolment, started_on=world.today - timedelta(days=1), reason="Rätt", by=None)
    now = row(enrolment).stops["y"]
    assert (now["due"], "impossible:years" in now["why"], row(enrolment).undated) == ("", True, 2)


def test_list_of_dates_asks_the_same_number_of_queries_at_one_and_thirty(world, fixed, sign_in):
    put_on(world, fixed)
    client, url = sign_in(world.johan), reverse("deadline_list")
    few = queries_of(client, url)
    for n in range(25):
        build_person(world, f"p{n}", f"Person {n}", world.units["ale"], manager=world.johan)
        put_on(world, fixed, f"p{n}")
    assert queries_of(client, url) == few <= 8


def test_administrator_lets_part_time_stretch_and_everybody_is_counted_anew(world, journey, sign_in):
    enrolment = put_on(world, journey)
    world.job("amira").placements.update(percent=50)
    client, url = sign_in(world.maja), reverse("organisation_settings")
    typed = client.get(url).context["form"].initial | {"stretch_part_time": "on"}
    before = row(enrolment).next_due
    assert client.post(url, typed).status_code == 302
    assert client.post(url, typed).status_code == 302
    stamp_missing()
    assert row(enrolment).next_due > before
    assert [one.data["changed"] for one in Event.objects.filter(verb="settings_changed")] == [["stretch_part_time"]]
    assert Organisation.objects.get(pk=world.tjorn.pk).stretch_part_time is False


def test_short_leaves_in_a_row_stop_the_clock_as_one_long_leave(world, journey):
    """Ten days stop nothing; ten more from the next day make it twenty days away. A day between keeps them apart (R19)."""
    enrolment = put_on(world, journey, starts_on=START)
    away = {"employment": enrolment.employment, "by": None}
    start_leave(starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 10), **away)
    start_leave(starts_on=date(2026, 10, 22), ends_on=date(2026, 10, 31), **away)
    assert not enrolment.pauses.exists()
    start_leave(starts_on=date(2026, 10, 11), ends_on=date(2026, 10, 20), **away)
    pauses = enrolment.pauses.order_by("starts_on").values_list("starts_on", "ends_on")
    assert list(pauses) == [(date(2026, 10, 1), date(2026, 10, 10)), (date(2026, 10, 11), date(2026, 10, 20))]


# -- pausing and resuming never brings a deadline closer

plans = st.lists(
    st.tuples(st.booleans(), st.integers(0, 60), st.integers(14, 60)), min_size=0, max_size=3
)  # leave or by hand, first day, length
breaks = st.tuples(st.integers(0, 100), st.integers(1, 60))


@pytest.mark.promise("P19")
@settings(max_examples=number(15, 150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans, breaks)
def test_pausing_and_resuming_never_brings_a_deadline_closer(world, journey, planned, taken):
    """Whatever leave and pauses are there already, from before or for later: pause by hand and go on some days later."""
    with transaction.atomic():
        enrolment = put_on(world, journey, starts_on=START)
        for is_leave, begins, length in planned:
            first = START + timedelta(days=begins)
            last = first + timedelta(days=length - 1)
            clash = Leave.objects.filter(employment=enrolment.employment, starts_on__lte=last, ends_on__gte=first)
            if is_leave and not clash.exists():
                start_leave(employment=enrolment.employment, starts_on=first, ends_on=last, by=None)
            elif not is_leave:
                with suppress(Refused):
                    pause(enrolment=enrolment, starts_on=first, ends_on=last, by=None)
        before = {key: one["due"] for key, one in row(enrolment).stops.items()}
        kept = set(Pause.objects.filter(enrolment=enrolment).values_list("pk", flat=True))
        first = START + timedelta(days=taken[0])
        with suppress(Refused):  # in the way of another pause, or away on the day: nothing changes then
            own = pause(enrolment=enrolment, starts_on=first, by=None)
            assume(own.pk not in kept)  # the same first day changes that pause instead of making one
            resume(enrolment=enrolment, on=first + timedelta(days=taken[1]), by=None)
        after = {key: one["due"] for key, one in row(enrolment).stops.items()}
        assert all(after[key] >= due for key, due in before.items() if after[key])
        assert Pause.objects.open().filter(enrolment=enrolment).exists() or all(
            after[key] for key in before if before[key]
        )
        transaction.set_rollback(True)
