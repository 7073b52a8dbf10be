"""Programmes as files: out and in again is the same, every fault has its place, a copy keeps its origin."""

import html
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.models import Course
from courses.refusals import Refused
from journeys.files import content_of, import_programme, read_content, read_file, written
from journeys.files_schema import SCHEMA, faults_of
from journeys.models import Journey
from journeys.publishing import change_stop, draft_next_version
from tests.factories import build_organisation, build_self_study
from tests.numbers import number
from tests.walking import undone

ROOT = Path(__file__).resolve().parents[2]
AIMS = ("stages", "validity_months", "name", "name_en")


@pytest.fixture
def content(world, journey) -> dict:
    """Version 2 of the journey, with one of every kind of deadline."""
    draft = draft_next_version(journey=journey, by=None)
    change_stop(stop=draft.stops.get(key="b"), kind="compulsory", anchor="stop", offset=3, unit="weeks", after=draft.stops.get(key="a"), by=None)  # fmt: skip
    change_stop(stop=draft.stops.get(key="e"), kind="optional", anchor="fixed", fixed_on=date(2027, 3, 1), by=None)
    return content_of(draft)


def places(reading) -> list[str]:
    return [fault.place for fault in reading.faults]


def test_the_schema_in_the_docs_is_the_one_that_is_checked():
    assert json.loads((ROOT / "docs/programme.schema.json").read_text()) == SCHEMA


def test_out_and_in_again_is_the_same(world, journey, content):
    assert list(faults_of(content)) == []
    reading = read_file(written(content).encode(), Course.objects.all())
    assert reading.faults == []
    version = import_programme(reading=reading, owner=world.ale, code="BU", name=content["name"], by=world.olle)
    again = content_of(version)
    assert {key: again[key] for key in AIMS} == {key: content[key] for key in AIMS}
    assert version.journey.origin == content["origin"]
    assert again["origin"]["owner"] == "Ale"
    with pytest.raises(Refused):
        import_programme(reading=reading, owner=world.ale, code="BU", name="Igen", by=None)


FAULTS = [
    (lambda c: c.pop("code"), "code"),
    (lambda c: c.update(edition=2), "edition"),
    (lambda c: c.update(more=1), "more"),
    (lambda c: c["stages"][0].update(name=" "), "stages[0].name"),
    (lambda c: c["stages"][0].update(name="Å" * 81), "stages[0].name"),
    (lambda c: c["stages"][0].update(min_years=True), "stages[0].min_years"),
    (lambda c: c["stages"][1].update(key="ny"), "stages[0].key"),
    (lambda c: c["stages"][1].update(min_years=5, max_years=2), "stages[1].max_years"),
    (lambda c: c["stages"][1]["stops"][0].update(group="annan"), "stages[1].stops[0].group"),
    (lambda c: c["stages"][0]["stops"][0].update(group="valbart"), "stages[0].stops[0].group"),
    (lambda c: c["stages"][0]["stops"][0].update(kind="maybe"), "stages[0].stops[0].kind"),
    (lambda c: c["stages"][0]["stops"][0].update(key="å"), "stages[0].stops[0].key"),
    (lambda c: c["stages"][0]["stops"][1]["deadline"].update(after="x"), "stages[0].stops[1].deadline.after"),
    (lambda c: c["stages"][0]["stops"][1]["deadline"].update(after="b"), "stages[0].stops[1].deadline.after"),
    (lambda c: c["stages"][0]["stops"][1]["deadline"].update(offset=-1), "stages[0].stops[1].deadline.offset"),
    (lambda c: c["stages"][0]["stops"][0]["deadline"].update({"from": "birth"}), "stages[0].stops[0].deadline.from"),
    (lambda c: c["stages"][1]["stops"][2]["deadline"].update(on="2027-02-30"), "stages[1].stops[2].deadline.on"),
    (lambda c: c["stages"][0]["stops"][0]["course"].update(id="", owner="", code="Z"), "stages[0].stops[0].course"),
    (
        lambda c: c["stages"][0]["stops"][1].update(course=c["stages"][0]["stops"][0]["course"]),
        "stages[0].stops[1].course",
    ),
]


@pytest.mark.parametrize(("spoil", "place"), FAULTS)
def test_each_fault_has_its_place(content, spoil, place):
    spoil(content)
    reading = read_content(content, Course.objects.all())
    assert place in places(reading)
    assert all(fault.sentence for fault in reading.faults)
    with pytest.raises(Refused):
        import_programme(reading=reading, owner=None, code="X", name="X", by=None)
    assert Journey.objects.count() == 1


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b"3", b"null", b"[" * 100_000, b" " * 1_000_001])
def test_what_is_no_programme_is_refused_with_a_sentence(world, data):
    assert len(read_file(data, Course.objects.all()).faults) == 1


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "stages", "stops", "from", "on", "code"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_export_then_import_is_the_identity(world):
    ids = [str(build_self_study(world, f"H{n}", f"Kurs {n}").public_id) for n in range(4)]

    @settings(max_examples=number(15, 150), deadline=None)
    @given(programmes(ids))
    def holds(content):
        with undone():
            reading = read_content(content, Course.objects.all())
            assert reading.faults == []
            version = import_programme(reading=reading, owner=world.ale, code="H", name=content["name"], by=None)
            once = content_of(version)
            second = read_file(written(once).encode(), Course.objects.all())
            again = content_of(
                import_programme(reading=second, owner=world.tjorn, code="H", name=content["name"], by=None)
            )
            assert {key: again[key] for key in AIMS} == {key: once[key] for key in AIMS}
            assert plain(once) == plain(content)

    holds()


