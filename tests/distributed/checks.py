"""`python -m tests.distributed.checks FILE`: the ledger and the rules against the database. Each check answers its faults as sentences.

It asks as the worker does, straight at the promoted server: what is missing there is lost.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import django


def missing(book: dict[str, Any]) -> list[str]:
    """What was answered and does not stand in the database."""
    faults = []
    for entry in book["entries"]:
        if sentence := FINDERS[entry["kind"]](entry["key"], entry["value"], set(book["unknown"]), book["entries"]):
            faults.append(f"{entry['kind']} {entry['key']}: {sentence}")
    return faults


def _asked(key: str, value: str, unknown: set[str], entries: list[dict]) -> str:
    """As many bookings as the person was answered; each answer after having had none made one."""
    from courses.models import Booking

    email, date = key.split()
    rows = Booking.objects.filter(person__email=email, occasion__public_id=date).count()
    answered = sum(one["kind"] == "asked" and one["key"] == key for one in entries)
    return "" if rows >= answered else f"{rows} bookings, {answered} answered"


def _booked(key: str, value: str, unknown: set[str], entries: list[dict]) -> str:
    """There, and held or ended by a rule unless its person has given it back."""
    from courses.models import Booking

    row = Booking.objects.filter(public_id=key, person__email=value).first()
    if row is None:
        return "not there"
    given_back = key in unknown or any(one["kind"] == "cancelled" and one["key"] == key for one in entries)
    ruled = row.is_active or row.end_kind == Booking.EndKind.GOT_ANOTHER
    return "" if ruled or given_back else f"{row.state} {row.end_kind}, and nobody asked for it"


def _cancelled(key: str, value: str, unknown: set[str], entries: list[dict]) -> str:
    from courses.models import Booking

    row = Booking.objects.filter(public_id=key).first()
    return "" if row and row.state == Booking.State.CANCELLED else f"{row and row.state}"


def _marked(key: str, value: str, unknown: set[str], entries: list[dict]) -> str:
    """The last mark of a day that was answered, unless a later one was not answered."""
    from courses.models import Attendance

    booking, day = key.split()
    last = [one["value"] for one in entries if one["kind"] == "marked" and one["key"] == key][-1]
    stands = list(
        Attendance.objects.filter(booking__public_id=booking, meeting__public_id=day).values_list("state", flat=True)
    )
    if key in unknown:
        return "" if stands else "no mark at all"
    return "" if stands == [last] else f"{stands}, told {last}"


def _finished(key: str, value: str, unknown: set[str], entries: list[dict]) -> str:
    from courses.models import CourseResult

    row = CourseResult.objects.filter(public_id=key).first()
    return "" if row and row.state == CourseResult.State.PASSED else f"{row and row.state}"


def _ordered(key: str, value: str, unknown: set[str], entries: list[dict]) -> str:
    from certificates.models import Bundle

    return "" if Bundle.objects.filter(public_id=key).exists() else "not there"


FINDERS = {
    "asked": _asked, "booked": _booked, "cancelled": _cancelled, "marked": _marked, "finished": _finished,
    "ordered": _ordered,
}  # fmt: skip


def unfair() -> list[str]:
    """No seat sold twice, none free beside somebody who waits, none counted wrong, nobody with two bookings (trust 4)."""
    from django.db.models import Value
    from django.db.models.functions import Coalesce
    from django.utils import timezone

    from courses.models import Booking, Occasion
    from tracker.bench.fairness import Room, Row, by_occasion, standing_faults

    held = ("id", "occasion", "person", "organisation", "state", "seat_from", "priority", "hold")
    rows = Booking.objects.active().annotate(day=Coalesce("makeup_part__key", Value("")))
    found = by_occasion([Row(*facts) for facts in rows.values_list(*held, "day")])
    gives = {Occasion.State.OPEN, Occasion.State.CLOSED}
    return [
        f"{one.number}: {fault}"
        for one in Occasion.objects.exclude(state=Occasion.State.REPORTED)
        for fault in standing_faults(
            Room(one.seats, one.seats_taken, {}, one.state in gives and one.first_on > timezone.localdate()),
            found[one.pk],
        )
    ]


def lost_jobs(in_hand: list[str]) -> list[str]:
    """Jobs that a worker held when it was killed and that nobody has done since; facts that asked for a job and have no outcome."""
    from django_q.models import Task
    from django_q.signing import SignedPackage

    from certificates.models import Bundle, Certificate
    from courses.models import CourseResult

    jobs = [SignedPackage.loads(payload) for payload in in_hand]
    done = set(Task.objects.filter(id__in=[job["id"] for job in jobs], success=True).values_list("id", flat=True))
    faults = [f"{job['func']} {job['args']} was never done" for job in jobs if job["id"] not in done]
    papers = Certificate.objects.filter(state=Certificate.State.QUEUED)
    faults += [f"certificate {one.number} was never drawn: {one.fault}" for one in papers]
    faults += [f"file {one.pk} is {one.state}" for one in Bundle.objects.exclude(state=Bundle.State.READY)]
    bare = CourseResult.objects.filter(state=CourseResult.State.PASSED, certificates=None)
    return faults + [f"result {one.pk} is passed and has no certificate" for one in bare]


def doubled() -> list[str]:
    """Two certificates of one result, one number twice, and papers whose bytes are not in the store or are others."""
    from hashlib import sha256

    from certificates.models import Certificate, CertificateFile
    from people.files import read_bytes

    results = Counter(Certificate.objects.live().exclude(result=None).values_list("result", "kind"))
    numbers = Counter(Certificate.objects.values_list("number", flat=True))
    faults = [f"{count} certificates of result {key}" for key, count in results.items() if count > 1]
    faults += [f"number {number} {count} times" for number, count in numbers.items() if count > 1]
    for file in CertificateFile.objects.all():
        if sha256(read_bytes(file.stored_as) or b"").hexdigest() != file.sha256:
            faults.append(f"{file.stored_as} is not what was drawn")
    return faults


def planted(book: dict[str, Any]) -> list[str]:
    """Shows that the comparison can fail: entries that no database has, each of which must be found."""
    never = "00000000-0000-4000-8000-000000000000"
    faults = []
    for kind in FINDERS:
        key = {"asked": f"nobody@example.org {never}", "marked": f"{never} {never}"}.get(kind, never)
        entry = {"kind": kind, "key": key, "value": "present"}
        if missing({"entries": [entry], "unknown": []}) == []:
            faults.append(f"a made-up answer ({kind}) was not missed")
    return faults


def counts() -> dict[str, int]:
    """How much there was to compare."""
    from django_q.models import Task

    from certificates.models import Bundle, Certificate
    from courses.models import Booking, Occasion

    return {
        "bookings": Booking.objects.count(), "occasions": Occasion.objects.count(), "jobs": Task.objects.filter(success=True).count(),
        "certificates": Certificate.objects.count(), "files": Bundle.objects.count(),
    }  # fmt: skip


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Everything: {"counts": ..., "faults": {name of the check: sentences}}."""
    return {
        "counts": counts(),
        "faults": {
            "missing": missing(given["ledger"]), "unfair": unfair(), "lost jobs": lost_jobs(given["in_hand"]),
            "doubled": doubled(), "blind": planted(given["ledger"]),
        },
    }  # fmt: skip


if __name__ == "__main__":
    django.setup()
    from people.scoping import JOB, Scope, enter

    enter(Scope("distributed", JOB))
    print(json.dumps(check(json.loads(Path(sys.argv[1]).read_text()))))
