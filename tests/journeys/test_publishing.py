"""Drafts, frozen versions and the owner's pages."""

import html

import pytest

from courses.authoring import add_prerequisite, draft_next, publish_course
from courses.models import Course
from courses.refusals import Refused
from journeys.deadline_forms import earlier_stops
from journeys.models import Journey, Stop
from journeys.obstacles import missing_to_publish
from journeys.publishing import (
    add_group,
    add_stage,
    add_stop,
    change_stop,
    draft_journey,
    draft_next_version,
    move_stop,
    publish_version,
    remove_stop,
)
from tests.factories import build_self_study
from tests.kept import kept


def test_published_version_is_frozen(world, journey):
    version = journey.versions.get()
    stage, stop = version.stages.first(), version.stops.first()
    for deed in (
        lambda: add_stage(version=version, name="Ny etapp", by=None),
        lambda: add_group(stage=stage, needs=1, by=None),
        lambda: add_stop(stage=stage, course=stop.course, by=None),
        lambda: move_stop(stop=stop, up=False, by=None),
        lambda: remove_stop(stop=stop, by=None),
    ):
        with pytest.raises(Refused):
            deed()
    assert [one.key for one in version.stops.order_by("order")] == ["a", "b", "c", "d", "e"]


def test_next_version_carries_every_key_and_supersedes_when_published(world, journey):
    old = journey.versions.get()
    new = draft_next_version(journey=journey, by=world.olle)
    assert draft_next_version(journey=journey, by=world.olle) == new
    fields = ("key", "order", "course", "kind", "stage__key", "group__key", "anchor", "offset", "unit", "after__key")
    assert list(new.stops.order_by("order").values_list(*fields)) == list(
        old.stops.order_by("order").values_list(*fields)
    )
    publish_version(version=new, valid_from=world.today, by=world.olle)
    old.refresh_from_db()
    assert (old.state, journey.versions.get(state="published")) == ("superseded", new)


def test_publishing_answers_what_is_missing(world):
    version = draft_journey(owner=world.region, code="X", name="Tom", by=None)
    assert len(missing_to_publish(version)) == 1
    stage = add_stage(version=version, name="Ny", by=None)
    add_group(stage=stage, needs=2, name="Valbart", by=None)
    add_stop(stage=stage, course=build_self_study(world, "A", "Kurs A"), by=None)
    assert len(missing_to_publish(version)) == 1
    with pytest.raises(Refused, match="Valbart"):
        publish_version(version=version, valid_from=world.today, by=None)


def test_stops_change_place_only_within_their_stage(world, journey):
    draft = draft_next_version(journey=journey, by=None)
    stop = draft.stops.get(key="b")
    for _twice in range(2):
        move_stop(stop=stop, up=True, by=None)
    assert [one.key for one in draft.stops.order_by("order")] == ["b", "a", "c", "d", "e"]


def test_owner_makes_a_programme_by_hand_from_nothing(world, sign_in):
    """From the empty list to a published journey that Ale runs, only through the pages."""
    build_self_study(world, "A", "Kurs A")
    client = sign_in(world.olle, "owner")

    def post(path: str, **data):
        answer = client.post(path, data)
        assert answer.status_code == 302, answer.content.decode()
        return answer.url

    edit = post("/program/nytt/", name="Barn och unga", code="BU", collaboration=str(world.west.public_id))
    post(f"{edit}etapp/", name="Ny", min_years=0, max_years=2)
    post(f"{edit}etapp/ny/valbar/", name="Valbart", needs=1)
    course = Course.objects.get(code="A")
    when = post(f"{edit}etapp/ny/station/", course=str(course.public_id), counts="compulsory")
    assert client.get(edit).context["missing"] != []
    post(when, anchor="journey", offset=2, unit="weeks")
    post(f"{edit}ta-bort/valbar/valbart/", stage="ny")
    assert client.get(edit).context["missing"] == []
    detail = post(f"{edit}publicera/", valid_from="2026-01-01")
    post(f"{detail}ansluta/", organisations=str(world.ale.public_id), starts_on="2026-01-01")
    stop = Stop.objects.get(version__state="published")
    assert (stop.key, stop.kind, stop.anchor, stop.offset, stop.unit) == ("a", "compulsory", "journey", 2, "weeks")
    reader = sign_in(world.amira).get(detail)
    assert (reader.status_code, reader.context["is_own"]) == (200, False)


