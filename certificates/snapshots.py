"""What stands on a certificate: facts gathered once, at issue, and frozen. Never a personal identity number (domain 7.2, R40)."""

import hashlib
import json
import unicodedata
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import ngettext, override

from certificates.models import Certificate, CertificateKind, Layout
from courses.models import CourseResult, Occasion, PartResult
from journeys.models import Completion, Enrolment, Stop
from people.models import Organisation, Person, RoleAssignment
from people.roles import Role

# 2: the role under a signature is a word of SIGNS_AS, said in the reader's language; in 1 it is a text.
# 3: with the layout of the programme.
SCHEMA = 3
# The design on paper; a later design is a new name, and old certificates keep theirs. 2: room for a long number.
TEMPLATE = "certificate_2"
MOST_SIGNATORIES = 2


def check_address(code: str) -> str:
    """Public id in, the address that the QR code carries out. The host comes from the settings, never from a request."""
    return f"{settings.BASE_URL}/v/{code}/"


def digest(snapshot: dict) -> str:
    """SHA-256 of the snapshot in its one canonical spelling."""
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def last_occasion(result: CourseResult) -> Occasion | None:
    """The occasion whose attendance completed the course; None for a digital course."""
    done = (
        PartResult.objects.filter(result=result, attendance__isnull=False)
        .select_related("attendance__meeting__occasion__organiser")
        .order_by("-done_on", "-attendance__meeting__starts_at", "-pk")
        .first()
    )
    return done.attendance.meeting.occasion if done and done.attendance else None


def issuer_of_result(result: CourseResult) -> Organisation:
    """Who answers for a course certificate: the organiser; the owner of a digital course."""
    occasion = last_occasion(result)
    return occasion.organiser if occasion else result.course.owner


def issuer_of_completion(completion: Completion) -> Organisation:
    """Who answers for a stage or a journey: the lead of its collaboration, else its owner."""
    journey = completion.version.journey
    return journey.collaboration.lead if journey.collaboration else journey.owner


def snapshot_of_result(
    result: CourseResult,
    *,
    number: str,
    code: str,
    issuer: Organisation,
    at: datetime,
    language: str = "",
    kind: str = CertificateKind.COURSE,
) -> dict:
    """The facts of a course passed, or attended, in the person's language unless another is given."""
    language = language or result.person.language
    version = result.course_version
    done = list(
        PartResult.objects.filter(result=result, state=PartResult.State.DONE)
        .select_related("part")
        .order_by("part__order")
    )
    if kind == CertificateKind.ATTENDANCE:
        done = [one for one in done if one.attendance_id]
    occasion, stop = last_occasion(result), stop_of(result)
    layout = layout_for(stop.version.journey_id if stop else None)
    with override(language):
        rows = [
            {"title": one.part.shown_title, "minutes": one.minutes or one.part.minutes, "on": _iso(one.done_on)}
            for one in done
        ]
        days = [one.done_on for one in done if one.part.is_meeting and one.done_on]
        return _common(result.person, result.organisation, number, code, issuer, at, language) | {
            "kind": CertificateKind(kind).value,
            "title": version.shown_title,
            "version": version.number,
            "programme": programme_of(stop),
            "organiser": (occasion.organiser if occasion else result.course.owner).official_name,
            "first_on": _iso(min([*days, result.passed_on or max(days, default=timezone.localdate(at))])),
            "achieved_on": _iso(result.passed_on if kind == CertificateKind.COURSE else max(days)),
            "valid_until": _iso(result.valid_until if kind == CertificateKind.COURSE else None),
            "days": len(days),
            "minutes": sum(row["minutes"] for row in rows),
            "rows": rows,
            "goals": [goal.text for goal in version.goals.all()] if kind == CertificateKind.COURSE else [],
            "signatories": layout_signatories(layout, language) or _trainers(occasion),
            "layout": layout_facts(layout, language),
        }


def snapshot_of_completion(
    completion: Completion, *, number: str, code: str, issuer: Organisation, at: datetime, language: str = ""
) -> dict:
    """The facts of a completed stage or journey, in the person's language unless another is given."""
    language = language or completion.person.language
    version, stage = completion.version, completion.stage
    with override(language):
        rows = _courses_of(completion)
        total, layout = version.stages.count(), layout_for(version.journey_id)
        return _common(completion.person, completion.organisation, number, code, issuer, at, language) | {
            "kind": (CertificateKind.STAGE if stage else CertificateKind.JOURNEY).value,
            "title": str(stage) if stage else version.journey.shown_name,
            "version": version.number,
            "programme": {
                "name": version.journey.shown_name,
                "stage": str(stage) if stage else "",
                "stage_number": stage.order if stage else 0,
                "stages": total,
                "place": len(rows),
                "of": len(rows),
                "id": str(version.journey.public_id),
            },
            "organiser": "",
            "first_on": min([row["on"] for row in rows if row["on"]], default=_iso(completion.completed_on)),
            "achieved_on": _iso(completion.completed_on),
            "valid_until": "",
            "days": 0,
            "minutes": sum(row["minutes"] for row in rows),
            "rows": rows,
            "goals": [],
            "signatories": layout_signatories(layout, language) or _coordinators(completion),
            "layout": layout_facts(layout, language),
        }


