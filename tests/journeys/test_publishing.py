"""Drafts, frozen versions and the owner's pages."""

import pytest

from courses.models import Course
from courses.refusals import Refused
from journeys.models import Journey, Stop
from journeys.publishing import (
    add_group,
    add_stage,
    add_stop,
    draft_journey,
    draft_next_version,
    missing_to_publish,
    move_stop,
    publish_version,
    remove_stop,
)
from tests.factories import build_self_study


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
    post(f"{detail}ansluta/", organisation=str(world.ale.public_id), starts_on="2026-01-01")
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