@pytest.mark.parametrize("name", ["amira", "johan", "petra", "otto"])
def test_others_find_no_way_to_change_a_programme(world, journey, sign_in, name):
    draft_next_version(journey=journey, by=None)
    client = sign_in(world.people[name])
    edit = f"/program/{journey.slug}/utkast/"
    for path in ("/program/nytt/", edit, f"{edit}etapp/", f"{edit}publicera/", f"/program/{journey.slug}/ansluta/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {}).status_code in (404, 405)
    seen = client.get(f"/program/{journey.slug}/")
    assert seen.status_code == (404 if name == "otto" else 200)


def test_list_asks_as_much_for_one_as_for_many(world, journey, sign_in, django_assert_num_queries):
    from django.db import connection  # counted by hand: the same number, whichever it is
    from django.test.utils import CaptureQueriesContext

    client = sign_in(world.olle, "owner")
    counts = []
    for number in range(3):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get("/program/").status_code == 200
        counts.append(len(asked))
        draft_journey(owner=world.region, code=f"N{number}", name=f"Ny {number}", by=None)
    assert counts[1] == counts[2] <= 8


def test_bad_input_keeps_what_was_typed(world, journey, sign_in):
    client = sign_in(world.olle, "owner")
    answer = client.post("/program/nytt/", {"name": "Å" * 500, "code": "BU", "collaboration": ""})
    assert answer.status_code == 200
    assert {"name", "code"} <= set(answer.context["form"].errors)
    assert "Å" * 500 in answer.content.decode()
    assert Journey.objects.count() == 1


@pytest.fixture
@kept
def draft(world, journey):
    return draft_next_version(journey=journey, by=world.olle)


def edited(client, journey):
    return client.get(f"/program/{journey.slug}/utkast/")


def require(course, *, asks):
    """Publish the next version of a course, which asks for another one first."""
    version = draft_next(course=course, by=None)
    add_prerequisite(version=version, course=asks, by=None)
    return publish_course(version=version, by=None)


def assert_refused(client, draft, *sentences):
    """The page says it beside a grey button, the publishing page too, and the deed refuses with the same words."""
    page = edited(client, draft.journey)
    assert page.context["missing"] == list(sentences)
    for path in ("", "publicera/"):
        text = html.unescape(client.get(f"/program/{draft.journey.slug}/utkast/{path}").content.decode())
        assert all(sentence in text for sentence in sentences)
        assert 'disabled aria-describedby="missing"' in text
    answer = client.post(f"/program/{draft.journey.slug}/utkast/publicera/", {"valid_from": "2026-01-01"})
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors() == list(sentences)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_empty_stage_is_not_published(world, draft, sign_in):
    add_stage(version=draft, name="Erfaren", min_years=5, by=None)
    assert_refused(
        sign_in(world.olle, "owner"), draft, "Etappen Erfaren saknar station. Lägg till en, eller ta bort etappen."
    )


def test_choice_group_with_too_few_stations_is_not_published(world, draft, sign_in):
    for key in ("c", "d"):
        remove_stop(stop=draft.stops.get(key=key), by=None)
    assert_refused(
        sign_in(world.olle, "owner"),
        draft,
        "Valbara gruppen Valbart i etappen Van har 0 stationer men kräver 1.",
    )


def test_station_whose_course_rests_is_not_published(world, draft, sign_in):
    Course.objects.filter(code="B").update(state="resting")
    assert_refused(sign_in(world.olle, "owner"), draft, "Kursen i Kurs B (etapp Ny) är inte publicerad.")


def test_deadline_counted_from_a_station_that_is_gone_is_not_published(world, journey, draft, sign_in):
    change_stop(
        stop=draft.stops.get(key="b"),
        kind="compulsory",
        anchor="stop",
        offset=2,
        after=draft.stops.get(key="a"),
        by=None,
    )
    Stop.objects.filter(version=draft, key="b").update(after=journey.versions.get(number=1).stops.get(key="a"))
    assert_refused(
        sign_in(world.olle, "owner"),
        draft,
        "Kurs B (etapp Ny) räknar sin sista dag från en station som inte finns kvar. Välj en annan.",
    )


def test_deadlines_that_count_in_a_circle_are_not_published(world, draft, sign_in):
    rows = {stop.key: stop for stop in draft.stops.all()}
    for key, before in (("a", "b"), ("b", "a")):
        Stop.objects.filter(pk=rows[key].pk).update(anchor="stop", offset=1, unit="weeks", after=rows[before])
    sentence = "Sista dagen för Kurs {} (etapp Ny) räknas i en cirkel. Räkna en av dem från något annat."
    assert_refused(sign_in(world.olle, "owner"), draft, sentence.format("A"), sentence.format("B"))


def test_deadline_counted_from_a_later_station_is_not_published(world, draft, sign_in):
    change_stop(
        stop=draft.stops.get(key="b"),
        kind="compulsory",
        anchor="stop",
        offset=2,
        after=draft.stops.get(key="a"),
        by=None,
    )
    move_stop(stop=draft.stops.get(key="a"), up=False, by=None)
    assert_refused(
        sign_in(world.olle, "owner"),
        draft,
        "Kurs B (etapp Ny) räknar sin sista dag från Kurs A (etapp Ny), som kommer senare.",
    )


def test_station_added_late_to_an_early_stage_still_comes_before_the_next_stage(world, draft):
    late = add_stop(stage=draft.stages.get(key="ny"), course=build_self_study(world, "F", "Kurs F"), by=None)
    change_stop(stop=draft.stops.get(key="e"), kind="optional", anchor="stop", offset=2, after=late, by=None)
    assert missing_to_publish(draft) == []
    assert late in earlier_stops(draft.stops.get(key="e"))


def test_course_that_requires_a_later_one_is_not_published(world, draft, sign_in):
    require(Course.objects.get(code="A"), asks=Course.objects.get(code="E"))
    assert_refused(
        sign_in(world.olle, "owner"),
        draft,
        "Kurs A (etapp Ny) kräver Kurs E, som kommer senare. Låt dem byta plats.",
    )


def test_courses_that_require_each_other_are_not_published(world, draft, sign_in):
    outside = build_self_study(world, "X", "Kurs X")
    require(Course.objects.get(code="A"), asks=outside)
    require(outside, asks=Course.objects.get(code="A"))
    assert_refused(
        sign_in(world.olle, "owner"),
        draft,
        "Kurs A (etapp Ny) och Kurs X kräver varandra: ingen kan gå någon av dem.",
    )


def test_soft_prerequisite_that_comes_later_stops_nothing(world, draft):
    version = draft_next(course=Course.objects.get(code="A"), by=None)
    add_prerequisite(version=version, course=Course.objects.get(code="E"), hard=False, by=None)
    publish_course(version=version, by=None)
    assert missing_to_publish(draft) == []


def deadline(draft, key="b"):
    return f"/program/{draft.journey.slug}/utkast/station/{key}/tid/"


def test_deadline_asks_first_what_it_counts_from_and_then_only_what_that_needs(world, draft, sign_in):
    client = sign_in(world.olle, "owner")
    first = client.get(deadline(draft))
    assert list(first.context["form"].fields) == ["anchor"]
    assert first.context["form"]["anchor"].value() == "journey"
    for anchor, fields in {
        "fixed": ["fixed_on"],
        "employment": ["offset", "unit"],
        "stop": ["after", "offset", "unit"],
    }.items():
        second = client.post(deadline(draft), {"step": "anchor", "anchor": anchor})
        assert list(second.context["form"].fields) == fields
    saved = client.post(deadline(draft), {"anchor": "stop", "after": "a", "offset": "6", "unit": "weeks"})
    assert saved.url == f"/program/{draft.journey.slug}/utkast/"
    stop = draft.stops.get(key="b")
    assert (stop.anchor, stop.after.key, stop.offset, stop.unit) == ("stop", "a", 6, "weeks")


def test_no_deadline_is_saved_in_the_first_step(world, draft, sign_in):
    answer = sign_in(world.olle, "owner").post(deadline(draft), {"step": "anchor", "anchor": "none"})
    assert answer.status_code == 302
    stop = draft.stops.get(key="b")
    assert (stop.anchor, stop.offset, stop.unit) == ("", None, "")


def test_first_station_cannot_count_from_one_before(world, draft, sign_in):
    form = sign_in(world.olle, "owner").get(deadline(draft, "a")).context["form"]
    assert "stop" not in dict(form.fields["anchor"].choices)


def test_going_back_and_forth_between_the_steps_keeps_what_was_typed(world, draft, sign_in):
    client = sign_in(world.olle, "owner")
    back = client.post(deadline(draft), {"anchor": "journey", "offset": "17", "unit": "days", "back": "1"})
    assert back.context["form"]["anchor"].value() == "journey"
    assert back.context["form"].carried == [("offset", "17"), ("unit", "days")]
    fixed = client.post(deadline(draft), {"step": "anchor", "anchor": "fixed", "offset": "17", "unit": "days"})
    assert fixed.context["form"].carried == [("offset", "17"), ("unit", "days")]
    again = client.post(
        deadline(draft),
        {"step": "anchor", "anchor": "employment", "offset": "17", "unit": "days", "fixed_on": "2027-01-01"},
    )
    assert [field.value() for field in again.context["form"]] == ["17", "days"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"anchor": "journey", "offset": "nio", "unit": "weeks"}, "offset"),
        ({"anchor": "journey", "offset": "", "unit": "weeks"}, "offset"),
        ({"anchor": "stop", "after": "e", "offset": "2", "unit": "weeks"}, "after"),
        ({"anchor": "fixed", "fixed_on": "31 juni"}, "fixed_on"),
    ],
)
def test_wrong_deadline_is_said_at_its_field_and_kept(world, draft, sign_in, typed, field):
    answer = sign_in(world.olle, "owner").post(deadline(draft), typed)
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (200, [field])
    assert form[field].value() == typed[field]


