"""Questions that are written once: the same answers as without, for everybody their own, and what is refused."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override

from people.models import Employment, Organisation, Person
from people.prepared import KEPT, Fixed, NotPrepared, Prepared, prepared

pytestmark = pytest.mark.django_db


def own_jobs() -> Prepared:
    return prepared(lambda viewer: Employment.objects.filter(person=viewer.person).select_related("organisation"))


def staff() -> Prepared:
    return prepared(
        lambda viewer: viewer.people_seen(Person.objects.annotate(named=F("name"))).order_by("sort_key"),
    )


def test_everybody_gets_their_own_answer_out_of_one_statement(world, see):
    question = own_jobs()
    for person in (world.amira, world.tilda, world.amira):
        assert [job.person_id for job in question(see(person))] == [person.pk]
    assert len(question.kept) == 1


def test_another_municipality_is_never_answered_for(world, see):
    question = staff()
    ale, tjorn = question(see(world.helena)), question(see(world.hugo))
    assert len(question.kept) == 1
    assert {one.named for one in ale} == {one.name for one in see(world.helena).people_seen(Person.objects.all())}
    assert {one.pk for one in ale}.isdisjoint(one.pk for one in tjorn)
    assert tjorn


def test_another_role_and_another_language_are_other_questions(world, see):
    question = staff()
    for role in ("hr", "employee"):
        question(see(world.helena, role))
    with override("en"):
        question(see(world.helena, "hr"))
    assert len(question.kept) == 3


def test_rows_come_whole_with_what_was_joined_and_annotated(world, see, django_assert_num_queries):
    question = own_jobs()
    viewer = see(world.amira)
    with django_assert_num_queries(1):
        (job,) = question(viewer)
        assert job.organisation.short_name


def test_values_of_every_kind_find_their_place(world):
    question = prepared(
        lambda *, ids, on, public_id, name: Person.objects.filter(
            pk__in=ids, name=name, public_id=public_id, employments__starts_on__lte=on + timedelta(days=1)
        ).distinct()
    )
    for one in (world.amira, world.tilda):
        given = {"ids": [one.pk, world.johan.pk], "on": timezone.localdate(), "public_id": one.public_id}
        assert question(**given, name=one.name) == [one]
        assert question(**given | {"public_id": uuid4()}, name=one.name) == []
        assert question(**given | {"on": date(1990, 1, 1)}, name=one.name) == []
    assert len(question.kept) == 1


def test_how_many_there_are_belongs_to_the_question(world, django_assert_num_queries):
    question = prepared(lambda *, ids: Person.objects.filter(pk__in=ids).order_by("pk"))
    assert len(question(ids=[world.amira.pk])) == 1
    assert len(question(ids=[world.amira.pk, world.tilda.pk])) == 2
    with django_assert_num_queries(0):
        assert question(ids=[]) == []
    assert len(question.kept) == 3


def test_lists_of_many_lengths_are_of_few_shapes_and_find_nobody_more(world):
    question = prepared(lambda *, ids: Person.objects.filter(pk__in=ids).order_by("pk"))
    everybody = list(Person.objects.order_by("pk")[:9])
    for many in range(5, 10):
        assert question(ids=[one.pk for one in everybody[:many]]) == everybody[:many]
    assert len(question.kept) == 2
    others = prepared(lambda *, ids: Person.objects.exclude(pk__in=ids))
    assert len(others(ids=[one.pk for one in everybody[:5]])) == Person.objects.count() - 5


def test_no_more_shapes_are_kept_than_fit(world):
    question = prepared(lambda *, most: Organisation.objects.order_by("pk")[: most.value])
    for many in range(KEPT + 2):
        question(most=Fixed(many + 1))
    assert len(question.kept) == 2


def changed(viewer):
    """A question that counts something of the person along, as if it were the same for all."""
    return Employment.objects.filter(person=viewer.person, pk__gt=viewer.person.pk * 2)


@pytest.mark.parametrize(
    "build",
    [
        lambda viewer: Employment.objects.filter(person=viewer.person, starts_on__lte=timezone.localdate()),
        lambda viewer: Person.objects.filter(pk=viewer.person.pk, last_login__lte=timezone.now()),
        changed,
        lambda viewer: Employment.objects.filter(person__in=list(Person.objects.values_list("pk", flat=True))),
        lambda viewer: Employment.objects.filter(person__name=viewer.person.name),
        lambda viewer: Employment.objects.filter(person=viewer.person)[: viewer.person.pk],
    ],
    ids=["today", "now", "a number worked out", "rows read", "more of the person", "a number in the words"],
)
def test_what_would_be_somebody_else_s_answer_is_refused(world, see, build):
    with pytest.raises(NotPrepared):
        prepared(build)(see(world.amira))


def test_a_thing_is_no_value(world):
    with pytest.raises(NotPrepared):
        prepared(lambda *, person: Employment.objects.filter(person=person))(person=world.amira)


def test_what_hangs_on_more_than_the_shape_is_found_in_tests(world, see):
    """A list outside the question that differs from call to call: kept with the first, and found with the second."""
    wanted = [[world.amira.pk], [world.amira.pk, world.tilda.pk]]
    question = prepared(lambda viewer: Person.objects.filter(pk__in=wanted[0]))
    question(see(world.amira))
    wanted.reverse()
    with pytest.raises(NotPrepared, match="was kept as"):
        question(see(world.tilda))
