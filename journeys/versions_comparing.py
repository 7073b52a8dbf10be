"""Two versions side by side in words: which stations are new, gone, moved or changed, for the owner and for one person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journeys.deadlines import explain
from journeys.models import LOCAL, ChoiceGroup, Stage, Version
from journeys.programmes import StageShown, StopShown, path_shown, years_words
from journeys.versions import Mappings, Transfer

NEW, GONE, MOVED, CHANGED, SAME = "new", "gone", "moved", "changed", "same"


@dataclass(frozen=True)
class Line:
    """One station in both versions (either may lack it), what became of it, and how in words."""

    kind: str
    old: StopShown | None
    new: StopShown | None
    old_stage: str = ""
    new_stage: str = ""
    words: tuple[str, ...] = ()


@dataclass
class Comparison:
    lines: list[Line]
    stages: list[str] = field(default_factory=list)

    def count(self, kind: str) -> int:
        return sum(line.kind == kind for line in self.lines)

    @property
    def sums(self) -> list[str]:
        """'2 new stations', '1 gone' and so on; an empty list when nothing differs."""
        texts = {
            NEW: ngettext("%(n)d new station", "%(n)d new stations", self.count(NEW)),
            GONE: ngettext("%(n)d station gone", "%(n)d stations gone", self.count(GONE)),
            MOVED: ngettext("%(n)d moved", "%(n)d moved", self.count(MOVED)),
            CHANGED: ngettext("%(n)d changed", "%(n)d changed", self.count(CHANGED)),
        }
        return [text % {"n": self.count(kind)} for kind, text in texts.items() if self.count(kind)]


def compare(old: Version, new: Version) -> Comparison:
    """The stations of both versions in the order of the new one, those that are gone after those of their stage."""
    pairs = Mappings(new.journey).between(old.number, new.number)
    olds, news = path_shown(old), path_shown(new)
    came_from = {after: before for before, after in pairs.items() if after}
    known = {one.stop.key: (row.stage, one) for row in olds for one in row.stops}
    lines = [_line(known.get(came_from.get(one.stop.key, "")), (row.stage, one)) for row in news for one in row.stops]
    lines += [_line(known[key], None) for key, after in pairs.items() if not after]
    return Comparison(lines, list(_stages(olds, news)))


def _line(old: tuple[Stage, StopShown] | None, new: tuple[Stage, StopShown] | None) -> Line:
    if new is None:
        assert old is not None
        return Line(GONE, old[1], None, old_stage=str(old[0]))
    if old is None:
        return Line(NEW, None, new[1], new_stage=str(new[0]))
    words = tuple(_changes(old, new))
    moved = old[0].key != new[0].key
    return Line(MOVED if moved else CHANGED if words else SAME, old[1], new[1], str(old[0]), str(new[0]), words)


def _changes(old: tuple[Stage, StopShown], new: tuple[Stage, StopShown]) -> Iterable[str]:
    was, now = old[1], new[1]
    if old[0].key != new[0].key:
        yield _("from the stage %(old)s to %(new)s") % {"old": old[0], "new": new[0]}
    if was.stop.course_id != now.stop.course_id:
        yield _("another course: %(course)s") % {"course": now.title}
    if was.stop.kind != now.stop.kind:
        yield _("was %(old)s, is %(new)s") % {"old": was.stop.get_kind_display().lower(), "new": now.stop.get_kind_display().lower()}  # fmt: skip
    if was.deadline != now.deadline:
        yield now.deadline or _("no deadline any more")
    if (now.stop.min_course_version or 0) > (was.stop.min_course_version or 0):
        yield _("asks for a newer version of the course")


def _stages(olds: list[StageShown], news: list[StageShown]) -> Iterable[str]:
    """What differs in stages and choice groups, as sentences."""
    before, after = ({row.stage.key: row for row in rows} for rows in (olds, news))
    for key, row in after.items():
        if key not in before:
            yield _("The stage %(stage)s is new.") % {"stage": row.stage}
            continue
        was = before[key]
        if str(was.stage) != str(row.stage):
            yield _("The stage %(old)s is called %(new)s.") % {"old": was.stage, "new": row.stage}
        if years_words(was.stage) != years_words(row.stage):
            yield _("The stage %(stage)s: %(years)s.") % {"stage": row.stage, "years": years_words(row.stage)}
        yield from _groups(was.groups, row.groups)
    for key, row in before.items():
        if key not in after:
            yield _("The stage %(stage)s is gone.") % {"stage": row.stage}


def _groups(olds: list[ChoiceGroup], news: list[ChoiceGroup]) -> Iterable[str]:
    needs = {group.key: group.needs for group in olds}
    for group in news:
        if needs.get(group.key) != group.needs:
            text = ngettext("%(n)d station of %(group)s is needed.", "%(n)d stations of %(group)s are needed.", group.needs)  # fmt: skip
            yield text % {"n": group.needs, "group": group}
    for group in olds:
        if group.key not in {one.key for one in news}:
            yield _("The choice group %(group)s is gone.") % {"group": group}


@dataclass(frozen=True)
class OwnLine:
    """What a move means for one station of one person."""

    kind: str
    title: str
    words: str = ""
    due: date | None = None
    was_due: date | None = None


def own_lines(old: Version, new: Version, found: Transfer, titles: Mapping[str, str]) -> list[OwnLine]:
    """What differs for one person: stations that come, go, get another date; what is done is carried and stands last.

    `titles`: names of the stations by key, those that the organisation adds among them."""
    titles = {**titles, **{one.stop.key: one.title for row in path_shown(new) for one in row.stops}}
    gone = {one.stop.key: one.title for row in path_shown(old) for one in row.stops}
    pairs = Mappings(new.journey).between(old.number, new.number)
    came_from = {key: key for key in titles if key.startswith(LOCAL)} | {
        after: before for before, after in pairs.items() if after
    }
    lines = []
    for key, now in found.after.stops.items():
        was = found.before.stops.get(came_from.get(key, ""))
        if key not in found.held:
            continue
        if was is None:
            words = _("Done already.") if now.done else explain(now.why)
            lines.append(OwnLine(NEW, titles[key], words, None if now.done else now.due))
        elif not now.done and was.due != now.due:
            lines.append(OwnLine(CHANGED, titles[key], explain(now.why), now.due, was.due))
    lines += [OwnLine(GONE, gone[key]) for key, after in pairs.items() if not after and key in found.was_held]
    return lines