def test_adding_a_station_says_who_makes_courses_when_there_is_none(world, sign_in):
    """Nothing to choose is said with the reason: who may make a course finds the way there, others read who may."""
    version = draft_journey(owner=world.region, code="X", name="Tom", by=None)
    stage = add_stage(version=version, name="Ny", key="ny", by=None)
    address = f"/program/{version.journey.slug}/utkast/etapp/ny/station/"
    owner = sign_in(world.olle, "owner").get(address)
    assert owner.context["is_empty"]
    assert 'name="course"' not in owner.content.decode()
    assert ("kursanordnare" in owner.content.decode(), "/egna-kurser/ny/" in owner.content.decode()) == (True, False)
    course = build_self_study(world, "A", "Kurs A")
    assert not sign_in(world.olle, "owner").get(address).context["is_empty"]
    add_stop(stage=stage, course=course, by=None)
    again = sign_in(world.olle, "owner").get(address)
    assert (again.context["is_empty"], [str(one) for one in again.context["used"]]) == (True, ["Kurs A (etapp Ny)"])
    assert "Kurs A (etapp Ny)" in again.content.decode()


def test_a_course_that_is_in_the_programme_is_told_and_not_just_missing(world, draft, sign_in):
    answer = sign_in(world.olle, "owner").get(f"/program/{draft.journey.slug}/utkast/etapp/ny/station/")
    build_self_study(world, "NY", "Ny kurs")
    more = sign_in(world.olle, "owner").get(f"/program/{draft.journey.slug}/utkast/etapp/ny/station/")
    assert (answer.context["is_empty"], more.context["is_empty"]) == (True, False)
    assert "Kurs A (etapp Ny)" in more.content.decode()


