"""How the papers of a programme look: changed by its owner, frozen into each certificate that is made afterwards."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from certificates.models import Layout
from certificates.snapshots import layout_facts, layout_signatories
from journeys.models import Journey
from people.events import record
from people.models import Person
from people.names import sort_key

CHANGEABLE = [
    "colour", "mark", "letters", "line", "line_en", "signer", "signer_role", "signer_role_en",
    "second", "second_role", "second_role_en", "shows_goals", "shows_rows",
]  # fmt: skip
TEXTS = [name for name in CHANGEABLE if name not in ("colour", "mark", "shows_goals", "shows_rows")]


def layout_of(journey: Journey) -> Layout:
    """The programme's layout, not saved yet when nobody has changed it."""
    return Layout.objects.filter(journey=journey).select_related("journey__owner").first() or Layout(journey=journey)


def change_layout(*, journey: Journey, fields: dict, by: Person, at: datetime | None = None) -> Layout:
    """Change the layout; the papers that are made look as before until somebody corrects them. Twice is as once."""
    at = at or timezone.now()
    with transaction.atomic():
        Journey.objects.select_for_update().get(pk=journey.pk)
        layout = layout_of(journey)
        changed = [name for name in CHANGEABLE if getattr(layout, name) != fields[name]]
        if changed:
            for name in changed:
                setattr(layout, name, fields[name])
            layout.edition += 1
            layout.changed_at, layout.changed_by = at, by
            layout.save()
            record("change_layout", by=by, about=journey, organisation=journey.owner, at=at, fields=changed)
    return layout


def sample(layout: Layout, language: str) -> dict:
    """An invented snapshot in a layout, for the preview."""
    owner = layout.journey.owner
    english = language == "en"
    name = layout.journey.name_en if english and layout.journey.name_en else layout.journey.name
    return {
        "schema": 3,
        "kind": "course",
        "language": language,
        "number": f"{sort_key(owner.short_name)[:3].upper()}-2026-000123",
        "address": "https://leden.example/v/ABCDEFGHIJKLMNOPQRSTUVWXYZ/",
        "name": "Alva Exempel",
        "employer": "Exempelkommunen",
        "issuer": {"name": owner.official_name, "initial": owner.short_name[:1].upper(), "colour": owner.colour},
        "issued_on": "2026-09-03",
        "title": "Conversations with children" if english else "Barnsamtal",
        "version": 1,
        "programme": {"name": name, "stage": "", "stage_number": 2, "stages": 5, "place": 4, "of": 12, "id": ""},
        "organiser": owner.official_name,
        "first_on": "2026-09-02",
        "achieved_on": "2026-09-03",
        "valid_until": "",
        "days": 2,
        "minutes": 840,
        "rows": [{"title": f"{'Day' if english else 'Dag'} {n}", "minutes": 420, "on": f"2026-09-0{n + 1}"} for n in (1, 2)],
        "goals": ["You can lead a conversation." if english else "Du kan leda ett samtal."],
        "signatories": layout_signatories(layout, language) or [{"name": "Kim Exempel", "role": "trainer"}],
        "layout": layout_facts(layout, language),
    }  # fmt: skip
