"""The national set: small, on both engines; what the bulk wrote is what the deeds would have written."""

import io
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.utils import timezone
from icalendar.parser import Contentline

from certificates.models import Certificate, NumberSeries
from certificates.snapshots import digest
from courses.entries import differing
from courses.jobs import SETTLED_EVERY, SETTLED_WITHIN, fill_waiting, settle_results
from courses.models import Booking, CourseResult, Entry, Meeting, Occasion, PartResult
from journeys.models import Completion, Enrolment, Progress, Rollup
from journeys.progress import progress_values, recompute, standing_of
from journeys.rollup import count_anew
from people.models import Collaboration, Organisation, Person, Unit, UnitLine
from people.names import search_key, sort_key
from tracker.demo import places
from tracker.national import mark
from tracker.national.copying import COPIED, Original, all_models, highest, name_of
from tracker.national.making import National, place_at
from tracker.national.papers import fold, uuid_of
from tracker.national.pattern import Class
from tracker.national.sizes import PATTERNS, SMALL_PATTERNS, originals, slots, towns

pytestmark = pytest.mark.slow  # living three classes takes half a minute of a core

SIZES = {"municipalities": 3, "persons": 100}
# What every row has of its own; the rest of a copy is said by its original or by its place.
OWN = {"number", "public_id", "email", "name", "given_name", "family_name", "sort_key", "search_key", "achievement"}
# Bytes and facts that say ids and names: what they say is asked below.
SAID = {"ics", "ics_en", "facts", "snapshot", "snapshot_sha256"}


@pytest.fixture(scope="module")
def national(django_db_setup, django_db_blocker):
    """The set made once for this module, outside every transaction, and taken away afterwards."""
    with django_db_blocker.unblock():
        call_command("national", **SIZES, stdout=io.StringIO())
        yield National(**SIZES, today=timezone.localdate())
        # Numbers go on: a kept world of another file brings its own and counts on theirs being passed.
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
        with connection.cursor() as cursor:
            for table in (mark.STEPS, mark.COPIES, mark.NAMES):
                cursor.execute(f"DROP TABLE {table}")


def plan() -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {mark.COPIES} ORDER BY k")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_a_database_that_holds_something_else_is_refused(world):
    with pytest.raises(CommandError, match="holds something else"):
        call_command("national", **SIZES, stdout=io.StringIO())
    assert not mark.is_national()


def test_sizes_follow_the_decision():
    rows = towns(290, 200_000)
    by_code = {row.code: row for row in rows}
    assert (len(rows), by_code["1480"].inhabitants) == (290, places.REGION["1480"] * 1000)
    assert abs(sum(row.inhabitants for row in rows) - 10_600_000) < 1000
    assert abs(sum(row.staff for row in rows) - 200_000) < 300


def test_a_full_country_has_its_people_and_units():
    found = slots(towns(290, 200_000), PATTERNS)
    people = sum(sum(PATTERNS[slot.pattern]) for slot in found)
    assert abs(people - 200_000) < 2000
    assert 10_000 < 2 * len(found) < 12_000
    assert all(found[number].pattern == pattern for pattern, number in enumerate(originals(found, len(PATTERNS))))


def test_the_set_has_what_it_was_asked_for(db, national):
    assert Organisation.objects.filter(kind="municipality").count() == SIZES["municipalities"]
    expected = sum(sum(SMALL_PATTERNS[slot.pattern]) for slot in national.slots)
    office = 2 * SIZES["municipalities"] + 2 * len({row.county for row in national.towns}) + 1
    assert Person.objects.count() == expected + office
    assert Enrolment.objects.count() == expected - 2 * len(national.slots)


