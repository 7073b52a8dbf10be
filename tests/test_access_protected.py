"""A protected person looks to others like somebody who chose a code, byte for byte, on every page that they may open (P2)."""

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from people.privacy import choose_code, choose_name_hidden, end_protection
from tests.walk_table import EXPECTED, values
from tests.walking import Walk, each, none, roles_stay, sign_in, undone

# Each visit makes a secret of its own, for the app or the key of whoever asks: never the same twice, and about nobody else.
NEW_SECRETS = {"mfa_activate_totp", "mfa_add_webauthn"}

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.promise("P2")
def test_a_protected_person_looks_like_one_who_chose_a_code(stage):
    """The same world with the flag and with the two choices: byte-equal for all but self, line and custodian."""
    others = ["amira", "ove", "torsten", "helena", "hugo", "maja", "petra", "tove", "karin", "pia", ""]

    def look() -> dict:
        seen = Walk(stage, values(stage), reads_markup=False)
        for viewer in others:
            client: Client = sign_in(stage, viewer)
            for _viewer, name, opened in each(seen, [viewer]):
                if viewer in EXPECTED[name].who and name not in NEW_SECRETS:
                    cache.clear()  # no limit of guesses may answer instead of the page
                    seen.ask(client, viewer, name, opened)
        return {
            (one.viewer, one.name, one.opened): (one.status, one.text if one.is_file else one.plain)
            for one in seen.answers
        }

    skye = stage.world.skye
    # One moment for all: pages and files say when they were made.
    with time_machine.travel(timezone.now(), tick=False):
        with undone(), roles_stay():  # looking is logged, and the log is shown: both looks begin with the same log
            with_flag = look()
        with undone():
            end_protection(person=skye, by=stage.world.saga)
            skye.refresh_from_db()
            choose_code(person=skye, as_code=True, by=skye)
            choose_name_hidden(person=skye, hidden=True, by=skye)
            with roles_stay():
                with_choices = look()
    skye.refresh_from_db()
    unlike = [key for key in with_flag if with_flag[key] != with_choices[key]]
    none([str(one) for one in unlike])
