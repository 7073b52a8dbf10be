"""Prior learning: evidence in, a decision with its reason out, remembered and never made by itself (R33, R36, R37)."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from courses.authoring import add_subject
from courses.equivalences import add_equivalence, end_equivalence
from courses.evidence import MOST_BYTES, read_uploads, throw_away_old
from courses.models import Course, CourseResult, Evidence, Recognition
from courses.recognition import apply_for_recognition, decide, precedent_of, supplement
from courses.refusals import Refused
from courses.validity import add_months
from journeys.deadlines import Clock
from journeys.enrolment import enrol
from journeys.jobs import stamp_missing
from journeys.models import Progress
from journeys.path import Path, StageOnPath, StopOnPath
from journeys.progress import Passed, standing
from people.employment import change_profession_start
from people.models import Notice, Reading
from people.notices import words_of
from tests.factories import pass_course
from tests.places import file_path

PDF = b"%PDF-1.7 a diploma"
PNG = b"\x89PNG\r\n\x1a\n and so on"


@pytest.fixture(autouse=True)
def files_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def upload(content=PDF, name="Diplom.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def read(*contents):
    return read_uploads([upload(content) for content in contents or (PDF,)])


def apply(world, course, key="amira", *contents, **more) -> Recognition:
    person = world.people[key]
    given = {"achieved_on": world.today - timedelta(days=100), "text": "Kurs på högskolan", "by": person} | more
    return apply_for_recognition(
        person=person, organisation=world.job(key).organisation, course=course, files=read(*contents), **given
    )


def on_journey(world, journey, key="amira"):
    """New in the profession, so that the first stage counts."""
    change_profession_start(person=world.people[key], started_on=world.today, by=None)
    world.people[key].refresh_from_db()
    job = world.job(key)
    return enrol(person=job.person, employment=job, journey=journey, starts_on=world.today, by=None)


def stop_course(journey, key) -> Course:
    return journey.versions.get(state="published").stops.get(key=key).course


# -- the reader of uploads


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"<svg onload=alert(1)>", "bild.png", "bild.png är inte en PDF, JPEG eller PNG."),
        (b"<html>%PDF-", "a.pdf", "a.pdf är inte en PDF, JPEG eller PNG."),
        (b"PK\x03\x04", "a.docx", "a.docx är inte en PDF, JPEG eller PNG."),
        (b"", "tom.pdf", "tom.pdf är inte en PDF, JPEG eller PNG."),
        (PDF + b"x" * MOST_BYTES, "stor.pdf", "stor.pdf är större än 5 MB."),
    ],
)
def test_file_of_another_kind_or_too_large_is_refused_by_its_content(content, name, sentence):
    with pytest.raises(Refused) as refusal:
        read_uploads([upload(content, name)])
    assert refusal.value.sentences == [sentence]


def test_kind_comes_from_the_bytes_and_the_name_keeps_nothing_dangerous():
    [kept] = read_uploads([upload(PNG, "../..\\<b>x</b>.exe")])
    assert (kept.kind, kept.name) == ("png", "b.png")
    with pytest.raises(Refused):
        read_uploads([upload() for _ in range(6)])


@given(st.text(max_size=200), st.sampled_from([PDF, PNG, b"\xff\xd8\xff\xe0"]))
def test_no_name_of_a_file_leaves_its_folder_or_breaks_a_header(name, content):
    file = upload(content)
    file._name = name
    [kept] = read_uploads([file])
    assert not set(kept.name) & set('/\\"\r\n<>;:')
    assert kept.name.count(".") == 1


# -- applying


def test_application_goes_to_the_owner_of_the_journey_and_is_told_without_a_name(world, journey):
    on_journey(world, journey)
    row = apply(world, stop_course(journey, "a"))
    assert (row.state, row.decided_for, row.organisation) == ("submitted", world.region, world.ale)
    [told] = Notice.objects.filter(kind="courses.recognition_waits")
    assert told.person == world.karin
    words = words_of(told)
    assert "Kurs A" in words
    assert "Amira" not in words


def test_application_sent_twice_is_one_with_each_file_once(world, journey):
    course = stop_course(journey, "a")
    first = apply(world, course)
    second = apply(world, course)
    third = apply(world, course, "amira", PNG)
    assert first == second == third
    assert [one.kind for one in first.evidence.all()] == ["pdf", "png"]


def test_evidence_too_old_for_the_subject_a_day_ahead_and_no_file_are_refused(world, journey):
    course = stop_course(journey, "a")
    subject = add_subject(owner=world.region, code="S", name="Ämne", by=None)
    subject.evidence_max_months = 24
    subject.save()
    Course.objects.filter(pk=course.pk).update(subject=subject)
    course.refresh_from_db()
    oldest = add_months(world.today, -24)
    for more in ({"achieved_on": oldest - timedelta(days=3)}, {"achieved_on": world.today + timedelta(days=1)}):
        with pytest.raises(Refused):
            apply(world, course, "amira", PDF, **more)
    with pytest.raises(Refused):
        apply_for_recognition(
            person=world.amira, organisation=world.ale, course=course, achieved_on=world.today, text="x", by=None
        )
    assert apply(world, course, "amira", PDF, achieved_on=oldest).state == "submitted"


def test_passed_and_valid_course_is_not_recognised_again(world, journey):
    course = stop_course(journey, "a")
    pass_course(world, "amira", course)
    with pytest.raises(Refused):
        apply(world, course)


# -- deciding


def test_granted_counts_as_recognised_from_the_day_it_was_done_and_never_twice(world, journey):
    enrolment = on_journey(world, journey)
    row = apply(world, stop_course(journey, "a"))
    for _ in range(2):
        decide(recognition=row, state="granted", reason="Samma innehåll", by=world.karin)
    result = CourseResult.objects.get(person=world.amira)
    assert (result.state, result.source, result.passed_on) == ("passed", "recognised", row.achieved_on)
    now = Progress.objects.get(enrolment=enrolment)
    assert (now.stops["a"]["via"], now.stops["a"]["done"], now.stops_done) == (
        "recognised",
        row.achieved_on.isoformat(),
        1,
    )
    told = Notice.objects.get(kind="courses.recognition_decided")
    assert (told.person, "Samma innehåll" in words_of(told)) == (world.amira, True)
    with pytest.raises(Refused):
        decide(recognition=row, state="refused", reason="Ångrat", by=world.karin)


def test_partly_granted_leaves_the_other_parts_to_do(world, course):
    row = apply(world, course)
    parts = course.versions.published().get().parts
    with pytest.raises(Refused):
        decide(recognition=row, state="partly", reason="En dag", by=world.karin)
    decide(recognition=row, state="partly", reason="En dag", parts=parts.filter(key="dag-1"), by=world.karin)
    result = CourseResult.objects.get(person=world.amira)
    assert (result.state, result.source) == ("running", "recognised")
    assert [(one.part.key, one.state, one.source) for one in result.part_results.all()] == [
        ("dag-1", "done", "recognised")
    ]


def test_more_evidence_is_asked_for_and_comes(world, journey):
    row = apply(world, stop_course(journey, "a"))
    decide(recognition=row, state="supplement", reason="Betyget saknas", by=world.karin)
    with pytest.raises(Refused):
        decide(recognition=row, state="granted", reason="x", by=world.helena)
    again = supplement(recognition=row, files=read(PNG), by=world.amira)
    assert (again.state, again.evidence.count(), again.reason) == ("submitted", 2, "")
    decide(recognition=row, state="refused", reason="Annat ämne", by=world.karin)
    assert not CourseResult.objects.exists()
    with pytest.raises(Refused):
        supplement(recognition=row, files=read(b"%PDF-2"), by=world.amira)


def test_nobody_decides_what_is_their_own_or_what_they_asked_for_and_a_reason_is_needed(world, journey):
    course = stop_course(journey, "a")
    own = apply(world, course, "karin")
    asked = apply(world, course, by=world.karin)
    for row, reason in ((own, "Ja"), (asked, "Ja"), (apply(world, course, "jonas"), " ")):
        with pytest.raises(Refused):
            decide(recognition=row, state="granted", reason=reason, by=world.karin)
    assert not CourseResult.objects.exists()


def test_decision_is_remembered_for_the_same_evidence_and_course_and_only_suggested(world, journey, sign_in):
    course = stop_course(journey, "a")
    decide(recognition=apply(world, course), state="granted", reason="Högskolans kurs räcker", by=world.karin)
    row = apply(world, course, "jonas")
    assert (row.state, CourseResult.objects.filter(person=world.jonas).exists()) == ("submitted", False)
    assert precedent_of(apply(world, stop_course(journey, "b"), "jonas")) is None
    assert precedent_of(apply(world, course, "tilda", PNG)) is None
    page = sign_in(world.karin, "coordinator").get(reverse("recognition_detail", args=[row.public_id])).content.decode()
    assert "Samma underlag för den här kursen beslutades" in page
    assert "Högskolans kurs räcker" in page
    assert "Amira" not in page
    decide(recognition=row, state="granted", reason="Som förut", by=world.karin)
    row.refresh_from_db()
    assert row.precedent.person == world.amira


# -- pages


def test_employee_applies_and_the_delegate_decides_on_the_pages(world, journey, sign_in):
    course = stop_course(journey, "a")
    client, url = sign_in(world.amira), reverse("recognition_create", args=[course.slug])
    assert url in client.get(reverse("course_detail", args=[course.slug])).content.decode()
    typed = {"achieved_on": "2025-05-05", "text": "Högskolan i Borås"}
    bad = client.post(url, {**typed, "evidence": upload(b"<html>", "x.pdf")})
    assert bad.status_code == 422
    assert "x.pdf är inte en PDF, JPEG eller PNG." in bad.content.decode()
    assert "Högskolan i Borås" in bad.content.decode()
    assert client.post(url, typed).status_code == 422
    assert client.post(url, {**typed, "evidence": [upload(), upload(PNG, "b.png")]}).status_code == 302
    row = Recognition.objects.get()
    detail = reverse("recognition_detail", args=[row.public_id])
    karin = sign_in(world.karin, "coordinator")
    page = karin.get(detail).content.decode()
    assert ("Diplom.pdf" in page, "Amira" in page, "Besluta" in page) == (True, False, True)
    assert "Amira" not in karin.get(reverse("recognition_list")).content.decode()
    assert karin.post(detail, {"state": "granted", "reason": ""}).status_code == 422
    assert karin.post(detail, {"state": "granted", "reason": "Räcker"}).status_code == 302
    assert "Räcker" in client.get(detail).content.decode()
    assert client.post(detail, {"state": "refused", "reason": "x"}).status_code == 404


def test_evidence_is_an_attachment_for_those_who_may_and_the_delegate_is_noted(world, journey, sign_in):
    row = apply(world, stop_course(journey, "a"))
    url = reverse("evidence_download", args=[row.public_id, row.evidence.get().pk])
    for who, role, status in (
        ("amira", "", 200), ("johan", "", 200), ("karin", "coordinator", 200), ("torsten", "", 404), ("otto", "", 404),
        ("petra", "", 404), ("olle", "", 404), ("hugo", "", 404),
    ):  # fmt: skip
        answer = sign_in(world.people[who], role).get(url)
        assert (who, answer.status_code) == (who, status)
        if status == 200:
            assert b"".join(answer.streaming_content) == PDF
            assert answer["Content-Disposition"].startswith("attachment")
            assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    assert [one.person_ids for one in Reading.objects.filter(viewer=world.karin)] == [[world.amira.pk]]


def test_withheld_person_applies_like_everybody_else(world, journey, sign_in):
    row = apply(world, stop_course(journey, "a"), "skye")
    karin, helena = sign_in(world.karin, "coordinator"), sign_in(world.helena)
    detail = reverse("recognition_detail", args=[row.public_id])
    assert "Skye" not in karin.get(detail).content.decode()
    assert (karin.get(detail).status_code, helena.get(detail).status_code) == (200, 404)


def test_evidence_goes_two_years_after_the_decision_and_the_memory_stays(world, journey):
    course = stop_course(journey, "a")
    row = apply(world, course)
    now = timezone.now()
    decide(recognition=row, state="granted", reason="Räcker", by=world.karin, at=now)
    place = file_path(row.evidence.get().stored_as)
    assert (throw_away_old(now + timedelta(days=729)), place.is_file()) == (0, True)
    assert (throw_away_old(now + timedelta(days=731)), place.is_file()) == (1, False)
    assert throw_away_old(now + timedelta(days=732)) == 0
    assert Evidence.objects.get().stored_as == ""
    assert precedent_of(apply(world, course, "jonas")) == row


def test_list_of_applications_asks_the_same_number_of_queries_at_one_and_thirty(world, journey, sign_in):
    course = stop_course(journey, "a")
    apply(world, course)
    client, costs = sign_in(world.karin, "coordinator"), []
    for keys in (("jonas", "tilda", "dina", "ove"), ()):
        client.get(reverse("recognition_list"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("recognition_list"))
        costs.append(len(captured))
        for key in keys:
            apply(world, course, key)
    assert costs[0] == costs[1] <= 8


# -- equivalence


def test_course_that_counts_as_another_does_its_station_without_a_result(world, journey):
    enrolment = on_journey(world, journey)
    other = stop_course(journey, "e")
    pass_course(world, "amira", other)
    assert Progress.objects.get(enrolment=enrolment).stops["a"]["done"] == ""
    row = add_equivalence(owner=world.region, course=other, counts_as=stop_course(journey, "a"), by=world.olle)
    assert add_equivalence(owner=world.region, course=other, counts_as=stop_course(journey, "a"), by=world.olle) == row
    stamp_missing()
    now = Progress.objects.get(enrolment=enrolment)
    assert (now.stops["a"]["done"], now.stops["a"]["via"], now.stops_done) == (world.today.isoformat(), "recognised", 1)
    assert CourseResult.objects.count() == 1
    end_equivalence(equivalence=row, by=world.olle)
    stamp_missing()
    assert Progress.objects.get(enrolment=enrolment).stops["a"]["done"] == world.today.isoformat()


def test_course_passed_later_counts_at_once_where_it_counts_as_another(world, journey):
    enrolment = on_journey(world, journey)
    add_equivalence(owner=world.region, course=stop_course(journey, "e"), counts_as=stop_course(journey, "a"), by=None)
    pass_course(world, "amira", stop_course(journey, "e"))
    assert Progress.objects.get(enrolment=enrolment).stops["a"]["done"] == world.today.isoformat()


def test_equivalence_is_one_way_from_a_version_and_of_an_owner_concerned(world, journey):
    enrolment = on_journey(world, journey)
    a, e = stop_course(journey, "a"), stop_course(journey, "e")
    add_equivalence(owner=world.region, course=a, counts_as=e, by=None)
    add_equivalence(owner=world.region, course=e, counts_as=a, min_version=2, by=None)
    add_equivalence(owner=world.boras, course=e, counts_as=a, by=None)
    pass_course(world, "amira", e)
    stamp_missing()
    assert Progress.objects.get(enrolment=enrolment).stops["a"]["done"] == ""


def test_ended_equivalence_keeps_what_was_passed_while_it_held(world):
    stop = StopOnPath("k", 1, equals=((2, 1, world.today),))
    path = Path((StageOnPath("ny", stops=(stop,)),))
    clock = Clock(journey=world.today)
    assert standing(path, "ny", [Passed(2, world.today)], clock).done == 1
    assert standing(path, "ny", [Passed(2, world.today + timedelta(days=1))], clock).done == 0


def test_owner_decides_on_the_page_what_counts_as_what(world, journey, sign_in):
    client, url = sign_in(world.olle), reverse("equivalence_list")
    a, e = stop_course(journey, "a"), stop_course(journey, "e")
    assert client.post(url, {"course": e.slug, "counts_as": e.slug, "min_version": 1}).status_code == 422
    assert client.post(url, {"course": e.slug, "counts_as": a.slug, "min_version": 1}).status_code == 302
    page = client.get(url).content.decode()
    assert "Kurs E räknas som Kurs A" in page
    row = a.covered_by.get()
    assert sign_in(world.amira).get(url).status_code == 404
    assert client.post(reverse("equivalence_end", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.ends_on == world.today
