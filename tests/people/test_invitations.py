"""Inviting many at once: one answer per name, nothing sent twice, nobody withheld shown or mailed."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from people.accounts import invite, invite_people, open_account
from people.assignments import give_role
from people.employment import hire
from people.models import Notice, Outbox, Person
from people.outbox import send_due
from people.privacy import protect
from people.queries import last_invitations
from people.roles import Role
from tests.kept import kept

URL = "/personal/inbjudningar/"


def newcomer(world, name: str, email: str = "", unit: str = "ale") -> Person:
    return hire(
        organisation=world.units[unit].organisation,
        name=name,
        family_name=name,
        email=email,
        unit=world.units[unit],
        starts_on=world.today,
        by=None,
    ).person


@pytest.fixture
@kept
def three(world) -> list[Person]:
    """Bo with an address, Eva with the address of Amira's account, Lo without any; Tim works elsewhere."""
    newcomer(world, "Tim", "tim@example.org", "tjorn")
    return [
        newcomer(world, "Bo", "bo@example.org"),
        newcomer(world, "Eva", world.amira.email),
        newcomer(world, "Lo"),
    ]


def shown(answer) -> list[str]:
    return [row["person"].name for row in answer.context["people"]]


def mailed() -> list[str]:
    return sorted(Outbox.objects.filter(kind="people.invited").values_list("notice__person__name", flat=True))


def test_those_who_never_signed_in_are_listed_and_nobody_else(world, sign_in, three):
    invite(person=three[0], email="bo@example.org", by=world.maja)
    assert shown(sign_in(world.maja).get(URL)) == ["Bo", "Eva", "Lo"]
    assert shown(sign_in(world.maja).get(URL, {"account": "invited"})) == ["Bo"]


def test_each_gets_an_answer_and_one_that_fails_stops_nobody(world, sign_in, three):
    answer = sign_in(world.maja).post(URL, {"people": [str(one.public_id) for one in three]})
    assert [(one.person.name, one.ok) for one in answer.context["outcomes"]] == [
        ("Bo", True),
        ("Eva", False),
        ("Lo", False),
    ]
    assert mailed() == ["Bo"]
    assert Person.objects.get(name="Bo").account == "invited"
    assert Person.objects.get(name="Eva").account == "none"


def test_all_invites_those_with_an_address_who_are_not_invited_yet(world, sign_in, three):
    invite(person=newcomer(world, "Ada", "ada@example.org"), email="ada@example.org", by=world.maja)
    answer = sign_in(world.maja).post(URL, {"all": "1"})
    assert [one.person.name for one in answer.context["outcomes"]] == ["Bo", "Eva"]
    assert mailed() == ["Ada", "Bo"]


def test_all_keeps_to_what_the_page_was_narrowed_to(world, sign_in, three):
    newcomer(world, "Ossian", "ossian@example.org", "ale_other")
    sign_in(world.maja).post(URL, {"all": "1", "unit": world.units["ale_other"].public_id})
    assert mailed() == ["Ossian"]


def test_only_managers_are_shown_when_asked_for(world, sign_in, three):
    give_role(
        person=three[2],
        role=Role.MANAGER,
        organisation=world.ale,
        unit=world.units["ale"],
        starts_on=world.today,
        by=None,
    )
    assert shown(sign_in(world.maja).get(URL, {"who": "managers"})) == ["Lo"]


def test_a_double_click_sends_one_mail_and_says_so(world, sign_in, three):
    maja = sign_in(world.maja)
    answers = [maja.post(URL, {"people": str(three[0].public_id)}) for _time in range(2)]
    assert [[one.ok for one in answer.context["outcomes"]] for answer in answers] == [[True], [True]]
    sentences = {answer.context["outcomes"][0].sentence for answer in answers}
    assert (len(sentences), mailed()) == (2, ["Bo"])


def test_what_looks_like_a_button_in_the_mail_is_the_way_to_a_password(three, mailoutbox):
    invite(person=three[0], email="bo@example.org", by=None)
    assert send_due(timezone.localtime().replace(hour=12) + timedelta(days=7 - timezone.localdate().weekday())) == 1
    html = str(mailoutbox[0].alternatives[0].content)
    (button,) = [link for link in re.findall(r"<a [^>]*>", html) if "background" in link]
    assert "/losenord/nytt/" in button


