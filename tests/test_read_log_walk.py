"""Whoever is shown somebody else's name leaves a row that says so: on every page, piece and file, in every role (P9)."""

import pytest

from people.events import SHOWN_ON
from people.models import Reading
from people.roles import needs_second_factor
from tests.numbers import number
from tests.test_access_walk import canaries, seen_in
from tests.walk_table import EXPECTED, QUERIES, ROLE, values
from tests.walking import Walk, each, none, one_of_each_role, roles_stay, sign_in, undone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EVERYBODY = [viewer for viewer, role in ROLE.items() if needs_second_factor(role)]
LOOKING = number(one_of_each_role(EVERYBODY), EVERYBODY)  # the others in a run of the promises
# Who leads a session and who answers for it is said to everybody who may book it; who signs stands on the paper.
IN_OFFICE = {"tove", "petra", "karin"}


@pytest.mark.promise("P9")
@pytest.mark.parametrize("viewer", LOOKING)
def test_the_persons_on_a_page_are_the_persons_in_the_log(stage, viewer):
    marks, unlike = canaries(stage), []
    by_pk = {person.pk: key for key, person in stage.world.people.items()}
    client, walk = sign_in(stage, viewer), Walk(stage, values(stage), reads_markup=False)
    me = viewer.split("/")[0]
    allowed = IN_OFFICE - ({"karin"} if viewer == "pia" else set())
    with roles_stay():
        for _viewer, name, opened in each(walk, [viewer]):
            if viewer not in EXPECTED[name].who:
                continue
            for query in ("", *QUERIES.get(name, ())):
                with undone():
                    answer = walk.ask(client, viewer, name, opened, query=query)
                    rows = list(Reading.objects.order_by("-pk")[:2]) if "people_reading" in answer.wrote else []
                    logged = {by_pk[pk] for row in rows[:1] for pk in row.person_ids}
                known = allowed | EXPECTED[name].shows
                shown = set(seen_in(answer.text, marks)) - {me} if answer.status == 200 else set()
                if shown - known != logged - known:
                    unlike.append(f"{answer.at} {query} shows {sorted(shown)}, logs {sorted(logged)}")
                if rows and name not in SHOWN_ON:
                    unlike.append(f"say in people/events.py what {name} is")
    none(sorted(set(unlike)))
