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
