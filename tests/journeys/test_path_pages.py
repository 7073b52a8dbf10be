"""The pages of the path: who may open them, what they cost, and that page, export and Progress say the same."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from courses.booking import book_people, request_seat
from courses.models import CourseResult
from courses.results import finish_part, start_course
from journeys import jobs, teams
from journeys.enrolment import enrol
from journeys.models import DeadlineChange, Enrolment, Pause, Progress
from journeys.overviews import longest_overdue
from journeys.pauses import pause
from journeys.publishing import (
    add_stage,
    add_stop,
    adopt_journey,
    draft_journey,
    draft_next_version,
    publish_version,
)
from people.access import viewer_for
from people.models import Notice, Placement
from people.organisations import add_unit, join_collaboration
from tests.factories import build_course, build_organisation, build_person
from tests.kept import kept


@pytest.fixture
@kept
def journey(world):
    """The region's journey with three stations, run by Ale and Tjörn: two digital ones, due after 1 and 60 weeks, one without a date."""
    version = draft_journey(
        owner=world.region, code="BU", name="Barn och unga", collaboration=world.west, by=world.olle
    )
    stage = add_stage(version=version, name="Ny", min_years=0, by=world.olle)
    for code, weeks in (("A", 1), ("B", 60), ("C", None)):
        course = build_course(world, code, f"Kurs {code}", days=0 if weeks else 2)
        anchor = {"anchor": "journey", "offset": weeks, "unit": "weeks"} if weeks else {}
        add_stop(stage=stage, course=course, by=world.olle, **anchor)
    publish_version(version=version, valid_from=world.today, by=world.olle)
    for organisation in (world.ale, world.tjorn):
        adopt_journey(
            journey=version.journey, organisation=organisation, starts_on=world.today - timedelta(days=900), by=None
        )
    return version.journey


def put_on(world, journey, key, days=100):
    job = world.job(key)
    starts_on = world.today - timedelta(days=days)
    return enrol(person=job.person, employment=job, journey=journey, starts_on=starts_on, by=None)


def pass_first(world, journey, person, organisation):
    course = journey.versions.get().stops.order_by("order")[0].course
    result = start_course(person=person, organisation=organisation, course=course, source="digital", by=person)
    for part in result.course_version.parts.order_by("order"):
        finish_part(result=result, part=part, by=person)