def test_every_constraint_of_the_database_holds(db, national):
    connection.check_constraints()
    assert not Booking.objects.exclude(employment__organisation=models.F("organisation")).exists()
    assert not Booking.objects.exclude(occasion__course=models.F("course")).exists()
    assert not PartResult.objects.exclude(result__organisation=models.F("organisation")).exists()
    assert not CourseResult.objects.exclude(course_version__course=models.F("course")).exists()
    assert not Enrolment.objects.exclude(employment__person=models.F("person")).exists()
    assert not Unit.objects.exclude(parent=None).exclude(parent__organisation=models.F("organisation")).exists()


@pytest.mark.parametrize("model", COPIED, ids=name_of)
def test_a_copy_says_what_its_original_says(db, national, model):
    """Row by row: keys moved by one distance, places exchanged, own ids and names; nothing else differs."""
    for one in plan():
        lived = Original(**mark.facts_of(f"pattern {one['pattern']}"))
        if name_of(model) not in lived.keys:
            continue
        first, last = lived.keys[name_of(model)]
        move = one[f"move_{name_of(model)}"]
        rows = list(model._base_manager.filter(pk__range=(first, last)).values().order_by("pk"))
        copies = list(model._base_manager.filter(pk__range=(first + move, last + move)).values().order_by("pk"))
        assert [row["id"] + move for row in rows] == [row["id"] for row in copies]
        for row, copy in zip(rows, copies, strict=True):
            for field in model._meta.concrete_fields:
                if field.name in OWN | SAID | {"id"}:
                    continue
                expected = row[field.attname]
                if isinstance(field, models.ForeignKey) and expected is not None:
                    expected = moved(field.related_model, expected, lived, one)
                assert copy[field.attname] == expected, (model, field.name)


def moved(target, key: int, lived: Original, one: dict) -> int:
    first, last = lived.keys.get(name_of(target), [1, 0])
    if target in COPIED and first <= key <= last:
        return key + one[f"move_{name_of(target)}"]
    names = [name for name in lived.place if lived.place[name] == key and kind_of(name) is target]
    return one[names[0]] if names else key


def kind_of(name: str):
    return {"org": Organisation, "lead": Organisation, "circle": Collaboration}.get(name.split("_")[0], Unit)


def test_the_deeds_write_the_same_rows_as_the_bulk(db, national):
    """A pattern lived by deeds once more, at the place of one of its copies, gives that copy's rows but for keys and names."""
    one = plan()[0]
    lived = Original(**mark.facts_of(f"pattern {one['pattern']}"))
    before = {model: highest(model) for model in all_models()}
    with transaction.atomic():
        Class(one["pattern"], national.patterns[one["pattern"]], place_at(one), national.today).live()
        # What the maker does after living: papers are measured without their bytes.
        Certificate.objects.filter(pk__gt=before[Certificate]).update(state=Certificate.State.RENDERED)
        for model in COPIED:
            first, last = (key + (one[f"move_{name_of(model)}"] or 0) for key in lived.keys.get(name_of(model), [1, 0]))
            bulk = facts(model, model._base_manager.filter(pk__range=(first, last)))
            deeds = facts(model, model._base_manager.filter(pk__gt=before[model]))
            assert deeds == bulk, model
        transaction.set_rollback(True)


def facts(model, rows) -> Counter:
    """What the rows say beside keys into copied tables, ids and names."""
    skip = OWN | SAID | {"id", "password"}  # a password that cannot be used is a random sign
    fields = [
        field.attname
        for field in model._meta.concrete_fields
        if field.name not in skip and not (isinstance(field, models.ForeignKey) and field.related_model in COPIED)
    ]
    return Counter(repr(row) for row in rows.values_list(*fields))


def test_the_stored_progress_is_what_the_rule_says(db, national):
    rows = Enrolment.objects.select_related("person", "employment", "organisation", "version", "stage", "progress")
    on = timezone.localdate()
    sample = list(rows.order_by("pk"))[::7]
    assert len(sample) > 5
    for enrolment in sample:
        wanted = progress_values(enrolment, standing_of(enrolment), on)
        assert {name: getattr(enrolment.progress, name) for name in wanted} == wanted


