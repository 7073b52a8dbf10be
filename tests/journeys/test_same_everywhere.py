"""Progress is one number: the rule, the read model, the own page, the team's page and its file say the same (P19)."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from journeys.completion import stamp
from journeys.enrolment import enrol
from journeys.models import Completion, Enrolment, Progress
from journeys.pauses import pause
from journeys.progress import progress_values, recompute, standing_of
from people.employment import change_profession_start
from tests.factories import pass_course
from tests.numbers import number
from tests.walking import undone

NAMES = {"amira": "Amira Haddad", "jonas": "Jonas Öhrn"}
histories = st.fixed_dictionaries(
    {
        "years": st.integers(0, 4),
        "passed": st.lists(st.tuples(st.sampled_from(sorted(NAMES)), st.sampled_from("abcde")), max_size=8),
        "pauses": st.booleans(),
    }
)
few = settings(
    max_examples=number(3, 40),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def live(world, journey, history) -> dict[str, Enrolment]:
    """Two people live a history: years in the profession, courses in some order, some of them twice, perhaps a pause."""
    begun = world.today - timedelta(days=365 * history["years"] + 10)
    enrolments = {}
    for name in NAMES:
        change_profession_start(person=world.people[name], started_on=begun, by=None)
        world.people[name].refresh_from_db()
        enrolments[name] = enrol(
            person=world.people[name],
            employment=world.job(name),
            journey=journey,
            starts_on=world.today,
            by=world.johan,
        )
    if history["pauses"]:
        pause(enrolment=enrolments["amira"], starts_on=world.today, by=world.johan)
    courses = {stop.key: stop.course for stop in journey.versions.get(state="published").stops.select_related("course")}
    for name, key in history["passed"]:
        pass_course(world, name, courses[key])
    return enrolments


def on_own_page(client: Client) -> tuple[int, int]:
    """(done, total) as the bar of the own page draws them."""
    text = client.get("/min-resa/").content.decode()
    drawn = re.search(r'<progress id="journey-progress" max="(\d+)" value="(\d+)">', text)
    assert drawn
    return int(drawn[2]), int(drawn[1])


def in_the_file(client: Client) -> dict[str, tuple[int, int]]:
    """Name -> (done, total) as the team's file says them."""
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/team/export.xlsx").content)).active
    _head, *rows = sheet.iter_rows(values_only=True)
    return {row[0]: (row[3], row[4]) for row in rows if row[0] in NAMES.values()}


@pytest.mark.promise("P19")
@pytest.mark.django_db
def test_page_team_file_and_read_model_say_what_the_rule_says(world, journey, sign_in):
    clients = {name: sign_in(world.people[name]) for name in NAMES}
    boss = sign_in(world.johan, minutes_ago=-600)  # hundreds of histories outlast what is fresh

    @few
    @given(histories)
    def holds(history) -> None:
        with undone():
            enrolments = live(world, journey, history)
            rule = {name: standing_of(Enrolment.objects.get(pk=one.pk)) for name, one in enrolments.items()}
            wanted = {name: (now.done, now.total) for name, now in rule.items()}
            rows = {one.person_id: one for one in Progress.objects.all()}
            stored = {name: rows[world.people[name].pk] for name in NAMES}
            assert {name: (row.stops_done, row.stops_total) for name, row in stored.items()} == wanted
            assert {name: on_own_page(client) for name, client in clients.items()} == wanted
            shown = boss.get("/team/").context["rows"]
            by_name = {NAMES[name]: counts for name, counts in wanted.items()}
            assert {row.member.person.name: (row.done, row.total) for row in shown} == by_name
            assert in_the_file(boss) == by_name

    holds()


@pytest.mark.promise("P19")
@pytest.mark.django_db
def test_counting_again_changes_nothing(world, journey):
    @few
    @given(histories)
    def holds(history) -> None:
        with undone():
            for one in live(world, journey, history).values():
                enrolment = Enrolment.objects.select_related("version", "stage").get(pk=one.pk)
                before = Progress.objects.get(enrolment=enrolment)
                stamps = Completion.objects.count()
                assert stamp(enrolment) == []
                recompute(enrolment)
                after = Progress.objects.get(enrolment=enrolment)
                fields = progress_values(enrolment, standing_of(enrolment), world.today)
                assert {name: getattr(after, name) for name in fields} == {
                    name: getattr(before, name) for name in fields
                }
                assert Completion.objects.count() == stamps

    holds()
