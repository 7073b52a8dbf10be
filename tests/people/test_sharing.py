"""The offer of a record: who may be asked, who answers, what a refusal says (R32)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from people.employment import hire
from people.models import Event, Notice, Person, RecordShare
from people.notices import words_of
from people.privacy import choose_code
from people.sharing import accept_record, decline_record, new_employers, share_record, withdraw
from tests.kept import kept


@pytest.fixture
@kept
def moved(world):
    """Amira begins at Tjörn in a month."""
    return hire(
        organisation=world.tjorn, name=world.amira.name, unit=world.units["tjorn"], manager=world.torsten,
        starts_on=world.today + timedelta(days=30), person=world.amira, by=world.maja,
    )  # fmt: skip


def offer(world) -> RecordShare:
    return share_record(person=world.amira, sender=world.ale, organisation=world.tjorn, by=world.amira)


def test_a_coming_employer_is_asked_once_and_its_hr_is_told(world, moved):
    assert [one.short_name for one in new_employers(world.amira, world.today)] == ["Ale", "Tjörn"]
    share = offer(world)
    assert offer(world) == share
    told = list(Notice.objects.filter(kind="people.record_offered").values_list("person__name", flat=True))
    assert told == ["Hugo Personal"]
    assert [(one.actor, one.organisation) for one in Event.objects.filter(verb="record_shared")] == [
        (world.amira, world.tjorn)
    ]


def test_the_mail_names_nobody_and_falls_silent_when_it_is_no_longer_true(world, moved):
    share = offer(world)
    row = Notice.objects.get(kind="people.record_offered")
    words = words_of(row)
    assert str(share.public_id) in words
    assert "Amira" not in words
    withdraw(share=share, by=world.amira)
    assert words_of(row) == ""


def test_an_employer_that_nobody_has_entered_is_refused(world):
    with pytest.raises(ValidationError, match="anställning"):
        offer(world)
    assert RecordShare.objects.count() == 0


def test_a_protected_person_sends_nothing(world):
    hire(
        organisation=world.tjorn, name="Skye", unit=world.units["tjorn"], starts_on=world.today, person=world.skye,
        by=None,
    )  # fmt: skip
    with pytest.raises(ValidationError, match="skyddshandläggare"):
        share_record(person=world.skye, sender=world.ale, organisation=world.tjorn, by=world.skye)
    assert (RecordShare.objects.count(), Notice.objects.filter(kind="people.record_offered").count()) == (0, 0)


def test_each_answer_counts_once_and_tells_the_person(world, moved):
    share = offer(world)
    first = accept_record(share=share, by=world.hugo)
    again = accept_record(share=share, by=world.hugo)
    assert (first.state, again.decided_at) == ("accepted", first.decided_at)
    assert Notice.objects.filter(kind="people.record_answered", person=world.amira).count() == 1
    for deed in (decline_record, withdraw):
        with pytest.raises(ValidationError, match="avgjort"):
            deed(share=share, by=world.amira)
    assert Event.objects.filter(verb__in=["record_accepted", "record_declined", "record_withdrawn"]).count() == 1


def test_after_a_no_it_can_be_offered_anew(world, moved):
    first = decline_record(share=offer(world), by=world.hugo)
    assert "tackat nej" in words_of(Notice.objects.get(kind="people.record_answered"))
    assert offer(world).pk != first.pk


def test_nobody_takes_over_the_own_record(world):
    hire(
        organisation=world.ale, name="Hugo", unit=world.units["ale"], starts_on=world.today, person=world.hugo, by=None
    )
    share = share_record(person=world.hugo, sender=world.ale, organisation=world.tjorn, by=world.hugo)
    with pytest.raises(ValidationError, match="kollega"):
        accept_record(share=share, by=world.hugo)
    assert RecordShare.objects.get().state == "asked"


def test_who_was_withheld_meanwhile_is_seen_and_taken_over_by_nobody(world, moved, see):
    share = offer(world)
    assert list(RecordShare.objects.visible_to(see(world.hugo, "hr"))) == [share]
    choose_code(person=world.amira, as_code=True, by=world.amira)
    assert list(RecordShare.objects.visible_to(see(world.hugo, "hr"))) == []
    with pytest.raises(ValidationError):
        accept_record(share=share, by=world.hugo)
    assert Person.objects.get(pk=world.amira.pk).shares.get().state == "asked"


def test_only_hr_of_the_new_employer_sees_the_offer(world, moved, see):
    offer(world)
    seen = {
        (name, role)
        for name, role in (
            ("hugo", "hr"), ("hugo", "employee"), ("torsten", "manager"), ("helena", "hr"), ("johan", "manager"),
            ("maja", "municipality_admin"), ("saga", "custodian"), ("karin", "coordinator"), ("pia", "platform_admin"),
        )
        if RecordShare.objects.visible_to(see(world.people[name], role)).exists()
    }  # fmt: skip
    assert seen == {("hugo", "hr")}