def test_names_and_units_are_sorted_and_found_as_their_rows_would_be(db, national):
    for person in Person.objects.all():
        assert person.sort_key == sort_key(f"{person.family_name} {person.given_name}")
        assert person.search_key == search_key(f"{person.__dict__['name']} {person.email}")
    for unit in Unit.objects.all():
        assert unit.sort_key == sort_key(unit.name)
    lines = {(line.ancestor_id, line.unit_id): line.distance for line in UnitLine.objects.all()}
    parents = dict(Unit.objects.values_list("pk", "parent"))
    for pk in parents:
        above, distance = pk, 0
        while above:
            assert lines.pop((above, pk)) == distance
            above, distance = parents[above], distance + 1
    assert not lines


def test_calendars_say_what_their_rows_say(db, national):
    assert Meeting.objects.exists()
    assert Entry.objects.exists()
    for occasion in Occasion.objects.select_related("organiser").order_by("pk"):
        assert differing(occasion) == []


def test_certificates_say_whose_they_are(db, national):
    rows = list(Certificate.objects.select_related("person", "organisation", "issuer"))
    assert len({row.public_id for row in rows}) == len({row.number for row in rows}) == len(rows) > 50
    for row in rows:
        said = row.__dict__["snapshot"]
        assert (said["number"], said["name"]) == (row.number, row.person.__dict__["name"])
        assert (said["employer"], said["issuer"]["name"]) == (row.organisation.official_name, row.issuer.official_name)
        assert row.public_id in said["address"]
        assert row.snapshot_sha256 == digest(said)
    for series in NumberSeries.objects.all():
        numbers = [r.number for r in rows if r.number.startswith(f"{series.prefix}-{series.year}-")]
        assert series.last == max(int(number.rsplit("-", 1)[1]) for number in numbers)


def test_stamps_name_the_results_of_their_own_person(db, national):
    stages = Completion.objects.filter(stage__isnull=False)
    assert stages.exists()
    for one in stages:
        named = [UUID(fact["result"]) for fact in one.facts["stops"].values()]
        found = CourseResult.objects.filter(public_id__in=named, person=one.person_id).count()
        assert found == len(named) > 0
    for one in Completion.objects.filter(stage=None):
        of = Completion.objects.filter(public_id__in=one.facts["stages"].values(), enrolment=one.enrolment_id)
        assert of.count() == len(one.facts["stages"])


def test_seats_are_counted_and_never_oversold(db, national):
    for occasion in Occasion.objects.all():
        assert occasion.bookings.holding().count() == (0 if occasion.state == "reported" else occasion.seats_taken)
    assert Occasion.objects.filter(state="open", seats_taken=models.F("seats"), bookings__state="queued").exists()


def test_the_rollup_counts_every_row_once(db, national):
    """Each row of the roll-up beside a plain count of the progress rows that it speaks of."""
    on = timezone.localdate()
    rollups = list(Rollup.objects.all())
    assert {(row.organisation_id, row.version_id) for row in rollups} == set(
        Progress.objects.values_list("organisation", "version")
    )
    for row in rollups:
        rows = Progress.objects.exclude(state="ended").filter(organisation=row.organisation_id, version=row.version_id)
        rows = list(rows.filter(stage=row.stage_id) if row.stage_id else rows)
        assert row.people == len(rows)
        assert row.completed == sum(one.state == "completed" for one in rows)
        assert row.late == sum(one.state in Enrolment.OPEN and bool(one.next_due) and one.next_due < on for one in rows)
        done = Counter(key for one in rows for key, stop in one.stops.items() if stop["done"])
        assert {key: said["done"] for key, said in row.stops.items() if said["done"]} == done
        for key, said in row.stops.items() if row.stage_id is None else ():
            assert said["done"] == sum(bool(one.stops[key]["done"]) for one in rows)
            left = [one.stops[key]["due"] for one in rows if not one.stops[key]["done"] and one.state in Enrolment.OPEN]
            assert sum(said["due"].values()) == sum(bool(due) for due in left)
            assert said["late"] == sum(bool(due) and due < on.isoformat() for due in left)