def snapshot_of_record(
    person: Person, certificates: list[Certificate], *, employer: Organisation, number: str, code: str, at: datetime
) -> dict:
    """An extract: what a person's certificates say, oldest first, in the person's language."""
    days = [row.achieved_on for row in certificates]
    with override(person.language):
        count = len(certificates)
        title = ngettext("%(count)d certificate", "%(count)d certificates", count) % {"count": count}
        return _common(person, employer, number, code, employer, at, person.language) | {
            "kind": CertificateKind.EXTRACT.value,
            "title": title,
            "version": 1,
            "programme": None,
            "organiser": "",
            "first_on": _iso(min(days)),
            "achieved_on": _iso(max(days)),
            "valid_until": "",
            "days": 0,
            "minutes": 0,
            "rows": [
                {
                    "title": row.title,
                    "minutes": row.snapshot["minutes"],
                    "on": _iso(row.achieved_on),
                    "number": row.number,
                    "issuer": row.snapshot["issuer"]["name"],
                    "until": _iso(row.valid_until),
                }
                for row in certificates
            ],
            "goals": [],
            "signatories": [],
            "layout": None,
        }


def layout_for(journey: int | None) -> Layout | None:
    """The layout of a programme, by its id; none when nobody has chosen one."""
    return Layout.objects.filter(journey=journey).first() if journey else None


def layout_facts(layout: Layout | None, language: str) -> dict | None:
    """What a certificate freezes of its layout."""
    if layout is None:
        return None
    return {
        "edition": layout.edition,
        "colour": layout.colour,
        "mark": layout.mark,
        "letters": layout.letters,
        "line": (layout.line_en if language == "en" else "") or layout.line,
        "shows_goals": layout.shows_goals,
        "shows_rows": layout.shows_rows,
    }


def layout_signatories(layout: Layout | None, language: str) -> list[dict]:
    """Who signs by the layout, with the role as words; empty when it leaves that to the course or stage."""
    if layout is None:
        return []
    english = language == "en"
    named = [
        (layout.signer, layout.signer_role_en if english else "", layout.signer_role),
        (layout.second, layout.second_role_en if english else "", layout.second_role),
    ]
    return [{"name": name, "role": role_en or role} for name, role_en, role in named if name]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _common(
    person: Person,
    employer: Organisation,
    number: str,
    code: str,
    issuer: Organisation,
    at: datetime,
    language: str,
) -> dict:
    return {
        "schema": SCHEMA,
        "language": language,
        "number": number,
        "address": check_address(code),
        "name": unicodedata.normalize("NFC", person.name),
        "employer": employer.official_name,
        "issuer": {"name": issuer.official_name, "initial": issuer.short_name[:1].upper(), "colour": issuer.colour},
        "issued_on": timezone.localdate(at).isoformat(),
    }


def stop_of(result: CourseResult) -> Stop | None:
    """Where the course stands on the journey that the person follows, or None when it belongs to none."""
    return (
        Stop.objects.filter(
            course=result.course,
            version__enrolments__person=result.person,
            version__enrolments__organisation=result.organisation,
            version__enrolments__state__in=[*Enrolment.OPEN, Enrolment.State.COMPLETED],
        )
        .select_related("stage", "version__journey")
        .order_by("stage__order", "order")
        .first()
    )


def programme_of(stop: Stop | None) -> dict | None:
    """A stop in, its place on the journey out."""
    if stop is None:
        return None
    stops = list(
        Stop.objects.filter(version=stop.version).order_by("stage__order", "order").values_list("pk", flat=True)
    )
    return {
        "name": stop.version.journey.shown_name,
        "stage": str(stop.stage),
        "stage_number": stop.stage.order,
        "stages": stop.version.stages.count(),
        "place": stops.index(stop.pk) + 1,
        "of": len(stops),
        "id": str(stop.version.journey.public_id),
    }


def _courses_of(completion: Completion) -> list[dict]:
    """The passed courses that the completion rests on (its facts name them), in the order they were passed."""
    stamps = [completion]
    if completion.stage_id is None:
        stamps = list(Completion.objects.filter(public_id__in=completion.facts.get("stages", {}).values()))
    named = [fact for one in stamps for fact in one.facts.get("stops", {}).values()]
    results = CourseResult.objects.filter(public_id__in=[fact["result"] for fact in named], person=completion.person_id)
    return [
        {
            "title": result.course_version.shown_title,
            "minutes": sum(part.minutes for part in result.course_version.parts.all() if part.compulsory),
            "on": _iso(result.passed_on),
        }
        for result in results.select_related("course_version")
        .prefetch_related("course_version__parts")
        .order_by("passed_on", "pk")
    ]


def _trainers(occasion: Occasion | None) -> list[dict]:
    if occasion is None:
        return []
    named = occasion.trainers.filter(person__shown_to=Person.ShownTo.ALL).select_related("person").order_by("pk")
    return [{"name": one.person.name, "role": "trainer"} for one in named[:MOST_SIGNATORIES]]


def _coordinators(completion: Completion) -> list[dict]:
    journey = completion.version.journey
    if journey.collaboration_id is None:
        return []
    named = (
        RoleAssignment.objects.on(completion.completed_on)
        .filter(role=Role.COORDINATOR, collaboration=journey.collaboration_id, person__shown_to=Person.ShownTo.ALL)
        .select_related("person")
        .order_by("pk")
    )
    return [{"name": one.person.name, "role": "coordinator"} for one in named[:MOST_SIGNATORIES]]
