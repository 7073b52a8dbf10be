"""How the facts of a snapshot read, in the active language: the same lines on the paper, the public page and the lists."""

import base64
import html
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from io import BytesIO

import segno
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from certificates.models import CertificateKind
from people.roles import Role
from people.theme import contrast, palette

# What fits on the first page; the rest stands on the next.
ROWS_ON_FIRST_PAGE = 4
GOALS_ON_FIRST_PAGE = 420
# Millimetres between the issuer and the signatures, and what the letters of a name take of them.
ROOM = 81
NAME_LETTERS = {"short": 22, "long": 34, "longest": 48}
NAME_HEIGHT = {"short": 15.6, "long": 10.3, "longest": 6.9}
# Places of the drawing, from the start upwards; the goal is the last.
PLACES = [(136, 512), (222, 580), (190, 424), (286, 466), (232, 316), (316, 352)]
GOAL = (268, 208)
START = (84, 620)
# The words of a snapshot for who signs.
SIGNS_AS = {"trainer": Role.TRAINER.label, "coordinator": Role.COORDINATOR.label}


@dataclass(frozen=True)
class Mark:
    """A place of the drawing: done, here, goal or reached (the goal); legs lead to it from (x1, y1) to (x2, y2)."""

    kind: str
    x: int
    y: int
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Paper:
    """A snapshot with its dates and sentences. Everything that it says stands in the snapshot."""

    facts: dict

    def __getattr__(self, name: str) -> object:
        try:
            return self.facts[name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def steps(self) -> dict[str, str]:
        """The colours of the issuer, dark enough on white whatever colour it chose."""
        return palette(self.look.get("colour") or self.facts["issuer"]["colour"])["light"]

    @property
    def look(self) -> dict:
        """The programme's layout as it was frozen; empty for the usual one, and in older papers."""
        return self.facts.get("layout") or {}

    @property
    def mark(self) -> str:
        return self.look.get("mark", "square")

    @property
    def letters(self) -> str:
        return self.look.get("letters") or self.facts["issuer"]["initial"]

    @property
    def line(self) -> str:
        return self.look.get("line", "")

    @property
    def goals(self) -> list[str]:
        return self.facts["goals"] if self.look.get("shows_goals", True) else []

    @property
    def colour(self) -> str:
        own = self.steps["base-default"]
        return own if contrast(own, "#ffffff") >= 4.5 else self.steps["text-subtle"]

    @property
    def ground(self) -> str:
        return self.steps["background-tinted"]

    @property
    def contour(self) -> str:
        return self.steps["surface-active"]

    @property
    def achieved_on(self) -> date:
        return date.fromisoformat(self.facts["achieved_on"])

    @property
    def first_on(self) -> date:
        return date.fromisoformat(self.facts["first_on"])

    @property
    def issued_on(self) -> date:
        return date.fromisoformat(self.facts["issued_on"])

    @property
    def valid_until(self) -> date | None:
        return date.fromisoformat(self.facts["valid_until"]) if self.facts["valid_until"] else None

    @property
    def signatories(self) -> list[dict]:
        """Who signs, with the role in the active language; older papers froze the role as a text."""
        return [one | {"role": str(SIGNS_AS.get(one["role"], one["role"]))} for one in self.facts["signatories"]]

    @property
    def rows(self) -> list[dict]:
        return [
            row | {"on": date.fromisoformat(row["on"]) if row["on"] else None, "hours": hours(row["minutes"])}
            for row in self.facts["rows"]
            if self.look.get("shows_rows", True)
        ]

    @property
    def is_course(self) -> bool:
        """Whether it is about one course: passed, or attended."""
        return self.facts["kind"] in (CertificateKind.COURSE, CertificateKind.ATTENDANCE)

    @property
    def is_extract(self) -> bool:
        return self.facts["kind"] == CertificateKind.EXTRACT

    @property
    def kind_label(self) -> str:
        return str(CertificateKind(self.facts["kind"]).label)

    @property
    def has_done(self) -> str:
        """The line between the name and the title."""
        if self.facts["kind"] == CertificateKind.COURSE:
            return _("has completed and passed")
        if self.facts["kind"] == CertificateKind.ATTENDANCE:
            return _("has attended")
        if self.is_extract:
            return _("has earned and holds")
        if self.facts["kind"] == CertificateKind.STAGE:
            return _("has completed the stage")
        return _("has completed the journey")

    @property
    def scope(self) -> str:
        """'2 course days, 14 hours' or '6 courses, 80 hours'."""
        days, count = self.facts["days"], len(self.facts["rows"])
        if self.is_course:
            first = ngettext("%(count)d course day", "%(count)d course days", days) % {"count": days} if days else ""
        elif self.is_extract:
            first = ""
        else:
            first = ngettext("%(count)d course", "%(count)d courses", count) % {"count": count} if count else ""
        return ", ".join(part for part in (first, hours(self.facts["minutes"])) if part)

    @property
    def stage_line(self) -> str:
        """'Stage 2, New in the profession'; empty when the course belongs to no journey."""
        programme = self.facts["programme"]
        if not programme or not programme["stage"]:
            return ""
        return pgettext("on paper", "Stage %(number)d, %(name)s") % {
            "number": programme["stage_number"],
            "name": programme["stage"],
        }

    @property
    def place_line(self) -> str:
        """'Station 6 of 16', for a course on a journey."""
        programme = self.facts["programme"]
        if not programme or not self.is_course:
            return ""
        return _("Station %(place)d of %(total)d") % {"place": programme["place"], "total": programme["of"]}

    @property
    def name_size(self) -> str:
        length = len(self.facts["name"])
        return "short" if length <= 22 else "long" if length <= 44 else "longest"

    @property
    def title_size(self) -> str:
        return "short" if len(self.facts["title"]) <= 60 else "long"

    @property
    def _head_height(self) -> float:
        """Millimetres that name, title and the line under it take."""
        name, title, line = self.facts["name"], self.facts["title"], self.line
        return (
            _lines(name, NAME_LETTERS[self.name_size]) * NAME_HEIGHT[self.name_size]
            + (_lines(title, 40) * 9.5 if self.title_size == "short" else _lines(title, 60) * 6.3)
            + (_lines(line, 75) * 5.9 + 2 if line else 0)
        )

    @property
    def _goals_height(self) -> float:
        return 5 + sum(_lines(goal, 90) for goal in self.goals) * 5.2 if self.goals else 0

    @property
    def goals_first(self) -> bool:
        fits = self._head_height + self._goals_height <= ROOM
        return not self.goals or (fits and sum(len(goal) for goal in self.goals) <= GOALS_ON_FIRST_PAGE)

    @property
    def rows_first(self) -> bool:
        if not self.rows:
            return True
        if self.is_extract or len(self.rows) > ROWS_ON_FIRST_PAGE:
            return False
        height = 11 + sum(_lines(row["title"], 42) for row in self.rows) * 6.1
        return self._head_height + (self._goals_height if self.goals_first else 0) + height <= ROOM

    @property
    def more(self) -> bool:
        """Whether there is a second page."""
        return not (self.goals_first and self.rows_first)

    @property
    def check_place(self) -> str:
        """The check page as people type it: without the scheme."""
        return self.facts["address"].partition("://")[2].rpartition("/v/")[0] + "/v"

    @property
    def marks(self) -> list[Mark]:
        """The drawing: what is done, where this paper stands, the goal."""
        programme = self.facts["programme"] if self.is_course else None
        shown = max(1, min(programme["place"] if programme else len(self.facts["rows"]), len(PLACES)))
        ends = "goal" if programme and programme["place"] < programme["of"] else "reached"
        marks, before = [], START
        for index, point in enumerate([*PLACES[:shown], GOAL], start=1):
            kind = ends if index > shown else "here" if index == shown and ends == "goal" else "done"
            marks.append(Mark(kind, *point, *_leg(before, point)))
            before = point
        return marks


def markup_of(snapshot: dict, template: str) -> str:
    """Snapshot in, the paper's HTML out, in its language."""
    with override(snapshot["language"]):
        context = {"paper": Paper(snapshot), "qr": qr_picture(snapshot["address"])}
        return render_to_string(f"certificates/pdf/{template}.html", context)


def own_css(paper: Paper, template: str) -> str:
    """What differs from paper to paper: the colour, and the drawing as a background, which readers pass by."""
    drawing = render_to_string(f"certificates/pdf/{template}.svg", {"paper": paper})
    picture = base64.b64encode(drawing.encode()).decode()
    return (
        f".title{{color:{paper.colour}}} .mark{{background:{paper.colour}}} "
        f'.art{{background-image:url("data:image/svg+xml;base64,{picture}")}}'
    )


def preview_css(snapshot: dict, template: str) -> str:
    """The paper's style sheet, held inside `.a4` of a page: what concerns sheets of paper is left out."""
    sheet = render_to_string(f"certificates/pdf/{template}.css") + own_css(Paper(snapshot), template)
    rules = re.sub(r"@page[^}]*}", "", sheet)
    return f".a4{{{rules}}}"


def printed_text(markup: str) -> str:
    """Markup in, the letters that it prints out."""
    body = markup.partition("<body")[2]
    return html.unescape(re.sub(r"<[^>]*>", " ", f"<body{body}"))


def qr_picture(address: str) -> str:
    """Address in, its QR code as a data: picture out (level M; one mask, so that it costs 1 ms)."""
    drawn = BytesIO()
    segno.make(address, error="m", mask=0, boost_error=False).save(
        drawn, kind="svg", border=0, dark="#10312c", xmldecl=False
    )
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()


def hours(minutes: int) -> str:
    """840 in, '14 hours' out; halves and quarters with the language's decimal sign."""
    if not minutes:
        return ""
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    whole, rest = divmod(minutes, 60)
    if not rest:
        return ngettext("%(count)d hour", "%(count)d hours", whole) % {"count": whole}
    return _("%(hours)d h %(minutes)d min") % {"hours": whole, "minutes": rest}


def _lines(text: str, letters: int) -> int:
    """How many lines a text takes at most, at so many letters each."""
    return -(-len(text) // letters) or 1


def _leg(start: tuple[int, int], end: tuple[int, int]) -> tuple[float, float, float, float]:
    """The straight line between two places, cut short so that it touches neither."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    cut = 30 / length
    return (
        round(start[0] + dx * cut, 1),
        round(start[1] + dy * cut, 1),
        round(end[0] - dx * cut, 1),
        round(end[1] - dy * cut, 1),
    )
