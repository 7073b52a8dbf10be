"""What the lines of a file of earlier completions mean: which column is what, and line by line a result or a fault."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Course, CourseResult, CourseVersion, Upload
from people.access import Viewer
from people.models import Employment, Person
from people.names import search_key

# What a column may mean -> its words, and the headings that are recognised (folded as people/names.py folds).
COLUMNS: dict[str, tuple[Promise, str]] = {
    "number": (gettext_lazy("Employee number"), "anstallningsnummer anstnr nummer id number"),
    "email": (gettext_lazy("E-mail at work"), "epost mejl mail email"),
    "course": (gettext_lazy("Course: code or title"), "kurs kurskod kursnamn utbildning course code"),
    "passed_on": (gettext_lazy("Passed on"), "datum godkand genomford avslutad klar date passed"),
}
EARLIEST = date(1970, 1, 1)
# Day 0 of the dates in Excel files.
EXCEL_ZERO = date(1899, 12, 30)


@dataclass(frozen=True)
class Line:
    """One line: the result that it would make, or why it makes none. `is_there`: the result is there already."""

    number: int
    employment: Employment | None = None
    version: CourseVersion | None = None
    passed_on: date | None = None
    fault: str = ""
    is_there: bool = False

    @property
    def is_new(self) -> bool:
        return not self.fault and not self.is_there


def guessed(head: Iterable[str]) -> dict[str, int]:
    """Which column is what, by its heading; the first that fits."""
    found: dict[str, int] = {}
    for place, title in enumerate(head):
        folded = search_key(title)
        words = {*folded.split(), folded.replace(" ", "")}
        for key, (_words, names) in COLUMNS.items():
            if key not in found and place not in found.values() and words & set(names.split()):
                found[key] = place
    return found


def mapping_faults(mapping: Mapping[str, int]) -> list[str]:
    """What the choice of columns lacks, as sentences."""
    lacks = []
    if "number" not in mapping and "email" not in mapping:
        lacks.append(_("Choose the column of the employee number or of the e-mail at work."))
    lacks += [
        _("Choose the column of: %(what)s.") % {"what": COLUMNS[key][0]}
        for key in ("course", "passed_on")
        if key not in mapping
    ]
    if len(set(mapping.values())) < len(mapping):
        lacks.append(_("One column cannot be two things."))
    return lacks


def day_of(text: str) -> date | None:
    """A day as people and spreadsheets write it; None when it is no day."""
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return EXCEL_ZERO + timedelta(days=int(text[:5]))
    for form in ("%Y-%m-%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None


class Known:
    """Who works in the organisation and what may be written in for them, read once: four questions for any number of lines."""

    def __init__(self, viewer: Viewer, upload: Upload) -> None:
        """Withheld persons are not among them: for this file they are as unknown as anybody (R45)."""
        jobs = Employment.objects.on(viewer.on).filter(
            organisation=upload.organisation, person__shown_to=Person.ShownTo.ALL
        )
        self.numbers: dict[str, Employment] = {}
        self.emails: dict[str, Employment] = {}
        for job in jobs.select_related("person").order_by("-pk"):
            self.numbers[job.number.casefold()] = job
            self.emails[job.email.casefold()] = job
        seen = Course.objects.visible_to(viewer).exclude(state=Course.State.DRAFT)
        self.courses: dict[str, list[CourseVersion]] = {}
        for version in CourseVersion.objects.published().filter(course__in=seen).select_related("course__subject"):
            names = {version.course.code, version.title, version.title_en} - {""}
            for name in {search_key(name) for name in names}:
                self.courses.setdefault(name, []).append(version)
        passed = CourseResult.objects.passed().filter(organisation=upload.organisation)
        self.there = set(passed.values_list("person", "course", "passed_on"))
        self.today = viewer.on


def lines_of(viewer: Viewer, upload: Upload) -> list[Line]:
    """Every line of a file with the columns that are chosen, in the order of the file."""
    known, before = Known(viewer, upload), set[tuple[int, int, date]]()
    lines = []
    for number, cells in upload.rows:
        line = _line(known, number, {key: cells[place] for key, place in upload.mapping.items()})
        if line.is_new and line.employment and line.version and line.passed_on:
            same = (line.employment.person_id, line.version.course_id, line.passed_on)
            if same in before:
                line = Line(number, fault=_("The same person, course and day stand in an earlier line."))
            before.add(same)
        lines.append(line)
    return lines


def _line(known: Known, number: int, given: Mapping[str, str]) -> Line:
    job, fault = _employment(known, given.get("number", ""), given.get("email", ""))
    versions = known.courses.get(search_key(given.get("course", "")), [])
    on = day_of(given.get("passed_on", ""))
    faults = [fault] if fault else []
    if len(versions) != 1:
        words = (
            _("The course “%(course)s” is not known.")
            if not versions
            else _("“%(course)s” is several courses: write the code.")
        )
        faults.append(words % {"course": given.get("course", "")})
    if on is None:
        faults.append(_("“%(day)s” is no date. Write 2024-03-31.") % {"day": given.get("passed_on", "")})
    elif not EARLIEST <= on <= known.today:
        faults.append(_("The date %(day)s lies too far back or in the future.") % {"day": on.isoformat()})
    if faults or job is None or on is None:
        return Line(number, fault=" ".join(faults))
    there = (job.person_id, versions[0].course_id, on) in known.there
    return Line(number, job, versions[0], on, is_there=there)


def _employment(known: Known, number: str, email: str) -> tuple[Employment | None, str]:
    """Who is meant, inside the own organisation only; a number counts before an address (T38, P10)."""
    by_number = known.numbers.get(number.casefold()) if number else None
    by_email = known.emails.get(email.casefold()) if email else None
    if not number and not email:
        return None, _("The line names nobody.")
    if number and email and by_number and by_email and by_number.person_id != by_email.person_id:
        return None, _("The number and the address belong to different people.")
    found = by_number if number else by_email
    return found, "" if found else _("“%(who)s” is not known in your organisation.") % {"who": number or email}
