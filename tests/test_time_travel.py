"""Access ends the second the reason ends: the same open browser, every page, piece and file, the feeds and the queued mail (P7)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from courses.booking import request_seat
from people.assignments import end_deputy, end_role, give_role
from people.employment import end_employment, move
from people.models import Delegation, RoleAssignment
from people.outbox import may_leave_at, send_due
from people.roles import Role
from tests.factories import build_occasion
from tests.lived import Lived
from tests.test_access_walk import canaries, seen_in
from tests.walk_table import EXPECTED, QUERIES, values
from tests.walking import Answer, Walk, each, none, roles_stay, sign_in, undone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def move_amira_away(lived: Lived) -> None:
    """From today Amira works in another unit, led by Ove."""
    world = lived.world
    move(
        employment=world.job("amira"),
        starts_on=world.today,
        unit=world.units["ale_other"],
        manager=world.ove,
        by=world.maja,
    )


def end_amira_s_job(lived: Lived) -> None:
    end_employment(
        employment=lived.world.job("amira"), ends_on=lived.world.today - timedelta(days=1), by=lived.world.maja
    )


def ending_role_of(name: str) -> Callable[[Lived], None]:
    def end(lived: Lived) -> None:
        row = RoleAssignment.objects.get(person=lived.world.people[name])
        if row.role == Role.PLATFORM_ADMIN:  # the last one cannot be ended
            give_role(person=lived.world.maja, role=row.role, starts_on=lived.world.today, by=None)
        end_role(assignment=row, ends_on=lived.world.today - timedelta(days=1), by=None)

    return end


def end_dina_s_weeks(lived: Lived) -> None:
    row = Delegation.objects.get(to=lived.world.dina)
    end_deputy(delegation=row, ends_on=lived.world.today - timedelta(days=1), by=lived.world.johan)


# What ends -> (how, whose browser is open, whom it may no longer show). "*" is everybody who is not in office.
REASONS: dict[str, tuple[Callable[[Lived], None], str, str]] = {
    "the line, for the manager": (move_amira_away, "johan", "amira"),
    "the line, for the deputy": (move_amira_away, "dina", "amira"),
    "the deputy's weeks": (end_dina_s_weeks, "dina", "*"),
    "the manager's role": (ending_role_of("johan"), "johan", "*"),
    "the role of HR": (ending_role_of("helena"), "helena", "*"),
    "the administrator's role": (ending_role_of("maja"), "maja", "*"),
    "the custodian's role": (ending_role_of("saga"), "saga", "*"),
    "the organiser's role": (ending_role_of("petra"), "petra", "*"),
    "the coordinator's role": (ending_role_of("karin"), "karin", "*"),
    "the platform's role": (ending_role_of("pia"), "pia", "*"),
    "the employment, for the manager": (end_amira_s_job, "johan", "amira"),
    "the employment, for the administrator": (end_amira_s_job, "maja", "amira"),
    "the employment, for HR": (end_amira_s_job, "helena", "amira"),
}
# HR keeps the certificates that were issued while somebody worked there, and how they were earned (decision 3).
HR_KEEPS = ("certificate_", "bundle_", "result_detail")
# Said to every colleague who may book, and to oneself about one's own manager.
IN_OFFICE = {"tove", "petra", "johan", "ove", "karin"}


def looked(walk: Walk, client, viewer: str) -> Iterator[Answer]:
    """Every page and file that the viewer's role opened, asked now."""
    with roles_stay():
        for _viewer, name, opened in each(walk, [viewer]):
            if viewer in EXPECTED[name].who and "" not in EXPECTED[name].who:
                for query in ("", *QUERIES.get(name, ())):
                    with undone():
                        yield walk.ask(client, viewer, name, opened, query=query)


@pytest.fixture(scope="module")
def open_before() -> dict[str, list[Answer]]:
    """What each viewer was shown before anything ended: the same for all reasons, and asked once."""
    return {}


@pytest.mark.promise("P7")
@pytest.mark.parametrize("reason", REASONS)
def test_every_page_and_file_closes_at_once(stage, open_before, reason):
    end, viewer, whom = REASONS[reason]
    marks, walk = canaries(stage), Walk(stage, values(stage), reads_markup=False)
    client = sign_in(stage, viewer)

    def shown(answers: Iterable[Answer]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for answer in answers:
            names = set(seen_in(answer.text, marks)) - {viewer} if answer.status == 200 else set()
            gone = names - IN_OFFICE if whom == "*" else names & {whom}
            if gone and not (reason.endswith("for HR") and answer.name.startswith(HR_KEEPS)):
                found[f"{answer.name}{list(answer.opened)} {answer.query}"] = gone
        return found

    if viewer not in open_before:
        open_before[viewer] = list(looked(walk, client, viewer))
    before = shown(open_before[viewer])
    with undone():
        client.get("/")  # the browser is open
        end(stage)
        after = shown(looked(walk, client, viewer))
    assert before or viewer in {"petra", "karin", "pia"}  # their names are of people in office, or turned into codes
    none([f"{where} still shows {sorted(names)}" for where, names in after.items()])


@pytest.mark.promise("P7")
def test_a_file_that_lies_ready_is_not_handed_out_any_more(stage):
    client = sign_in(stage, "helena")
    urls = [
        reverse("bundle_download", args=[stage.bundle.public_id]),
        reverse("certificate_download", args=[stage.certificates["amira"].public_id]),
    ]
    with undone():
        assert [client.get(url).status_code for url in urls] == [200, 200]
    with undone():
        ending_role_of("helena")(stage)
        assert [client.get(url).status_code for url in urls] == [404, 404]


@pytest.mark.promise("P7")
def test_a_queued_mail_to_a_former_manager_is_not_sent(stage):
    """The request waits in Johan's mail when Jonas moves to Ove: the sender asks once more, and buries it."""
    world, hour = stage.world, may_leave_at(timezone.now() + timedelta(minutes=1))

    def letters_about_jonas() -> list[str]:
        mail.outbox = []
        send_due(at=hour)
        return [letter.subject for letter in mail.outbox if letter.to == [world.johan.email] and "Jonas" in letter.body]

    with undone():
        occasion = build_occasion(world, stage.course, in_days=60)
        request_seat(occasion=occasion, person=world.jonas, employment=world.job("jonas"), by=world.jonas)
        with undone():
            assert len(letters_about_jonas()) == 1
        unit = world.units["ale_other"]
        move(employment=world.job("jonas"), starts_on=world.today, unit=unit, manager=world.ove, by=None)
        assert letters_about_jonas() == []


@pytest.mark.promise("P7")
def test_the_feed_dies_with_the_employment(stage, client):
    url = reverse("feed_fetch", args=[stage.tokens["amira"]])
    with undone():
        assert client.get(url).status_code == 200
        end_amira_s_job(stage)
        assert client.get(url).status_code == 404
