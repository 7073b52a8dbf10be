"""Every page that the resolver knows, each as somebody who may open it, and what a browser finds wrong with it.

The walk's table (tests/walk_table.py) says who may open what and feeds the addresses; nothing is listed by hand but the
addresses that are no page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.apps import apps
from django.db import models
from django.http import HttpResponse
from django.urls import reverse

from people.employment import start_leave
from tests.lived import Lived
from tests.test_access_walk import may_open, openings
from tests.walk_table import EXPECTED, values
from tests.walking import addresses, sign_in
from tracker.management.commands.messages import CATALOGUE, polib

# One of each role, and two of another municipality to whom something was sent; what looks different for two of the first ones who may open it is opened by both. Nobody is always
# asked: the entrance leads on whoever has signed in.
ENOUGH = 4
VIEWERS = ["amira", "johan", "petra", "helena", "karin", "olle", "maja", "saga", "pia", "tove", "tilda", "hugo"]
# Swedish names that stand as examples in English sentences; initials; heads of a file that HR sent.
EXAMPLES = ("Tjörns kommun", "Tjörn", "TÅ", "Nummer", "Datum")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")
# Words that every sentence of a language has, and the other language has not.
TONGUE = {
    "sv": re.compile(r"\b(?:the|and|you|your|of|is|are|with|this|not|when|who|what|yes)\b", re.IGNORECASE),
    "en": re.compile(
        r"[åäö]|\b(?:och|att|till|inte|det|som|med|den|har|kan|ditt|din|av|om|ja|tisdag|onsdag|torsdag|fredag|januari"
        r"|februari|augusti|oktober|plats|kurs|intyg|dag)\b",
        re.IGNORECASE,
    ),
}
TEXTS = """() => {
  const home = document.documentElement.lang, found = [];
  const told = (element, text) => {
    const one = (text || '').replace(/\\s+/g, ' ').trim();
    if (one && (element.closest('[lang]') || {}).lang === home) found.push(one);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!element.closest('script, style, template, textarea, [data-content]')) told(element, walker.currentNode.data);
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
    for (const element of document.body.querySelectorAll(`[${name}]`)) told(element, element.getAttribute(name));
  told(document.documentElement, document.title.replace(/ – Leden$/, ''));
  return [...new Set(found)];
}"""
AXE = """async () => {
  const found = await axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  });
  return found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).slice(0, 3).join(' | '));
}"""
SHAPE = """() => [
  document.querySelectorAll('h1').length, document.documentElement.lang, document.title.replace('– Leden', '').trim(),
]"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Target:
    """A page: its URL name, who opens it, its address, and the template that it is made of."""

    name: str
    viewer: str
    url: str
    template: str


def feeds(lived: Lived) -> dict[str, dict[str, object]]:
    """The walk's objects, and those that have something left to change: a journey under way, and a leave."""
    known = values(lived)
    known["enrolment"] = {"jonas": lived.enrolments["jonas"].public_id}
    leave = start_leave(employment=lived.world.job("amira"), kind="parental", starts_on=lived.world.today, by=None)
    known["leave"] = {"amira": leave.pk}
    return known


def asked(lived: Lived, known: dict) -> Iterator[tuple[str, str, str, HttpResponse]]:
    """(URL name, viewer, address, answer) for all that the table lets in; one page for each viewer is enough."""
    clients = {viewer: sign_in(lived, viewer) for viewer in [*VIEWERS, ""]}
    for address in addresses():
        page = EXPECTED[address.name]
        shapes = list(openings(page, known))
        able = [one for one in VIEWERS if one in page.who and any(may_open(one, page, shape) for shape in shapes)]
        for viewer in [*able[:ENOUGH], *({""} & set(page.who))]:
            for opened in [one for one in shapes if may_open(viewer, page, one)]:
                url = reverse(address.name, kwargs={key: known[kind][label] for key, (kind, label) in opened.items()})
                kept = clients[viewer].cookies.copy()
                answer = clients[viewer].get(url)
                clients[viewer].cookies = kept
                yield address.name, viewer, url, answer
                if answer.status_code in {200, 405}:
                    break


def targets(lived: Lived) -> tuple[list[Target], set[str]]:
    """(every page in each of its shapes, with the first viewer who gets it; the names that answered nothing to anybody).

    An address that takes only POST, or that answers with a file, has answered."""
    found: dict[tuple[str, str], Target] = {}
    answered = set()
    for name, viewer, url, answer in asked(lived, feeds(lived)):
        if answer.status_code in {200, 405}:
            answered.add(name)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            template = answer.templates[0].name if answer.templates else ""
            found.setdefault((name, template), Target(name, viewer, url, template))
    return list(found.values()), {address.name for address in addresses()} - answered


def session_of(lived: Lived, viewer: str) -> str:
    client = sign_in(lived, viewer)
    return client.cookies["sessionid"].value if viewer else ""


class Tongues:
    """What may not be read on a page in a language: the catalogue's texts in the other one, and its commonest words."""

    @cached_property
    def content(self) -> re.Pattern:
        """Whatever people wrote: titles, names, places. It is theirs, in whatever language."""
        written = set(EXAMPLES)
        for model in apps.get_models():
            names = [
                field.name
                for field in model._meta.get_fields()
                if isinstance(field, models.CharField | models.TextField) and not field.choices
            ]
            if model._meta.app_label in {"people", "courses", "journeys"} and model.__name__ not in {"Notice", "Event"}:
                for row in model._default_manager.values_list(*names) if names else []:
                    written.update(one.strip() for one in row if isinstance(one, str) and len(one.strip()) > 2)
        parts = sorted({part for one in written for part in [one, *one.splitlines()] if part}, key=len, reverse=True)
        return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(" ".join(one.split())) for one in parts) + r")(?!\w)")

    @cached_property
    def foreign(self) -> dict[str, re.Pattern]:
        """Language -> the whole texts of the catalogue that belong to the other language."""
        pairs = []
        for entry in polib.pofile(str(CATALOGUE)):
            pairs.append((entry.msgid, entry.msgstr or entry.msgstr_plural.get(0, "")))
            if entry.msgid_plural:
                pairs.append((entry.msgid_plural, entry.msgstr_plural[1]))
        english, swedish = {one for one, _two in pairs}, {two for _one, two in pairs}
        return {"sv": self._any(english - swedish), "en": self._any(swedish - english)}

    @staticmethod
    def _any(texts: set[str]) -> re.Pattern:
        shapes = []
        for text in texts:
            literals = [re.escape(" ".join(one.split())) for one in PLACEHOLDER.split(text)]
            letters = sum(len(re.findall(r"[^\W\d]", one)) for one in literals)
            if letters > (3 if len(literals) == 1 else 12):  # "%s av %s" is too little to know a text by
                shapes.append(r"\s?.+?\s?".join(literals))
        return re.compile("|".join(shapes))

    def wrong(self, texts: list[str], language: str) -> list[str]:
        found = []
        for text in texts:
            ours = self.content.sub("·", text)
            if self.foreign[language].fullmatch(ours) or TONGUE[language].search(ours):
                found.append(text)
        return found
