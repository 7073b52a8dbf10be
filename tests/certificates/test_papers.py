"""How the facts of a snapshot read in the active language."""

from django.utils.translation import override

from certificates.papers import Paper
from tests.certificates.rows import SNAPSHOT


def test_the_role_under_a_signature_is_said_in_the_readers_language():
    paper = Paper(SNAPSHOT | {"signatories": [{"name": "Petra Sandahl", "role": "trainer"}]})
    said = {}
    for language in ("sv", "en"):
        with override(language):
            said[language] = [one["role"] for one in paper.signatories]
    assert said == {"sv": ["Kursledare"], "en": ["Trainer"]}


def test_a_role_that_an_older_paper_froze_as_a_text_stays_as_it_is():
    with override("en"):
        assert Paper(SNAPSHOT).signatories == [{"name": "Petra Sandahl", "role": "Kursledare"}]


def test_what_has_no_room_on_the_first_page_stands_on_the_next():
    assert (Paper(SNAPSHOT).more, Paper(SNAPSHOT).rows_first) == (False, True)
    crowded = [
        {"name": "Ŧorgny " * 40},
        {"layout": {"line": "Mm " * 53}, "title": "En titel som är ganska lång", "goals": ["Mål"] * 4},
        {"rows": SNAPSHOT["rows"] * 2},
        {"goals": ["Ett mål som tar plats " * 4] * 6},
    ]
    assert [Paper(SNAPSHOT | more).more for more in crowded] == [True] * 4


def test_a_paper_without_parts_and_goals_has_one_page_whatever_the_name():
    bare = SNAPSHOT | {"rows": [], "goals": [], "name": "Å" * 300}
    assert Paper(bare).more is False
