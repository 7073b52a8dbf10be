"""Enrolling, pausing, passing and stamping, built through the deeds that people use."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from courses.models import CourseResult
from courses.refusals import Refused
from journeys.enrolment import change_deadline, change_stage, enrol, enrol_people, pause, resume, withdraw
from journeys.jobs import follow_the_day, roll_up, stamp_missing
from journeys.models import Completion, Enrolment, Progress, Rollup
from journeys.notices import remind, reminder_obstacle
from journeys.progress import progress_values, standing_of
from people.employment import change_profession_start, end_employment, end_leave, hire, start_leave
from people.models import Event, Notice
from tests.factories import pass_course

START = date(2026, 9, 1)


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


def put_on(world, journey, name="amira", starts_on=START, **more) -> Enrolment:
    """Somebody who is new in the profession, enrolled on a day."""
    change_profession_start(person=world.people[name], started_on=START, by=None)
    world.people[name].refresh_from_db()
    return enrol(
        person=world.people[name],
        employment=world.job(name),
        journey=journey,
        starts_on=starts_on,
        by=world.johan,
        at=more.pop("at", noon(starts_on)),
        **more,
    )


def course(journey, key):
    return journey.versions.get(state="published").stops.get(key=key).course


def row(enrolment) -> Progress:
    return Progress.objects.get(enrolment=enrolment)


def test_enrol_chooses_the_stage_tells_the_person_and_writes_progress(world, journey):
    enrolment = put_on(world, journey)
    now = row(enrolment)
    assert (enrolment.stage.key, enrolment.state) == ("ny", "active")
    assert (now.stops_done, now.stops_total, now.next_stop) == (0, 3, "a")
    assert (now.next_due, now.stops["b"]["due"], now.stops["e"]["due"]) == (date(2026, 9, 15), "2026-12-01", "")
    assert [one.kind for one in Notice.objects.filter(person=world.amira)] == ["journeys.enrolled"]
    assert Event.objects.filter(verb="person_enrolled", person=world.amira).count() == 1


def test_enrol_twice_is_once(world, journey):
    first = put_on(world, journey)
    assert put_on(world, journey) == first
    assert (Enrolment.objects.count(), Notice.objects.filter(kind="journeys.enrolled").count()) == (1, 1)


def test_enrol_refuses_an_organisation_that_does_not_run_the_journey(world, journey):
    with pytest.raises(Refused, match="Tjörn"):
        put_on(world, journey, "tilda")
    assert Enrolment.objects.count() == 0


def test_enrol_people_answers_each_name(world, journey):
    put_on(world, journey, "jonas")
    names = ["amira", "jonas", "tilda"]
    answers = enrol_people(
        employments=[world.job(name) for name in names], journey=journey, starts_on=START, by=world.johan
    )
    assert [(one.person.name, one.ok, one.enrolment is not None) for one in answers] == [
        ("Amira Haddad", True, True),
        ("Jonas Öhrn", True, True),
        ("Tilda Ångström", False, False),
    ]
    assert all(one.person.name in one.sentence for one in answers)


@pytest.mark.promise("P19")
def test_row_rule_and_counts_say_the_same_after_every_step(world, journey):
    """Differential: the stored row, the rule asked anew, the roll-up, and stamps counted from the results themselves."""
    enrolment = put_on(world, journey)
    other = put_on(world, journey, "jonas")
    for step, key in enumerate(["c", "a", "b"], 1):
        pass_course(world, "amira", course(journey, key), noon(START + timedelta(days=step)))
        for one, done in ((enrolment, step), (other, 0)):
            one.refresh_from_db()
            stored, rule = row(one), standing_of(one)
            assert (stored.stops_done, stored.stops_total) == (rule.done, rule.total) == (done, 3)
            assert sum(1 for stop in stored.stops.values() if stop["done"]) == done
            wanted = progress_values(one, rule, timezone.localdate())
            assert {name: getattr(stored, name) for name in wanted} == wanted
        roll_up(noon(START + timedelta(days=step)))
        whole = Rollup.objects.get(organisation=world.ale, stage=None)
        assert (whole.people, sum(stop["done"] for stop in whole.stops.values())) == (2, step)
    assert enrolment.state == "completed"
    call_command("rebuild_progress", verbosity=0)


@pytest.mark.promise("P19")
def test_results_at_another_employer_count_nothing_here(world, journey):
    enrolment = put_on(world, journey)
    elsewhere = hire(
        organisation=world.tjorn, name="Amira Haddad", unit=world.units["tjorn"], starts_on=START,
        person=world.amira, by=None,
    )  # fmt: skip
    from courses.results import finish_part, start_course  # the factory passes at the first employer only

    result = start_course(person=world.amira, organisation=elsewhere.organisation, course=course(journey, "a"), by=None)
    finish_part(result=result, part=result.course_version.parts.get(), by=world.amira)
    assert CourseResult.objects.passed().count() == 1
    stamp_missing()
    Progress.objects.filter(enrolment=enrolment).delete()
    stamp_missing()
    assert row(enrolment).stops_done == 0


def test_stages_and_journey_are_stamped_once(world, journey):
    enrolment = put_on(world, journey)
    for day, key in enumerate(["a", "b", "c", "d"], 1):
        pass_course(world, "amira", course(journey, key), noon(START + timedelta(days=day)))
    stamp_missing()
    stamps = Completion.objects.filter(enrolment=enrolment).order_by("pk")
    assert [(one.stage.key if one.stage else "", one.completed_on) for one in stamps] == [
        ("ny", date(2026, 9, 3)),
        ("van", date(2026, 9, 4)),
        ("", date(2026, 9, 4)),
    ]
    assert list(stamps[1].facts["stops"]) == ["c"]


def test_leave_of_fourteen_days_pauses_and_a_shorter_one_does_not(world, journey):
    enrolment = put_on(world, journey)
    job = world.job("amira")
    short = start_leave(
        employment=job, starts_on=START + timedelta(days=1), ends_on=START + timedelta(days=13), by=None
    )
    assert (short.ends_on - short.starts_on).days == 12
    assert enrolment.pauses.count() == 0
    leave = start_leave(employment=job, starts_on=date(2026, 10, 1), by=None, at=noon(date(2026, 10, 2)))
    enrolment.refresh_from_db()
    assert (enrolment.state, row(enrolment).stops["b"]["due"]) == ("paused", "")
    end_leave(leave=leave, ends_on=date(2026, 10, 31), by=None, at=noon(date(2026, 11, 2)))
    enrolment.refresh_from_db()
    assert (enrolment.state, row(enrolment).stops["b"]["due"]) == ("active", "2027-01-04")  # 31 days later


def test_leave_that_was_there_before_pauses_a_new_enrolment(world, journey):
    start_leave(employment=world.job("amira"), starts_on=START, ends_on=date(2026, 9, 30), by=None)
    enrolment = put_on(world, journey)
    assert (enrolment.state, row(enrolment).paused_until) == ("paused", date(2026, 9, 30))
    follow_the_day(noon(date(2026, 10, 1)))
    enrolment.refresh_from_db()
    assert enrolment.state == "active"


def test_pause_and_resume_by_hand(world, journey):
    enrolment = put_on(world, journey)
    pause(enrolment=enrolment, starts_on=date(2026, 9, 2), by=world.johan, at=noon(date(2026, 9, 2)))
    pause(enrolment=enrolment, starts_on=date(2026, 9, 2), by=world.johan, at=noon(date(2026, 9, 2)))
    assert (enrolment.pauses.count(), row(enrolment).next_due) == (1, None)
    with pytest.raises(Refused):
        pause(enrolment=enrolment, starts_on=date(2026, 9, 5), by=world.johan, at=noon(date(2026, 9, 5)))
    resume(enrolment=enrolment, on=date(2026, 9, 12), by=world.johan, at=noon(date(2026, 9, 12)))
    assert row(enrolment).next_due == date(2026, 9, 25)
    assert row(enrolment).stops["a"]["why"] == "journey:2:weeks:2026-09-01|pause:10"


def test_stage_follows_the_start_in_the_profession_until_somebody_chooses(world, journey):
    enrolment = put_on(world, journey)
    change_profession_start(person=world.amira, started_on=date(2020, 1, 1), by=None)
    enrolment.refresh_from_db()
    assert (enrolment.stage.key, row(enrolment).stops_total) == ("van", 1)
    ny = enrolment.version.stages.get(key="ny")
    change_stage(enrolment=enrolment, stage=ny, reason="Ny i området", by=world.johan)
    change_profession_start(person=world.amira, started_on=date(2019, 1, 1), by=None)
    enrolment.refresh_from_db()
    assert (enrolment.stage.key, row(enrolment).stops_total) == ("ny", 3)


def test_deadline_changed_by_hand_needs_a_reason_and_stands(world, journey):
    enrolment = put_on(world, journey)
    with pytest.raises(Refused):
        change_deadline(enrolment=enrolment, stop_key="a", due_on=START, reason=" ", by=world.johan)
    day = date(2026, 12, 24)
    change_deadline(enrolment=enrolment, stop_key="a", due_on=day, reason="Inställt tillfälle", by=world.johan)
    change_deadline(enrolment=enrolment, stop_key="a", due_on=day, reason="Inställt tillfälle", by=world.johan)
    assert (row(enrolment).stops["a"]["due"], enrolment.deadline_changes.count()) == ("2026-12-24", 1)


def test_end_of_employment_ends_the_journey_on_its_day(world, journey):
    enrolment = put_on(world, journey)
    end_employment(employment=world.job("amira"), ends_on=date(2026, 10, 31), by=None, at=noon(date(2026, 10, 1)))
    enrolment.refresh_from_db()
    assert enrolment.state == "active"
    follow_the_day(noon(date(2026, 11, 1)))
    follow_the_day(noon(date(2026, 11, 2)))
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.end_kind, row(enrolment).state) == ("ended", "left", "ended")


def test_planned_journey_begins_on_its_day(world, journey):
    enrolment = put_on(world, journey, at=noon(date(2026, 8, 20)))
    assert enrolment.state == "planned"
    follow_the_day(noon(START))
    enrolment.refresh_from_db()
    assert (enrolment.state, row(enrolment).state) == ("active", "active")


def test_reminder_is_said_once_a_day_and_never_on_leave(world, journey):
    enrolment = put_on(world, journey)
    first = remind(enrolment=enrolment, by=world.johan)
    assert remind(enrolment=enrolment, by=world.johan) == first
    assert first.payload["stop"] == "a"
    start_leave(employment=world.job("amira"), starts_on=world.today, ends_on=world.today, by=None)
    assert reminder_obstacle(enrolment) != ""
    with pytest.raises(Refused):
        remind(enrolment=enrolment, by=world.johan)


def test_withdrawn_enrolment_keeps_the_record_and_opens_for_a_new_one(world, journey):
    enrolment = put_on(world, journey)
    pass_course(world, "amira", course(journey, "a"))
    withdraw(enrolment=enrolment, end_kind="mistake", by=world.johan)
    withdraw(enrolment=enrolment, end_kind="left", by=world.johan)
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.end_kind) == ("ended", "mistake")
    again = put_on(world, journey)
    assert again != enrolment
    assert row(again).stops_done == 1


def test_rebuild_finds_and_repairs_a_wrong_row(world, journey):
    enrolment = put_on(world, journey)
    Progress.objects.filter(enrolment=enrolment).update(stops_done=2)
    with pytest.raises(CommandError, match="1 differ"):
        call_command("rebuild_progress")
    call_command("rebuild_progress", "--write")
    assert row(enrolment).stops_done == 0


def test_behind_the_deadline_goes_first_in_the_queue(world, journey):
    from courses.signals import priority_asked  # asked as booking asks it

    put_on(world, journey)

    def asked(key: str, day: date) -> list:
        answers = priority_asked.send(
            sender=None, person=world.amira, course=course(journey, key), organisation=world.ale, at=noon(day)
        )
        return [answer for _receiver, answer in answers]

    assert asked("a", date(2026, 9, 15)) == [None]
    assert asked("a", date(2026, 9, 16)) == [1]
    assert asked("b", date(2026, 9, 16)) == [None]