def test_no_value_breaks_the_reader(world):
    ids = [str(build_self_study(world, f"H{n}", f"Kurs {n}").public_id) for n in range(4)]

    @settings(max_examples=number(50, 500), deadline=None)
    @given(anything, programmes(ids), st.sampled_from(["stages", "name", "origin", "edition"]))
    def holds(value, content, place):
        for spoiled in (value, content | {place: value}):
            reading = read_content(spoiled, Course.objects.all())
            assert reading.faults or list(faults_of(spoiled)) == []

    holds()


def plain(content: dict) -> list:
    """What counts of a content: without the names of courses."""
    return [
        [
            stage["key"],
            stage["name"],
            stage["groups"],
            [
                [stop["key"], stop["course"]["code"], stop["kind"], stop["group"], stop["deadline"]]
                for stop in stage["stops"]
            ],
        ]
        for stage in content["stages"]
    ]


@st.composite
def programmes(draw, ids: list[str]) -> dict:
    text = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(str.strip)  # fmt: skip
    stages, keys = [], []
    for n in range(draw(st.integers(1, 2))):
        groups = [{"key": "g", "name": draw(text), "needs": 1}] if draw(st.booleans()) else []
        stops = []
        for _ in range(draw(st.integers(0, 2))):
            number_ = len(keys)
            kind = draw(st.sampled_from(["compulsory", "optional", *(["elective"] if groups else [])]))
            counted = {"offset": draw(st.integers(0, 400)), "unit": draw(st.sampled_from(["days", "weeks", "months"]))}
            choices = [None, {"from": "fixed", "on": "2027-05-04"}, {"from": "profession", **counted}]
            choices += [{"from": "stop", "after": draw(st.sampled_from(keys)), **counted}] if keys else []
            keys.append(f"k{number_}")
            stops.append(
                {
                    "key": keys[-1],
                    "course": {"id": ids[number_], "code": f"H{number_}"},
                    "kind": kind,
                    "group": "g" if kind == "elective" else "",
                    "deadline": draw(st.sampled_from(choices)),
                }
            )
        stages.append({"key": f"s{n}", "name": draw(text), "groups": groups, "stops": stops})
    return {"format": "leden-programme", "edition": 1, "code": "H", "name": draw(text), "stages": stages}


# -- pages


def test_owner_reads_a_file_in_after_a_look(world, journey, content, sign_in):
    client, url = sign_in(world.olle, "owner"), "/program/las-in/"
    content["stages"][0]["stops"][0]["course"]["code"] = "Z"
    bad = client.post(url, {"file": SimpleUploadedFile("p.json", written(content).encode())})
    assert bad.status_code == 422
    assert "stages[0].stops[0].course" in bad.content.decode()
    good = client.get(f"/program/{journey.slug}/program.json").content
    look = client.post(url, {"file": SimpleUploadedFile("p.json", good)})
    assert (look.status_code, look.context["sums"]) == (200, (2, 5))
    form = {"content": look.context["content"], "name": "Barn och unga 2", "code": "BU", "collaboration": ""}
    assert client.post(url, form).status_code == 422  # the code is taken
    form["code"] = "BU2"
    edit = client.post(url, form).url
    assert "Kopierad från Barn och unga, Kompetensforum, version 1." in html.unescape(client.get(edit).content.decode())
    assert client.post(url, {}).status_code == 200
    assert json.loads(client.get("/program/schema.json").content) == SCHEMA


def test_a_copy_between_owners_keeps_its_origin(world, journey, sign_in, see):
    from people.assignments import give_role  # an owner in Ale, who may use the region's courses

    give_role(person=world.maja, role="owner", organisation=world.ale, starts_on=world.today, by=None)
    client = sign_in(world.maja, "owner")
    url = f"/program/{journey.slug}/kopiera/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"name": "Ales resa", "code": "ALE", "collaboration": ""}).status_code == 302
    copy = Journey.objects.get(code="ALE")
    assert (copy.owner, copy.copied_from, copy.origin["owner"]) == (world.ale, journey, "Kompetensforum")
    there, here = content_of(journey.versions.get()), content_of(copy.versions.get())
    assert here["stages"] == there["stages"]
    assert client.post(url, {"name": "Ales resa", "code": "ALE", "collaboration": ""}).status_code == 200


def test_files_are_for_programme_owners_and_what_they_see(world, journey, sign_in):
    for name in ("amira", "johan", "petra", "helena"):
        client = sign_in(world.people[name])
        for path in ("las-in/", "schema.json", f"{journey.slug}/program.json", f"{journey.slug}/kopiera/"):
            assert client.get(f"/program/{path}").status_code == 404
    far = build_organisation("Falköping", "1499")
    reading = read_content(content_of(journey.versions.get()), Course.objects.all())
    other = import_programme(reading=reading, owner=far, code="BU", name="Falköpings", by=None).journey
    assert sign_in(world.olle, "owner").get(f"/program/{other.slug}/program.json").status_code == 404