def test_the_step_about_the_deadline_does_not_offer_to_cancel_what_is_saved(world, draft, sign_in):
    """A new station is there when its deadline is asked for: that step can be passed over, not cancelled."""
    build_self_study(world, "NY", "Ny kurs")
    client = sign_in(world.olle, "owner")
    course = Course.objects.get(code="NY")
    address = f"/program/{draft.journey.slug}/utkast/etapp/ny/station/"
    there = client.post(address, {"course": str(course.public_id), "counts": "compulsory"}, follow=True)
    page = there.content.decode()
    assert ("Behåll: " in page, "Avbryt" in page) == (True, False)
    old = client.get(f"/program/{draft.journey.slug}/utkast/station/a/tid/").content.decode()
    assert ("Behåll: " in old, "Avbryt" in old) == (False, True)


def test_all_members_are_added_in_one_go(world, sign_in):
    """Every member of the collaboration is ticked; who is unticked does not run the programme."""
    version = draft_journey(owner=world.region, code="X", name="Tom", collaboration=world.west, by=None)
    add_stop(stage=add_stage(version=version, name="Ny", by=None), course=build_self_study(world, "A", "A"), by=None)
    publish_version(version=version, valid_from=world.today, by=None)
    client, address = sign_in(world.olle, "owner"), f"/program/{version.journey.slug}/"
    assert "ansluta/" in client.get(address).content.decode().split("<section")[0]  # before the stages
    form = client.get(f"{address}ansluta/").context["form"]
    members = set(form.fields["organisations"].queryset)
    assert members == {world.region, world.ale, world.tjorn}
    ticked = {str(one.public_id) for one in (world.ale, world.tjorn)}  # the owner who is no member is there to tick
    assert {str(one) for one in form["organisations"].value()} == ticked
    nobody = client.post(f"{address}ansluta/", {"starts_on": "2026-01-01"})
    assert (nobody.status_code, set(nobody.context["form"].errors)) == (200, {"organisations"})
    chosen = [str(world.ale.public_id), str(world.tjorn.public_id)]
    for _twice in range(2):
        assert client.post(f"{address}ansluta/", {"organisations": chosen, "starts_on": "2026-01-01"}).status_code in (200, 302)  # fmt: skip
    assert {one.organisation for one in version.journey.adoptions.all()} == {world.ale, world.tjorn}
    assert "ansluta/" not in client.get(address).content.decode().split("<section")[0]