def test_the_rollup_counts_only_what_changed(db, national):
    with transaction.atomic():
        assert count_anew() == 0
        one = Progress.objects.select_related("enrolment").order_by("pk").last()
        recompute(one.enrolment)
        assert count_anew() == 1
        assert count_anew(timezone.now() + timedelta(days=1)) == Rollup.objects.filter(stage=None).count()
        transaction.set_rollback(True)


def test_a_second_run_makes_nothing_and_other_sizes_are_refused(db, national):
    before = {model: model._base_manager.count() for model in COPIED}
    call_command("national", **SIZES, stdout=io.StringIO())
    assert {model: model._base_manager.count() for model in COPIED} == before
    with pytest.raises(CommandError, match="was begun here"):
        call_command("national", municipalities=4, persons=100, stdout=io.StringIO())


def test_a_killed_run_goes_on(db, national):
    """A batch whose transaction never ended is made again, with the same rows."""
    one = plan()[-1]
    pattern = Original(**mark.facts_of(f"pattern {one['pattern']}"))
    codes = sorted(Certificate.objects.values_list("public_id", flat=True))
    names = sorted(Person.objects.values_list("name", flat=True))
    with transaction.atomic():
        for model in reversed(COPIED):
            for row in [c for c in plan() if c["pattern"] == one["pattern"]]:
                if name_of(model) in pattern.keys:
                    first, last = (key + row[f"move_{name_of(model)}"] for key in pattern.keys[name_of(model)])
                    model._base_manager.filter(pk__range=(first, last))._raw_delete("default")
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {mark.STEPS} WHERE step LIKE %s", [f"copies {one['pattern']} %"])
        connection.check_constraints()  # no check is owed when the command's migrate builds the wall again
        assert Person.objects.count() < len(names)
        call_command("national", **SIZES, stdout=io.StringIO())
        assert sorted(Person.objects.values_list("name", flat=True)) == names
        assert sorted(Certificate.objects.values_list("public_id", flat=True)) == codes
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "line", ["X:" + "x" * 72, "X:" + "x" * 73, "X:" + "å" * 90, "X:" + "y" * 71 + "\\,z" + "w" * 90]
)
def test_lines_are_folded_as_icalendar_folds_them(line):
    assert fold(line.encode()) == Contentline(line).to_ical()


def test_ids_are_the_same_in_sql_and_python(db):
    course = UUID("12345678-1234-4234-8234-1234567890ab")
    assert uuid_of(course, 7) == uuid_of(course, 7) != uuid_of(course, 8)
    assert uuid_of(course, 7).version == 4


def test_the_jobs_of_a_country_touch_only_what_differs(db, national):
    """Open attempts and queues that are right are read and left; one that a crash left behind is settled."""
    open_ones = CourseResult.objects.open().filter(part_results__state="done").distinct()
    assert open_ones.count() > 2
    turns = [timezone.now() + timedelta(minutes=SETTLED_EVERY * n) for n in range(SETTLED_WITHIN // SETTLED_EVERY)]
    with transaction.atomic():
        assert sum(settle_results(at) for at in turns) == 0
        assert fill_waiting() == 0
        left = open_ones.order_by("pk").first()
        PartResult.objects.filter(result=left).update(state="done", done_on=timezone.localdate())
        for part in left.course_version.parts.exclude(results__result=left):
            PartResult.objects.create(
                result=left, organisation=left.organisation, part=part, state="done", done_on=timezone.localdate()
            )
        assert sum(settle_results(at) for at in turns) == 1
        left.refresh_from_db()
        assert left.state == CourseResult.State.PASSED
        transaction.set_rollback(True)
