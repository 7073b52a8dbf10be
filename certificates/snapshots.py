"""What stands on a certificate: facts gathered once, at issue, and frozen. Never a personal identity number (domain 7.2, R40)."""

import hashlib
import json
import unicodedata
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from certificates.models import CertificateKind
from courses.models import CourseResult, Occasion, PartResult
from journeys.models import Completion, Enrolment, Stop
from people.models import Organisation, Person, RoleAssignment
from people.roles import Role

# 2: the role under a signature is a word of SIGNS_AS, said in the reader's language; in 1 it is a text.
SCHEMA = 2
# The design on paper; a later design is a new name, and old certificates keep theirs.
TEMPLATE = "certificate_1"
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
    occasion = last_occasion(result)
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
            "programme": programme_of(result),
            "organiser": (occasion.organiser if occasion else result.course.owner).official_name,
            "first_on": _iso(min([*days, result.passed_on or timezone.localdate(at)])),
            "achieved_on": _iso(result.passed_on),
            "valid_until": _iso(result.valid_until),
            "days": len(set(days)),
            "minutes": sum(row["minutes"] for row in rows),
            "rows": rows,
            "goals": [goal.text for goal in version.goals.all()],
            "signatories": _trainers(occasion),
        }


def snapshot_of_completion(
    completion: Completion, *, number: str, code: str, issuer: Organisation, at: datetime, language: str = ""
) -> dict:
    """The facts of a completed stage or journey, in the person's language unless another is given."""
    language = language or completion.person.language
    version, stage = completion.version, completion.stage
    with override(language):
        rows = _courses_of(completion)
        total = version.stages.count()
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
            },
            "organiser": "",
            "first_on": min([row["on"] for row in rows if row["on"]], default=_iso(completion.completed_on)),
            "achieved_on": _iso(completion.completed_on),
            "valid_until": "",
            "days": 0,
            "minutes": sum(row["minutes"] for row in rows),
            "rows": rows,
            "goals": [],
            "signatories": _coordinators(completion),
        }


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


def programme_of(result: CourseResult) -> dict | None:
    """Where the course stands on the journey that the person follows, or None when it belongs to none."""
    stop = (
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
