"""One pattern for changes that concern many: plan, show, apply, undo.

A *plan* is a pure question: who is concerned and how, with a digest of what it saw. The page shows it
(templates/cotton/consequences.html) and sends the digest back. The deed makes the plan again under its locks and calls
`hold`: when the world has changed meanwhile nothing happens and the new plan is shown. What was decided is kept as a
Change with what undo needs; the deed that undoes asks `last_change` and refuses once the first person has acted.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
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
    """One way to treat a person: what the form sends, the words, the heading that it stands under, and the words where it is
    chosen for many at once: what differs from one to another is left out of those."""

    value: str
    words: str
    group: str = ""
    of_many: str = ""


def under_headings(choices: Iterable[Choice]) -> list[tuple[str, list[Choice]]]:
    """The choices under their headings, in order."""
    found: dict[str, list[Choice]] = {}
    for choice in choices:
        found.setdefault(choice.group, []).append(choice)
    return list(found.items())


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
        return under_headings(self.choices)

    def offers(self, value: str) -> bool:
        return any(choice.value == value for choice in self.choices)


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

    def grouped(self) -> list[tuple[str, list[Choice]]]:
        """What may be chosen for many at once, under its headings, saying how many have it where not all do; nothing where
        there is nothing to choose between."""
        open_ones = sorted((one.choices for one in self.effects if one.choices), key=len, reverse=True)
        had = Counter(choice.value for choices in open_ones for choice in choices)
        shown: dict[str, Choice] = {}
        for choice in chain.from_iterable(open_ones) if min(len(open_ones), len(had)) > 1 else ():
            words, n = choice.of_many or choice.words, had[choice.value]
            some = _("%(words)s (%(n)s of %(all)s)") % {"words": words, "n": n, "all": len(open_ones)}
            shown.setdefault(choice.value, replace(choice, words=words if n == len(open_ones) else some))
        return under_headings(shown.values())

    def choose_for_all(self, value: str) -> None:
        """The same choice for everybody who has it; each can be changed afterwards."""
        self.for_all = value if any(one.offers(value) for one in self.effects) else ""
        for one in self.effects:
            one.chosen = value if one.offers(value) else one.chosen

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
