"""Making a course on the screen, from its name to publishing; venues and subjects."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.authoring import add_subject, draft_course, draft_next, publish_course
from courses.models import Course, CourseVersion, Part, Prerequisite, Subject, Venue
from courses.results import start_course
from people.models import Accession, Collaboration
from tests.factories import build_course, build_self_study

pytestmark = pytest.mark.django_db
PART = {"kind": "preparation", "title": "Läs", "hours": "1.5", "compulsory": "on", "confirmed_by": "self"}


@pytest.fixture
def draft(world) -> CourseVersion:
    return draft_course(owner=world.region, code="NY", title="Ny kurs", by=world.petra)


def url_of(name: str, version: CourseVersion, *more) -> str:
    return reverse(name, args=[version.course.public_id, *more])


def test_a_course_is_made_from_name_to_publishing(world, sign_in):
    petra = sign_in(world.petra)
    petra.post(reverse("course_create"), {"title": "Att lyssna", "title_en": "Listening", "code": "LYS"})
    version = CourseVersion.objects.get(title="Att lyssna")
    assert version.course.owner == world.region
    petra.post(url_of("course_describe", version), {"title": "Lyssna", "text": "Hej **du**", "days_may_miss": "0"})
    petra.post(url_of("part_create", version), PART)
    petra.post(url_of("part_create", version), {**PART, "kind": "meeting", "title": "Dag", "hours": "7"})
    first, second = version.parts.all()
    assert (first.minutes, second.minutes, second.confirmed_by) == (90, 420, "organiser")
    petra.post(url_of("task_create", version, first.key), {"text": "Läs sidan 3", "minutes": "20"})
    petra.post(url_of("goal_create", version), {"level": "fakta", "text": "Veta"})
    petra.post(url_of("part_move", version, second.key), {"to": "earlier"})
    assert list(version.parts.values_list("title", flat=True)) == ["Dag", "Läs"]
    assert petra.get(url_of("course_publish", version)).status_code == 200
    for _click in range(2):
        petra.post(url_of("course_publish", version))
    version.refresh_from_db()
    assert (version.state, version.title, version.course.state) == ("published", "Lyssna", "published")
    assert sign_in(world.amira).get(reverse("course_detail", args=[version.course.slug])).status_code == 200


def test_the_draft_says_who_will_see_it(world, draft, sign_in):
    assert (
        "Alla i era samverkansområden ser den"
        in sign_in(world.petra).get(url_of("course_edit", draft)).content.decode()
    )
    Accession.objects.update(ends_on=world.today - timedelta(days=1))
    Collaboration.objects.update(lead=world.tjorn)
    alone = sign_in(world.petra).get(url_of("course_edit", draft)).content.decode()
    assert "bara er egen personal ser den" in alone
    assert "Alla i era" not in alone


def test_only_the_owners_organiser_meets_the_draft(world, draft, sign_in):
    for name in ("otto", "amira", "johan", "helena", "maja", "karin"):
        client = sign_in(world.people[name])
        for page in ("course_edit", "course_describe", "part_create", "goal_create", "course_publish"):
            assert client.get(url_of(page, draft)).status_code == 404, (name, page)
            assert client.post(url_of(page, draft)).status_code == 404, (name, page)
        for page in ("course_own", "course_create", "venue_list", "subject_list"):
            assert client.get(reverse(page)).status_code == 404, (name, page)


def test_a_published_version_is_frozen_and_the_next_one_is_a_copy(world, course, sign_in):
    petra, version = sign_in(world.petra), course.versions.get()
    assert petra.get(url_of("course_edit", version)).status_code == 200
    for page in ("course_describe", "part_create", "goal_create", "prerequisite_create"):
        assert petra.get(url_of(page, version)).status_code == 404
    for _click in range(2):
        petra.post(url_of("course_renew", version))
    assert list(course.versions.values_list("number", "state")) == [(1, "published"), (2, "draft")]
    assert course.versions.get(number=2).parts.count() == version.parts.count()


@pytest.mark.parametrize(
    ("page", "data", "faults"),
    [
        ("part_create", {**PART, "hours": "0"}, ["hours"]),
        ("part_create", {**PART, "hours": "många", "title": "å" * 200}, ["hours", "title"]),
        ("part_create", {**PART, "kind": "party"}, ["kind"]),
        ("goal_create", {"level": "fakta", "text": ""}, ["text"]),
        ("goal_create", {"level": "mycket", "text": "x" * 500}, ["level", "text"]),
        ("prerequisite_create", {}, ["__all__"]),
        ("prerequisite_create", {"min_years": "2", "role": "manager"}, ["__all__"]),
        ("prerequisite_create", {"min_years": "-1"}, ["min_years"]),
        ("course_describe", {"title": "", "days_may_miss": "0"}, ["title"]),
        ("course_describe", {"title": "Bra", "days_may_miss": "0", "text": "å" * 1_000_000}, ["text"]),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_typed_is_lost(world, draft, sign_in, page, data, faults):
    answer = sign_in(world.petra).post(url_of(page, draft), data)
    assert answer.status_code == 200
    assert sorted(answer.context["form"].errors) == faults
    for name in data:
        assert answer.context["form"].data[name] == data[name]
    assert Part.objects.count() == 0


def test_a_taken_code_is_refused_with_a_sentence(world, draft, sign_in):
    answer = sign_in(world.petra).post(reverse("course_create"), {"title": "Annan", "code": "NY"})
    assert list(answer.context["form"].errors) == ["__all__"]
    assert Course.objects.count() == 1


def test_a_prerequisite_is_added_and_removed(world, draft, course, sign_in):
    petra = sign_in(world.petra)
    petra.post(url_of("prerequisite_create", draft), {"course": str(course.public_id), "hard": "on"})
    row = Prerequisite.objects.get()
    assert (row.course, row.hard) == (course, True)
    assert "Barnsamtal" in petra.get(url_of("course_edit", draft)).content.decode()
    petra.post(url_of("row_remove", draft, "krav", row.pk))
    assert Prerequisite.objects.count() == 0
    assert petra.post(url_of("row_remove", draft, "annat", 1)).status_code == 404


def test_the_preview_cleans_what_an_author_writes(world, sign_in):
    text = "# Rubrik\n\n<script>alert(1)</script> [x](javascript:alert(1)) **fet** ![b](http://x/y.png)"
    html = sign_in(world.petra).post(reverse("text_preview"), {"text": text}).content.decode()
    assert "<h3>Rubrik</h3>" in html
    assert "<strong>fet</strong>" in html
    for sin in ("<script", 'href="javascript', "<img"):
        assert sin not in html


def test_the_preview_button_saves_nothing(world, draft, sign_in):
    data = {"title": "Annan", "days_may_miss": "0", "text": "Hej", "preview": "1"}
    answer = sign_in(world.petra).post(url_of("course_describe", draft), data)
    assert (answer.status_code, answer.context["about"]) == (200, "<p>Hej</p>\n")
    draft.refresh_from_db()
    assert draft.title == "Ny kurs"


def test_venues_are_the_organisations_own(world, sign_in):
    petra = sign_in(world.petra)
    petra.post(reverse("venue_create"), {"name": "Folkets hus", "address": "Storgatan 2"})
    venue = Venue.objects.get()
    assert venue.organisation == world.region
    petra.post(reverse("venue_edit", args=[venue.pk]), {"name": "Folkets Hus", "address": ""})
    venue.refresh_from_db()
    assert venue.name == "Folkets Hus"
    foreign = Venue(organisation=world.boras, name="Borås")
    foreign.save()
    assert petra.get(reverse("venue_edit", args=[foreign.pk])).status_code == 404


def test_subjects_keep_their_code_and_their_validity(world, sign_in):
    petra = sign_in(world.petra)
    data = {"name": "Sekretess", "code": "SEK", "validity_months": "36", "opens_days": "90", "grace_weeks": "8"}
    assert petra.post(reverse("subject_create"), data).status_code == 302
    again = petra.post(reverse("subject_create"), data)
    assert list(again.context["form"].errors) == ["code"]
    none = petra.post(reverse("subject_create"), {**data, "code": "X", "validity_months": "0"})
    assert list(none.context["form"].errors) == ["validity_months"]
    subject = Subject.objects.get()
    petra.post(reverse("subject_edit", args=[subject.public_id]), {**data, "name": "Ny", "validity_months": ""})
    subject.refresh_from_db()
    assert (subject.name, subject.validity_months, subject.code) == ("Ny", None, "SEK")


def test_own_courses_ask_as_often_for_thirty_as_for_one(world, course, sign_in):
    petra = sign_in(world.petra)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert petra.get(reverse("course_own")).status_code == 200
        return len(queries)

    one = asked()
    add_subject(owner=world.region, code="S", name="S", by=world.petra)
    for number in range(20):
        build_course(world, code=f"K{number}", title=f"Kurs {number}", days=1)
    assert asked() == one


def test_a_part_has_an_english_title_that_english_readers_see_and_the_next_version_keeps(world, draft, sign_in):
    petra = sign_in(world.petra)
    petra.post(url_of("part_create", draft), {**PART, "title_en": "Read first"})
    part = draft.parts.get()
    assert (part.title, part.title_en) == ("Läs", "Read first")
    petra.post(url_of("part_edit", draft, part.key), {**PART, "title_en": "Read this first"})
    publish_course(version=draft, by=world.petra)
    assert draft_next(course=draft.course, by=world.petra).parts.get().title_en == "Read this first"
    shown = {}
    for language in ("sv", "en"):
        petra.post(reverse("language_set"), {"language": language})
        page = petra.get(reverse("course_detail", args=[draft.course.slug])).content.decode()
        shown[language] = ("Read this first" in page, ">Läs<" in page)
    assert shown == {"sv": (False, True), "en": (True, False)}


def test_a_subject_narrows_the_catalogue(world, course, sign_in):
    subject = add_subject(owner=world.region, code="s", name="Sekretess", by=None)
    Course.objects.filter(pk=course.pk).update(subject=subject)
    build_course(world, "B", "Annat")
    page = sign_in(world.amira).get(reverse("course_list"))
    (value, label), *more = list(page.context["filter"].form["subject"].field.choices)[1:]
    assert (label, more) == ("Sekretess", [])
    page = sign_in(world.amira).get(reverse("course_list"), {"subject": value})
    assert [row.record.course for row in page.context["table"].rows] == [course]


def test_a_course_without_a_day_offers_no_session(world, sign_in):
    course = build_self_study(world, "A", "Kurs A")
    petra = sign_in(world.petra)
    page = petra.get(reverse("course_edit", args=[course.public_id])).content.decode()
    assert ("Planera ett tillfälle" in page, "ingen kursdag" in page) == (False, True)
    assert ("Säg i två meningar" in page, "när den är publicerad" in page) == (False, False)
    with_days = petra.get(reverse("course_edit", args=[build_course(world).public_id])).content.decode()
    assert "Planera ett tillfälle" in with_days


def test_every_part_that_is_saved_leads_back_to_the_course_and_says_so(world, sign_in):
    version = draft_course(owner=world.region, code="X", title="Ny", by=world.petra)
    petra, answers = sign_in(world.petra), []
    for kind in ("preparation", "meeting"):
        data = {"kind": kind, "title": f"Del {kind}", "hours": "1", "confirmed_by": "self", "compulsory": "on"}
        answers.append(petra.post(reverse("part_create", args=[version.course.public_id]), data, follow=True))
    assert [one.redirect_chain[-1][0].split("#")[0] for one in answers] == [reverse("course_edit", args=[version.course.public_id])] * 2  # fmt: skip
    assert all("är sparad." in one.content.decode() for one in answers)
    assert "Lägg till uppgift" in answers[0].content.decode()


def test_goals_are_only_rated_where_there_are_some(world, sign_in):
    without = build_self_study(world, "A", "Kurs A")
    amira, pages = sign_in(world.amira, "employee"), []
    for course in (without, build_course(world)):
        result = start_course(person=world.amira, organisation=world.ale, course=course, by=world.amira)
        pages.append(amira.get(reverse("result_detail", args=[result.public_id])).content.decode())
    assert ["Skatta dig mot kunskapsmålen" in page for page in pages] == [False, True]