def queries_of(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_my_journey_says_where_and_what_next(world, journey, sign_in):
    put_on(world, journey, "amira")
    page = sign_in(world.amira).get("/min-resa/").context
    assert [station.state for station in page["stations"]] == ["late", "open", "open"]
    assert [station.key for station in page["stations"] if station.is_next] == [Progress.objects.get().next_stop]
    assert len(page["drawings"][0][2]) == len(page["drawings"][1][2]) == 3


def test_my_journey_of_somebody_on_none_is_an_empty_state(world, sign_in):
    answer = sign_in(world.otto).get("/min-resa/")
    assert answer.status_code == 200
    assert "journey" not in answer.context


def test_my_journey_costs_at_most_eight_queries(world, journey, sign_in):
    put_on(world, journey, "amira")
    assert queries_of(sign_in(world.amira), "/min-resa/") <= 8


def test_journey_and_person_cost_the_same_for_three_stations_and_for_thirty(world, journey, sign_in):
    pages = {sign_in(world.amira): "/min-resa/", sign_in(world.johan, "manager"): f"/team/{world.amira.public_id}/"}
    put_on(world, journey, "amira")
    pass_first(world, journey, world.amira, world.ale)
    few = [queries_of(client, url) for client, url in pages.items()]
    version = draft_journey(owner=world.region, code="LONG", name="Lång", collaboration=world.west, by=world.olle)
    stage = add_stage(version=version, name="Ny", min_years=0, by=world.olle)
    for n in range(30):
        add_stop(stage=stage, course=build_course(world, f"L{n}", f"Lång {n}", days=0), by=world.olle)
    publish_version(version=version, valid_from=world.today, by=world.olle)
    adopt_journey(journey=version.journey, organisation=world.ale, starts_on=world.today, by=None)
    put_on(world, version.journey, "amira", days=0)
    assert [queries_of(client, url) for client, url in pages.items()] == few
    assert max(few) <= 8 + 1  # and, for who looks at somebody, the row of the look


def test_team_costs_the_same_for_two_and_for_thirty(world, journey, sign_in):
    put_on(world, journey, "amira")
    client = sign_in(world.johan, "manager")
    few = queries_of(client, "/team/")
    for n in range(30):
        build_person(world, f"p{n}", f"Person {n}", world.units["ale"])
        put_on(world, journey, f"p{n}")
    many = queries_of(client, "/team/")
    assert few == many <= 8


def test_team_says_how_many_requests_wait_for_an_answer(world, occasion, sign_in):
    client = sign_in(world.johan, "manager")
    assert client.get("/team/").context["to_approve"] == 0
    request_seat(occasion=occasion, person=world.amira, employment=world.job("amira"), by=world.amira)
    page = client.get("/team/")
    assert page.context["to_approve"] == 1
    assert "1 förfrågan väntar på ditt svar." in page.content.decode()


def test_a_booked_station_leads_to_its_preparation(world, course, occasion, sign_in):
    version = draft_journey(owner=world.region, code="SB", name="Samtal", collaboration=world.west, by=world.olle)
    stage = add_stage(version=version, name="Ny", min_years=0, by=world.olle)
    add_stop(stage=stage, course=build_course(world, "FIRST", "Först", days=0), by=world.olle)
    add_stop(stage=stage, course=course, by=world.olle)
    publish_version(version=version, valid_from=world.today, by=world.olle)
    adopt_journey(journey=version.journey, organisation=world.ale, starts_on=world.today, by=None)
    put_on(world, version.journey, "amira", days=0)
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    attempt = CourseResult.objects.get(person=world.amira, course=course)
    assert f'href="/mina-kurser/{attempt.public_id}/"' in sign_in(world.amira).get("/min-resa/").content.decode()


def test_page_export_and_progress_say_the_same(world, journey, sign_in):
    for key in ("amira", "jonas"):
        put_on(world, journey, key)
    pass_first(world, journey, world.amira, world.ale)
    client = sign_in(world.johan, "manager")
    page = client.get("/team/").context
    shown = {row.member.person.name: (row.done, row.total, [cell[1] for cell in row.cells]) for row in page["rows"]}
    sheet = load_workbook(BytesIO(client.get("/team/export.xlsx").content)).active
    lines = list(sheet.iter_rows(min_row=2, values_only=True))
    exported = {line[0]: (line[3], line[4], list(line[5:])) for line in lines if line[4] is not None}
    stored = {one.person.name: (one.stops_done, one.stops_total) for one in Progress.objects.all()}
    assert shown == exported
    assert {name: row[:2] for name, row in shown.items()} == stored
    assert stored == {"Amira Haddad": (1, 3), "Jonas Öhrn": (0, 3)}
    late = {one.person_id for one in Progress.objects.all() if one.next_due and one.next_due < world.today}
    assert {one.member.person.pk for one in page["needing"]} == late == {world.jonas.pk}


def test_filters_find_by_name_and_by_what_is_late(world, journey, sign_in):
    for key in ("amira", "jonas"):
        put_on(world, journey, key)
    pass_first(world, journey, world.amira, world.ale)
    client = sign_in(world.johan, "manager")

    def names(query):
        return [row.member.person.name for row in client.get(f"/team/?{query}").context["rows"]]

    assert names("q=ohrn") == ["Jonas Öhrn"]
    assert names("visa=late") == ["Jonas Öhrn"]
    assert names("q=nobody") == []
    assert names("visa=nonsense&etapp=nonsense%00") == []


def test_another_managers_person_is_not_there(world, journey, sign_in):
    enrolment = put_on(world, journey, "amira")
    person, public_id = world.amira.public_id, enrolment.public_id
    urls = [f"/team/{person}/", f"/team/resa/{public_id}/pausa/", f"/team/resa/{public_id}/etapp/"]
    urls += [f"/team/resa/{public_id}/sista-dag/{enrolment.version.stops.first().key}/", f"/team/{person}/boka/x/"]
    for who, role in ((world.torsten, "manager"), (world.hugo, "hr"), (world.otto, ""), (world.karin, "coordinator")):
        assert [sign_in(who, role).get(url).status_code for url in urls] == [404] * len(urls)
    assert sign_in(world.torsten, "manager").post("/team/paminn/", {"person": str(person)}).status_code == 404
    for url in ("/team/", "/team/export.xlsx", "/hr/", "/rapporter/", "/region/", "/team/skriv-in/"):
        assert sign_in(world.otto).get(url).status_code == 404


def test_reminding_twice_says_it_once_and_leave_is_left_alone(world, journey, sign_in):
    put_on(world, journey, "amira")
    client = sign_in(world.johan, "manager")
    for _time in range(2):
        assert client.post("/team/paminn/", {"person": str(world.amira.public_id)}).status_code == 302
    assert Notice.objects.filter(person=world.amira, kind="journeys.reminder").count() == 1
    assert client.post("/team/paminn/", {"person": "nonsense"}).status_code == 404


def test_a_deadline_changes_with_its_reason_and_keeps_what_was_typed(world, journey, sign_in):
    enrolment = put_on(world, journey, "amira")
    stop = enrolment.version.stops.order_by("order")[0]
    url = f"/team/resa/{enrolment.public_id}/sista-dag/{stop.key}/"
    client = sign_in(world.johan, "manager")
    refused = client.post(url, {"due_on": "2031-02-31", "reason": "Hon började senare"})
    assert refused.status_code == 422
    assert "Hon började senare" in refused.content.decode()
    due_on = world.today + timedelta(days=30)
    assert client.post(url, {"due_on": due_on.isoformat(), "reason": "Sent"}).status_code == 302
    assert [one.due_on for one in DeadlineChange.objects.all()] == [due_on]
    assert Progress.objects.get().stops[stop.key]["due"] == due_on.isoformat()


def test_pause_and_enrolment_answer_for_each_name(world, journey, sign_in):
    enrolment = put_on(world, journey, "amira")
    client = sign_in(world.johan, "manager")
    url = f"/team/resa/{enrolment.public_id}/pausa/"
    assert client.post(url, {"starts_on": world.today.isoformat(), "ends_on": ""}).status_code == 302
    assert [one.ends_on for one in Pause.objects.all()] == [None]
    people = [str(world.job(key).public_id) for key in ("amira", "jonas", "tilda")]
    form = {"journey": journey.slug, "starts_on": world.today.isoformat()}
    assert client.post("/team/skriv-in/", form).status_code == 422
    answer = client.post("/team/skriv-in/", {**form, "people": [*people, "nonsense"]})
    assert [one.person.name for one in answer.context["outcomes"]] == ["Amira Haddad", "Jonas Öhrn"]
    assert set(Enrolment.objects.values_list("person", flat=True)) == {world.amira.pk, world.jonas.pk}


def test_the_region_reads_counts_and_never_a_name(world, journey, sign_in):
    for key in ("amira", "jonas", "tilda"):
        put_on(world, journey, key)
    for n in range(9):
        build_person(world, f"p{n}", f"Person {n}", world.units["ale"])
        put_on(world, journey, f"p{n}")
    jobs.roll_up()
    client = sign_in(world.karin, "coordinator")
    answer = client.get("/region/")
    counts = {one.organisation.short_name: one.shown_people for one in answer.context["region"].members}
    assert counts["Ale"] == "11"
    assert counts["Tjörn"] not in {"1", "0"}
    assert answer.context["region"].people == 11
    assert queries_of(client, "/region/") <= 8
    text = answer.content.decode() + client.get("/rapporter/").content.decode()
    assert [name for name in ("Amira", "Jonas", "Tilda", "Person 1") if name in text] == []


def test_region_costs_the_same_for_two_members_and_for_thirty(world, journey, sign_in):
    put_on(world, journey, "amira")
    jobs.roll_up()
    client = sign_in(world.karin, "coordinator")
    few = queries_of(client, "/region/")
    for n in range(30):
        place = build_organisation(f"Kommun {n:02}", f"{2000 + n}")
        start = world.today - timedelta(days=900)
        join_collaboration(collaboration=world.west, organisation=place, starts_on=start, weight=1, by=None)
        adopt_journey(journey=journey, organisation=place, starts_on=start, by=None)
        build_person(
            world, f"m{n}", f"Medlem {n}", add_unit(organisation=place, name="Enhet", starts_on=start, by=None)
        )
        put_on(world, journey, f"m{n}")
    jobs.roll_up()
    assert len(client.get("/region/").context["region"].members) >= 30
    assert few == queries_of(client, "/region/") <= 8


def test_hr_counts_its_own_units_only(world, journey, sign_in):
    put_on(world, journey, "amira")
    put_on(world, journey, "tilda")
    units = {unit.name: unit.on_journey for unit in sign_in(world.helena, "hr").get("/hr/").context["units"]}
    assert units["Barn och familj"] == 1
    assert sum(units.values()) == 1


def test_a_unit_counts_as_late_who_should_have_been_done_before_today(world, journey, sign_in):
    put_on(world, journey, "amira")
    client, late = sign_in(world.helena, "hr"), []
    for days in (-1, 0):
        Progress.objects.update(next_due=world.today + timedelta(days=days))
        late.append(sum(unit.late for unit in client.get("/hr/").context["units"]))
    assert late == [1, 0]


def test_a_pause_is_said_in_the_readers_language(world, journey, sign_in):
    pause(enrolment=put_on(world, journey, "amira"), starts_on=world.today, by=None)
    assert sign_in(world.amira).get("/min-resa/").context["lead"] == "Pausad tills vidare. Dina sista dagar står still."


def test_stages_of_a_report_stand_in_the_order_of_the_journey(world, journey, sign_in):
    version = draft_next_version(journey=journey, by=None)
    stage = add_stage(version=version, name="Van", min_years=2, by=None)
    add_stop(stage=stage, course=build_course(world, "D", "Kurs D", days=0), by=None)
    publish_version(version=version, valid_from=world.today, by=None)
    for key, years in (("amira", 9), ("jonas", 0)):
        person = world.people[key]
        person.profession_started_on = world.today - timedelta(days=366 * years)
        person.save()
        put_on(world, journey, key)
    jobs.roll_up()
    [report] = sign_in(world.helena, "hr").get("/rapporter/").context["reports"]
    assert [row[0] for row in report.stage_rows] == ["Ny", "Van"]


@pytest.fixture
def large_line(monkeypatch):
    """Three people are too many for one matrix."""
    monkeypatch.setattr(teams, "LARGE", 2)


def test_a_large_line_is_shown_by_units_each_with_its_own_matrix(world, journey, sign_in, large_line):
    for key in ("amira", "jonas"):
        put_on(world, journey, key)
    client, unit = sign_in(world.johan), world.units["ale"].public_id
    page = client.get("/team/").content.decode()
    assert "Amira Haddad" in page  # a hundred days in, she should have done the first station
    assert f'href="/team/?enhet={unit}"' in page
    assert 'class="mx"' not in page
    matrix = client.get(f"/team/?enhet={unit}").content.decode()
    assert 'class="mx"' in matrix
    assert f'name="enhet" value="{unit}"' in matrix
    assert client.get(f"/team/export.xlsx?enhet={unit}").status_code == 200
    assert client.get("/team/export.xlsx")["Location"] == "/team/"


def test_a_unit_in_the_address_shows_no_more_than_the_line(world, journey, sign_in, large_line):
    put_on(world, journey, "tilda")
    page = sign_in(world.johan).get(f"/team/?enhet={world.units['tjorn'].public_id}")
    assert page.status_code == 200
    assert "Tilda" not in page.content.decode()
    assert sign_in(world.johan).get("/team/?enhet=nonsense").status_code == 200


def test_a_paused_journey_is_not_among_the_longest_overdue(world, journey, sign_in, large_line):
    enrolment = put_on(world, journey, "amira")
    viewer = viewer_for(world.johan, "manager")
    assert [one.person for one in longest_overdue(viewer)] == [world.amira]
    pause(enrolment=enrolment, starts_on=world.today, by=world.johan)
    assert longest_overdue(viewer) == []


def test_the_units_of_a_large_line_stand_on_pages_and_its_figures_count_them_all(
    world, journey, sign_in, large_line, monkeypatch
):
    below = add_unit(
        organisation=world.ale,
        name="Andra",
        parent=world.units["ale"],
        starts_on=world.today - timedelta(days=900),
        by=None,
    )
    for key in ("p1", "p2"):
        build_person(world, key, "Person", below)
    monkeypatch.setattr("journeys.views.team.UNITS_A_PAGE", 1)
    monkeypatch.setattr("journeys.views.hr.UNITS_A_PAGE", 1)
    for address, person, role in (("/team/", world.johan, "manager"), ("/hr/", world.helena, "hr")):
        pages = [sign_in(person, role).get(address, {"page": number}).context for number in (1, 2)]
        assert [len(page["units"]) for page in pages] == [1, 1], address
        assert pages[0]["units"][0].name != pages[1]["units"][0].name, address
        shown, whole = [page["units"][0].people for page in pages], {page["sums"]["people"] for page in pages}
        assert len(whole) == 1, address
        assert whole.pop() >= sum(shown), address


def test_nobody_to_lead_is_an_empty_team_and_no_line(world, sign_in):
    Placement.objects.filter(organisation=world.ale).delete()
    page = sign_in(world.johan, "manager").get("/team/")
    assert "Inga medarbetare i teamet" in page.content.decode()


def test_a_large_line_costs_the_same_for_few_and_for_thirty(world, journey, sign_in, large_line):
    put_on(world, journey, "amira")
    client = sign_in(world.johan)
    client.get("/team/")
    few = queries_of(client, "/team/")
    for number in range(28):
        build_person(world, f"p{number}", f"Person {number:02}", world.units["ale"])
        put_on(world, journey, f"p{number}")
    assert queries_of(client, "/team/") == few <= 8


def test_the_next_step_is_what_is_begun_and_has_parts_to_do(world, journey, sign_in):
    """A course under way goes before the next one while something in it is to be done by the person; else the next one comes."""
    put_on(world, journey, "amira")
    a, b = (journey.versions.get().stops.get(key=key).course for key in "ab")
    start_course(person=world.amira, organisation=world.ale, course=b, source="digital", by=world.amira)
    page = sign_in(world.amira).get("/min-resa/")
    assert [one.key for one in page.context["stations"] if one.is_next] == ["b"]
    assert page.context["lead"].startswith("Nästa steg är att fortsätta med Kurs B")
    b.versions.get().parts.filter(key="post").update(kind="meeting", confirmed_by="organiser")
    page = sign_in(world.amira).get("/min-resa/")  # a course with days has a preparation to do as well
    assert [one.key for one in page.context["stations"] if one.is_next] == ["b"]
    assert "Gör delarna" in page.content.decode()
    b.versions.get().parts.update(confirmed_by="organiser")
    page = sign_in(world.amira).get("/min-resa/")
    assert [one.key for one in page.context["stations"] if one.is_next] == ["a"]
    assert a.code == "A"
    text = page.content.decode()
    assert ("Gör delarna" in text, "Se vad som återstår" in text) == (False, True)


def test_who_was_just_enrolled_leaves_the_list(world, journey, sign_in):
    johan, data = sign_in(world.johan, "manager"), {"journey": journey.slug, "starts_on": world.today.isoformat()}
    page = johan.post("/team/skriv-in/", {**data, "people": str(world.job("amira").public_id)})
    assert [one.ok for one in page.context["outcomes"]] == [True]
    assert world.amira not in [job.person for job in page.context["people"]]


def test_the_region_counts_its_members_before_there_is_a_programme(world, sign_in):
    karin = sign_in(world.karin)
    assert "2 medlemmar" in karin.get("/region/").content.decode()
    draft_journey(owner=world.region, code="BU", name="Barn och unga", collaboration=world.west, by=world.olle)
    page = karin.get("/region/").content.decode()
    assert ("inte publicerat än" in page, "Se vilka som kör den" in page) == (True, False)


def test_a_region_with_few_people_is_told_so_and_not_zero(world, journey, sign_in):
    put_on(world, journey, "amira")
    jobs.roll_up()
    page = sign_in(world.karin).get("/region/")
    assert (page.context["people"], page.context["late"]) == ("för få för att visas", "för få för att visas")
