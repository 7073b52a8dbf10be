"""The demo's courses and journeys, written and published by deeds."""

from datetime import date, timedelta

from courses.authoring import add_goal, add_part, add_prerequisite, add_subject, add_task, draft_course, publish_course
from courses.models import Course, CourseVersion
from journeys.models import Journey
from journeys.publishing import add_group, add_stage, add_stop, adopt_journey, draft_journey, publish_version
from people.models import Organisation
from tracker.demo import places
from tracker.demo.content import JOURNEYS
from tracker.demo.staff import HIGHLAND, REGION, Staff
from tracker.demo.terms import local
from tracker.demo.texts import CourseText, JourneyText, StageText

KINDS = {"D": "preparation", "W": "webinar", "K": "meeting", "L": "circle", "H": "practice", "F": "follow_up"}
TITLES = {
    "preparation": "Förarbete",
    "webinar": "Webbseminarium",
    "meeting": "Kursdag",
    "circle": "Lärgrupp",
    "practice": "Observerat moment",
    "follow_up": "Fördjupning i vardagen",
}
TITLES_EN = {
    "preparation": "Preparation",
    "webinar": "Webinar",
    "meeting": "Course day",
    "circle": "Study circle",
    "practice": "Observed practice",
    "follow_up": "Follow-up at work",
}
WHY = "Gör att kursdagen kan ägnas åt att öva i stället för att lyssna."


class Teaching:
    """Publishes everything that the demo teaches, two months before its history begins."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.at = local(staff.first - timedelta(days=60), 10)
        self.texts: dict[str, CourseText] = {}
        self.courses: dict[str, Course] = {}
        self.versions: dict[str, CourseVersion] = {}
        self.journeys: dict[str, Journey] = {}

    def owner_of(self, journey: JourneyText) -> Organisation:
        return self.staff.organisations[HIGHLAND if journey.code == "DI" else REGION]

    def build_courses(self) -> None:
        for journey in JOURNEYS:
            for text in journey.courses:
                self._course(text, self.owner_of(journey))
        for journey in JOURNEYS:
            for text in journey.courses:
                self._prerequisites(text)
                publish_course(version=self.versions[text.code], by=None, at=self.at)

    def _course(self, text: CourseText, owner: Organisation) -> None:
        subject = None
        if text.valid_months:
            subject = add_subject(
                owner=owner, code=text.code, name=text.title, validity_months=text.valid_months, by=None, at=self.at
            )
        version = draft_course(
            owner=owner,
            code=text.code,
            title=text.title,
            title_en=text.title_en,
            text=text.about,
            subject=subject,
            local=text.local,
            by=None,
            at=self.at,
        )
        self._parts(version, text)
        for level, goal in text.goals:
            add_goal(version=version, level=level, text=goal, by=None, at=self.at)
        self.texts[text.code], self.courses[text.code], self.versions[text.code] = text, version.course, version

    def _parts(self, version: CourseVersion, text: CourseText) -> None:
        days = sum(form in "KW" for form, _hours in text.parts)
        number = 0
        for form, hours in text.parts:
            kind = KINDS[form]
            title, title_en = TITLES[kind], TITLES_EN[kind]
            if form == "K" and days > 1:
                number += 1
                title, title_en = f"{title} {number}", f"{title_en} {number}"
            confirmed = {"K": "organiser", "W": "organiser", "H": "supervisor"}.get(form, "self")
            part = add_part(
                version=version,
                kind=kind,
                title=title,
                title_en=title_en,
                minutes=int(hours * 60),
                confirmed_by=confirmed,
                by=None,
                at=self.at,
            )
            if kind == "preparation":
                tasks = text.tasks or ("Läs igenom materialet", "Gör kunskapstestet")
                for task in tasks:
                    add_task(part=part, text=task, why=WHY, minutes=int(hours * 60 / len(tasks)), by=None, at=self.at)

    def _prerequisites(self, text: CourseText) -> None:
        version = self.versions[text.code]
        for code, hard in [*((c, True) for c in text.hard), *((c, False) for c in text.soft)]:
            add_prerequisite(version=version, course=self.courses[code], hard=hard, by=None, at=self.at)
        if text.min_years:
            add_prerequisite(version=version, min_years=text.min_years, hard=False, by=None, at=self.at)
        if text.role:
            add_prerequisite(version=version, role=text.role, hard=False, by=None, at=self.at)

    def build_journeys(self) -> None:
        for text in JOURNEYS:
            owner = self.owner_of(text)
            circle = self.staff.collaborations[HIGHLAND if text.code == "DI" else REGION]
            version = draft_journey(
                owner=owner,
                code=text.code,
                name=text.name,
                name_en=text.name_en,
                collaboration=circle,
                by=None,
                at=self.at,
            )
            for stage in text.stages:
                self._stage(version, stage)
            publish_version(version=version, valid_from=self.staff.first, by=None, at=self.at)
            self.journeys[text.code] = version.journey
            for key in self.runners(text.code):
                adopt_journey(
                    journey=version.journey,
                    organisation=self.staff.organisations[key],
                    starts_on=self.staff.first,
                    by=None,
                    at=self.at,
                )

    def _stage(self, version, text: StageText) -> None:
        stage = add_stage(
            version=version,
            name=text.name,
            name_en=text.name_en,
            min_years=text.min_years,
            max_years=text.max_years,
            role=text.role,
            key=text.key,
            by=None,
            at=self.at,
        )
        group = None
        if text.electives_needed:
            group = add_group(stage=stage, needs=text.electives_needed, name="Välj 1 av 2", by=None, at=self.at)
        for stop in text.stops:
            add_stop(
                stage=stage,
                course=self.courses[stop.code],
                kind=stop.kind,
                group=group if stop.kind == "elective" else None,
                anchor=stop.anchor,
                offset=stop.offset,
                unit=stop.unit if stop.offset else "",
                key=stop.code.lower(),
                by=None,
                at=self.at,
            )

    def runners(self, code: str) -> list[str]:
        """Return the keys of the organisations that run a journey."""
        if code == "DI":
            return [*places.HIGHLAND]
        if code == "FM":
            return [*places.DISABILITY_STARTED]
        return [*places.REGION, "provider"]


def enrolled_on(starts_on: date, first: date) -> date:
    """The first day on a journey: the first day at work, or the day the programme began."""
    return max(starts_on, first)