def test_whoever_gets_a_role_is_not_told_of_their_own_journey(world, three, mailoutbox):
    give_role(person=three[1], role=Role.MUNICIPALITY_ADMIN, organisation=world.ale, starts_on=world.today, by=None)
    invite(person=three[0], email="bo@example.org", by=None)
    invite(person=three[1], email="eva@example.org", by=None)
    send_due(timezone.localtime().replace(hour=12) + timedelta(days=7 - timezone.localdate().weekday()))
    for mail in mailoutbox:
        for text in (mail.body, str(mail.alternatives[0].content)):
            assert ("din roll" in text, "följer du din resa" in text) == (
                (True, False) if mail.to == ["eva@example.org"] else (False, True)
            )
    assert len(mailoutbox) == 2


def test_a_new_invitation_of_another_day_sends_a_new_mail(world, three):
    last_week = timezone.now() - timedelta(days=7)
    invite_people(people=[three[0]], by=world.maja, at=last_week)
    assert last_invitations(three)[three[0].pk].at == last_week
    invite_people(people=[three[0]], by=world.maja)
    assert mailed() == ["Bo", "Bo"]
    assert last_invitations(three)[three[0].pk].at > last_week


def test_the_page_of_one_says_when_the_last_invitation_went_and_that_it_came_back(world, sign_in, three):
    maja, url = sign_in(world.maja), reverse("person_invite", args=[three[0].public_id])
    maja.cookies["language"] = "en"
    assert "Invited" not in maja.get(url).content.decode()
    invite(person=three[0], email="bo@example.org", by=world.maja, at=timezone.now() - timedelta(days=7))
    assert "Invited" in maja.get(url).content.decode()
    Outbox.objects.update(dead_at=timezone.now(), dead_reason="the mail server refused")
    assert "the mail did not arrive" in maja.get(url).content.decode()


@pytest.mark.parametrize("ticked", [[], ["nonsense"], ["00000000-0000-4000-8000-000000000000"]])
def test_nobody_ticked_is_a_sentence_and_no_mail(world, sign_in, three, ticked):
    answer = sign_in(world.maja).post(URL, {"people": ticked}, follow=True)
    assert (answer.status_code, [str(one.level_tag) for one in answer.context["messages"]]) == (200, ["error"])
    assert mailed() == []


@pytest.mark.parametrize("whose", ["withheld", "stranger", "signed in"])
def test_who_may_not_be_invited_here_is_not_there(world, sign_in, three, whose):
    stranger = Person.objects.get(name="Tim")
    protect(person=three[0], organisation=world.ale, kind="marked", by=world.saga)
    person = {"withheld": three[0], "stranger": stranger, "signed in": world.amira}[whose]
    assert sign_in(world.maja).post(URL, {"people": str(person.public_id)}).context["outcomes"] == []
    assert mailed() == []


def test_somebody_who_signed_in_meanwhile_keeps_the_password(world, three):
    open_account(person=three[0], email="bo@example.org", password="long-enough-for-bo", by=None)
    assert [one.ok for one in invite_people(people=three[:1], by=world.maja)] == [False]
    assert three[0].has_usable_password()


def test_an_address_written_without_inviting_is_kept(world, sign_in):
    typed = {
        "given_name": "Siv",
        "email": "siv@example.org",
        "unit": world.units["ale"].public_id,
        "kind": "permanent",
        "percent": "100",
        "starts_on": world.today,
    }
    sign_in(world.maja).post(reverse("person_create"), typed)
    person = Person.objects.get(name="Siv")
    assert (person.email, person.account, Notice.objects.filter(person=person).count()) == (
        "siv@example.org",
        "none",
        0,
    )


@pytest.mark.parametrize("who", ["helena", "johan", "saga", "otto"])
def test_nobody_else_invites_many(world, sign_in, who):
    assert sign_in(world.people[who]).get(URL).status_code == 404


def test_the_page_asks_the_same_at_one_and_at_thirty_rows(world, sign_in):
    maja = sign_in(world.maja)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert maja.get(URL).status_code == 200
        return len(queries)

    invite(person=newcomer(world, "Nr", "nr@example.org"), email="nr@example.org", by=world.maja)
    asked()
    few = asked()
    for number in range(30):
        one = newcomer(world, f"Nr {number}", f"nr{number}@example.org")
        invite(person=one, email=one.email, by=world.maja)
    assert asked() == few
