"""One pattern for changes that concern many: plan, show, apply, undo.

A *plan* is a pure question: who is concerned and how, with a digest of what it saw. The page shows it
(templates/cotton/consequences.html) and sends the digest back. The deed makes the plan again under its locks and calls
`hold`: when the world has changed meanwhile nothing happens and the new plan is shown. What was decided is kept as a
Change with what undo needs; the deed that undoes asks `last_change` and refuses once the first person has acted.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from people.events import pointer
from people.models import Change, Organisation, Person

# So long mails about a change wait, so that a slip can be undone before anybody has read it.
GRACE = timedelta(minutes=2)


@dataclass
class Choice:
    """One way to treat a person: what the form sends, the words, and the heading that it stands under."""

    value: str
    words: str
    group: str = ""


@dataclass
class Effect:
    """What a change means for one person. `name` and `place` are put in by whoever shows it, as far as they may be seen."""

    key: str
    sentence: str
    warnings: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    chosen: str = ""
    name: str = ""
    place: str = ""

    def grouped(self) -> list[tuple[str, list[Choice]]]:
        """The choices under their headings, in order."""
        found: dict[str, list[Choice]] = {}
        for choice in self.choices:
            found.setdefault(choice.group, []).append(choice)
        return list(found.items())


@dataclass
class Plan:
    """Everybody whom a change concerns, sentences about the rest of the world, and a digest of all that was looked at."""

    effects: list[Effect]
    facts: list[str] = field(default_factory=list)
    seen: str = ""
    for_all: str = field(default="", kw_only=True)  # what was chosen for everybody at once

    @property
    def persons(self) -> int:
        return len(self.effects)

    @property
    def common(self) -> list[Choice]:
        """What may be chosen for everybody at once: the choices that all have; nothing where there is none to choose between."""
        open_ones = [one.choices for one in self.effects if one.choices]
        if len(open_ones) < 2:
            return []
        shared = set.intersection(*({choice.value for choice in choices} for choices in open_ones))
        found = [choice for choice in open_ones[0] if choice.value in shared]
        return found if len(found) > 1 else []

    def choose_for_all(self, value: str) -> None:
        """The same choice for everybody, where it is one that all have; each can be changed afterwards."""
        if value in {choice.value for choice in self.common}:
            self.for_all = value
            for one in self.effects:
                one.chosen = value if one.choices else one.chosen

    def effect(self, key: str) -> Effect | None:
        return next((one for one in self.effects if one.key == key), None)


class Outdated(Exception):
    """The world changed between showing a plan and confirming it. `plan` is how it looks now."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sentence = _("Something has changed since you opened the page. Nothing was done. Look again and confirm.")
        super().__init__(self.sentence)


def digest_of(*seen: Any) -> str:
    """A digest of what a plan saw: plain values only, so that the same world gives the same digest in every process."""
    return hashlib.sha256(json.dumps(seen, default=str, sort_keys=True).encode()).hexdigest()


def hold(plan: Plan, seen: str) -> None:
    """Refuse when the confirmed digest is not the plan's. Empty: nobody has looked (a job, an import), so nothing to hold."""
    if seen and seen != plan.seen:
        raise Outdated(plan)


def keep_change(
    *,
    kind: str,
    about: models.Model,
    organisation: Organisation | None,
    plan: Plan,
    facts: dict,
    reason: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> Change:
    """Write down what was decided, in the transaction of the deed."""
    return Change.objects.create(
        kind=kind,
        about=pointer(about),
        organisation=organisation,
        digest=plan.seen,
        persons=plan.persons,
        reason=reason,
        facts=facts,
        made_at=at or timezone.now(),
        made_by=by,
    )


def last_change(kinds: Iterable[str], about: models.Model) -> Change | None:
    """The latest change of these kinds that nobody has undone."""
    return Change.objects.standing().filter(kind__in=list(kinds), about=pointer(about)).first()


def mark_undone(*, change: Change, by: Person | None, at: datetime | None = None) -> Change:
    """Write that a change was taken back."""
    change.undone_at, change.undone_by = at or timezone.now(), by
    change.save(update_fields=["undone_at", "undone_by"])
    return change
