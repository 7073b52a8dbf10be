"""Earlier completions from a file: every line is looked at first, then all or nothing, and undone whole."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from courses.authoring import add_part, add_subject, draft_course, publish_course
from courses.importing.rows import day_of, guessed, lines_of
from courses.importing.uploads import apply_upload, forget_uploads, map_upload, plan_of, read_upload, undo_upload
from courses.models import CourseResult, Upload
from courses.refusals import Refused
from courses.results import start_course
from journeys.enrolment import enrol
from journeys.jobs import stamp_missing
from journeys.models import Progress
from people.consequences import Outdated
from people.models import Employment
from tests.kept import kept

HEAD = "Anställningsnummer;Kurs;Datum"


@pytest.fixture
@kept
def staff(world, course):
    """Everybody of the cast has the own name as employee number and an address at work."""
    for name in world.people:
        Employment.objects.filter(pk=world.job(name).pk).update(number=name, email=f"{name}@ale.example")
    return world


def read(world, *lines: str, head: str = HEAD) -> Upload:
    data = "\n".join([head, *lines]).encode()
    return read_upload(organisation=world.ale, file_name="gamla.csv", data=data, by=world.helena)


def faults(world, see, *lines: str, head: str = HEAD) -> list[str]:
    return [line.fault for line in lines_of(see(world.helena, "hr"), read(world, *lines, head=head))]


def write(world, see, upload: Upload, **more) -> Upload:
    return apply_upload(upload=upload, viewer=see(world.helena, "hr"), by=world.helena, **more)


def results() -> set[tuple]:
    rows = CourseResult.objects.filter(source="imported", state="passed")
    return set(rows.values_list("person__name", "course__code", "passed_on"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-01", date(2024, 3, 1)),
        ("20240301", date(2024, 3, 1)),
        ("45352", date(2024, 3, 1)),
        ("45352.75", date(2024, 3, 1)),
        ("1.3.2024", date(2024, 3, 1)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("igår", None),
        ("", None),
    ],
)
def test_days_are_understood_as_people_write_them(text, day):
    assert day_of(text) == day


def test_columns_are_guessed_by_their_headings():
    assert guessed(["Namn", "E-post", "Kurskod", "Godkänd", "Datum"]) == {"email": 1, "course": 2, "passed_on": 3}


def test_what_the_preview_says_is_what_is_written(staff, see):
    upload = read(staff, "amira;BARN;2020-03-01", "jonas;barnsamtal;2021-04-02")
    assert results() == set()
    plan = plan_of(upload, lines_of(see(staff.helena, "hr"), upload))
    assert [effect.sentence for effect in plan.effects] == [
        "Rad 2: Barnsamtal, 1 mars 2020",
        "Rad 3: Barnsamtal, 2 april 2021",
    ]
    write(staff, see, upload, seen=plan.seen)
    assert results() == {("Amira Haddad", "BARN", date(2020, 3, 1)), ("Jonas Öhrn", "BARN", date(2021, 4, 2))}
    assert set(CourseResult.objects.values_list("import_ref", flat=True)) == {str(upload.public_id)}
    upload.refresh_from_db()
    assert (upload.rows, upload.made, upload.state) == ([], 2, "applied")


def test_every_fault_has_its_line_and_one_fault_stops_all(staff, see):
    upload = read(
        staff, "amira;BARN;2020-03-01", "nobody;BARN;2020-03-01", "jonas;FINNS EJ;2020-03-01", ";BARN;igår",
        "jonas;BARN;2999-01-01", "amira;BARN;2020-03-01", "jonas;BARN;1900-01-01",
    )  # fmt: skip
    found = {line.number: line.fault for line in lines_of(see(staff.helena, "hr"), upload)}
    assert [number for number, fault in found.items() if fault] == [3, 4, 5, 6, 7, 8]
    with pytest.raises(Refused):
        write(staff, see, upload)
    assert results() == set()
    write(staff, see, upload, skips_faulty=True)
    assert results() == {("Amira Haddad", "BARN", date(2020, 3, 1))}


def test_only_the_own_organisations_people_are_known_and_withheld_ones_are_not(staff, see):
    unknown = faults(staff, see, "nobody;BARN;2020-03-01")[0].replace("nobody", "{}")
    for name in ("tilda", "otto", "skye"):
        assert faults(staff, see, f"{name};BARN;2020-03-01") == [unknown.format(name)]
    by_mail = faults(staff, see, "tilda@ale.example;BARN;2020-03-01", head="E-post;Kurs;Datum")
    assert by_mail == [unknown.format("tilda@ale.example")]


def test_a_number_and_an_address_of_different_people_are_a_fault(staff, see):
    head = "Nummer;E-post;Kurs;Datum"
    assert faults(staff, see, "amira;amira@ale.example;BARN;2020-03-01", head=head) == [""]
    assert faults(staff, see, "amira;jonas@ale.example;BARN;2020-03-01", head=head) != [""]


def test_a_course_of_a_stranger_is_not_known(staff, see):
    version = draft_course(owner=staff.boras, code="BOR", title="Knallekurs", by=None)
    add_part(version=version, kind="preparation", title="Läs", minutes=60, by=None)
    publish_course(version=version, by=None)
    assert faults(staff, see, "amira;BOR;2020-03-01") != [""]


def test_the_same_file_is_written_once_and_what_is_there_is_not_doubled(staff, see):
    upload = read(staff, "amira;BARN;2020-03-01")
    assert read(staff, "amira;BARN;2020-03-01") == upload
    for _twice in (1, 2):
        write(staff, see, upload)
    with pytest.raises(Refused):
        read(staff, "amira;BARN;2020-03-01")
    write(staff, see, read(staff, "amira;BARN;2020-03-01", "jonas;BARN;2020-03-01"))
    assert CourseResult.objects.count() == len(results()) == 2


def test_a_plan_that_is_no_longer_true_writes_nothing(staff, see):
    upload = read(staff, "amira;BARN;2020-03-01", "jonas;BARN;2020-03-01")
    seen = plan_of(upload, lines_of(see(staff.helena, "hr"), upload)).seen
    Employment.objects.filter(person=staff.jonas).update(number="gone")
    with pytest.raises(Outdated):
        write(staff, see, upload, seen=seen, skips_faulty=True)
    assert results() == set()


def test_a_crash_in_the_middle_leaves_nothing(staff, see, monkeypatch):
    upload = read(staff, "amira;BARN;2020-03-01", "jonas;BARN;2020-03-01")
    made = []

    def second_fails(*args):
        made.append(args)
        if len(made) == 2:
            raise RuntimeError
        return

    monkeypatch.setattr("courses.importing.uploads.validity_end", second_fails)
    with pytest.raises(RuntimeError):
        write(staff, see, upload)
    upload.refresh_from_db()
    assert (results(), upload.state) == (set(), "read")


def test_renewals_in_any_order_keep_their_base(staff, see):
    subject = add_subject(owner=staff.region, code="HLR", name="HLR", validity_months=24, by=staff.petra)
    version = draft_course(owner=staff.region, code="HLR", title="HLR", subject=subject, by=None)
    add_part(version=version, kind="preparation", title="Läs", minutes=60, by=None)
    publish_course(version=version, by=None)
    write(staff, see, read(staff, "amira;HLR;2021-12-20", "amira;HLR;2020-01-10"))
    rows = CourseResult.objects.filter(course=version.course).order_by("passed_on")
    assert [(row.attempt, row.valid_until) for row in rows] == [(1, date(2022, 1, 10)), (2, date(2024, 1, 10))]


def test_journeys_count_it_and_undo_takes_it_back(staff, see, journey):
    enrolment = enrol(
        person=staff.amira, employment=staff.job("amira"), journey=journey, starts_on=staff.today, by=staff.johan
    )
    upload = read(staff, "amira;C;2020-03-01", "jonas;C;2020-03-01")
    write(staff, see, upload)
    stamp_missing()
    assert Progress.objects.get(enrolment=enrolment).stops_done == 1
    for _twice in (1, 2):
        undo_upload(upload=upload, by=staff.helena)
    assert Progress.objects.get(enrolment=enrolment).stops_done == 0
    assert set(CourseResult.objects.values_list("state", flat=True)) == {"aborted"}
    again = read(staff, "amira;C;2020-03-01", "jonas;C;2020-03-01")
    write(staff, see, again)
    assert len(results()) == 2


def test_undo_ends_once_somebody_has_begun_the_course_again(staff, see, course):
    upload = write(staff, see, read(staff, "amira;BARN;2020-03-01"))
    start_course(person=staff.amira, organisation=staff.ale, course=course, by=staff.amira)
    with pytest.raises(Refused):
        undo_upload(upload=upload, by=staff.helena)
    assert len(results()) == 1


def test_a_file_that_nobody_wrote_in_is_forgotten(staff, see):
    write(staff, see, read(staff, "amira;BARN;2020-03-01"))
    read(staff, "jonas;BARN;2020-03-01")
    assert forget_uploads() == 0
    assert forget_uploads(at=timezone.now() + timedelta(days=8)) == 1
    assert [one.state for one in Upload.objects.all()] == ["applied"]


def test_columns_that_lack_or_are_two_things_are_refused(staff):
    upload = read(staff, "amira;BARN;2020-03-01", head="A;B;C")
    assert upload.mapping == {}
    for wrong in ({}, {"number": 0, "course": 1}, {"number": 0, "course": 1, "passed_on": 1}):
        with pytest.raises(Refused):
            map_upload(upload=upload, mapping=wrong, by=staff.helena)
    assert map_upload(upload=upload, mapping={"number": 0, "course": 1, "passed_on": 2}, by=staff.helena).mapping


def test_the_pages_from_an_excel_file_to_undo(staff, sign_in):
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in (["Vem", "Vad", "När"], ["amira", "BARN", date(2020, 3, 1)], ["nobody", "BARN", "x"]):
        book.active.append(row)
    book.save(target)
    client = sign_in(staff.helena, "hr")
    for _twice in (1, 2):
        sent = SimpleUploadedFile("gamla.xlsx", target.getvalue())
        assert client.post("/tidigare-kurser/", {"file": sent}).status_code == 302
    upload = Upload.objects.get()
    path = f"/tidigare-kurser/{upload.public_id}/"
    assert client.post(path, {"number": "0", "course": "0", "passed_on": "2"}).status_code == 422
    client.post(path, {"number": "0", "course": "1", "passed_on": "2"})
    page = client.get(path)
    assert "Amira Haddad" in page.content.decode()
    client.post(f"{path}skriv-in/", {"skip": "1"})
    assert results() == set()
    for _twice in (1, 2):
        client.post(f"{path}skriv-in/", {"skip": "1", "seen": page.context["plan"].seen})
    assert results() == {("Amira Haddad", "BARN", date(2020, 3, 1))}
    assert client.get(path).status_code == 200
    for _twice in (1, 2):
        client.post(f"{path}angra/")
    assert results() == set()
    assert sign_in(staff.hugo, "hr").get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "data"), [("x.exe", b"a;b\n1;2"), ("x.xlsx", b"PK\x03\x04"), ("x.csv", b""), ("x.csv", b"a")]
)
def test_a_bad_file_gets_a_sentence(staff, sign_in, name, data):
    page = sign_in(staff.helena, "hr").post("/tidigare-kurser/", {"file": SimpleUploadedFile(name, data)})
    assert page.status_code == 422
    assert page.context["form"].errors
    assert not Upload.objects.exists()
