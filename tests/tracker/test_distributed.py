"""What `make distributed` counts with: each of its checks finds what is there, and misses what is not."""

import base64

import pytest
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

from certificates.models import Certificate, CertificateFile
from courses.booking import cancel_booking
from courses.models import Meeting, Occasion
from tests.distributed import checks
from tests.distributed.__main__ import wrong_answers
from tests.distributed.browser import code_of
from tests.distributed.facts import AWAY
from tests.distributed.ledger import Ledger
from tests.distributed.load import Load

pytestmark = pytest.mark.django_db


def book_of(*entries: tuple[str, str, str], unknown: tuple[str, ...] = ()) -> dict:
    ledger = Ledger()
    for entry in entries:
        ledger.answered(*entry)
    for key in unknown:
        ledger.unanswered(key)
    return ledger.as_json()


def true_entries(stage) -> dict[str, tuple[str, str, str]]:
    """One answer of each kind that the lived world gave."""
    coming, past = stage.booking("amira"), stage.booking("amira", stage.past)
    day = Meeting.objects.filter(occasion=stage.past).order_by("starts_at")[0]
    return {
        "asked": ("asked", f"amira@example.org {stage.coming.public_id}", ""),
        "booked": ("booked", str(coming.public_id), "amira@example.org"),
        "marked": ("marked", f"{past.public_id} {day.public_id}", "present"),
        "finished": ("finished", str(stage.results["amira"].public_id), ""),
        "ordered": ("ordered", str(stage.bundle.public_id), ""),
    }


def test_what_was_answered_is_found(stage):
    assert checks.missing(book_of(*true_entries(stage).values())) == []


def test_what_nobody_wrote_is_missed_in_each_kind(stage):
    assert checks.planted({}) == []
    entries = true_entries(stage)
    _kind, key, _value = entries["booked"]
    wrong = [
        [entries["asked"], entries["asked"]],  # two answers, one booking
        [("booked", key, "tilda@example.org")],  # somebody else's
        [("cancelled", key, "")],  # still booked
        [("marked", entries["marked"][1], "absent")],  # told one thing, another stands
        [("finished", str(stage.results["amira"].public_id)[:-4] + "0000", "")],
    ]
    assert [len(checks.missing(book_of(*some))) for some in wrong] == [2, 1, 1, 1, 1]


def test_a_seat_that_was_given_back_is_no_lost_one_but_one_that_vanished_is(stage):
    booking = stage.booking("amira")
    key = str(booking.public_id)
    cancel_booking(booking=booking, by=stage.world.amira)
    booked, cancelled = ("booked", key, "amira@example.org"), ("cancelled", key, "")
    assert checks.missing(book_of(booked, cancelled)) == []
    assert checks.missing(book_of(booked, unknown=(key,))) == []
    assert checks.missing(book_of(booked)) == [f"booked {key}: cancelled early, and nobody asked for it"]


def test_a_seat_that_is_counted_wrong_is_found(stage):
    assert checks.unfair() == []
    Occasion.objects.filter(pk=stage.coming.pk).update(seats_taken=1)
    assert checks.unfair() == [f"{stage.coming.number}: 1 seats are counted, 2 are taken"]


def test_a_job_that_nobody_did_is_lost(stage):
    left = checks.lost_jobs([])
    async_task("people.jobs.chain_log")
    job = OrmQ.objects.latest("pk")
    assert checks.lost_jobs([job.payload]) == ["people.jobs.chain_log () was never done", *left]
    facts = {"id": job.task["id"], "name": "a", "func": "a", "started": job.lock, "stopped": job.lock}
    Task.objects.create(**facts, success=True)
    assert checks.lost_jobs([job.payload]) == left
    waiting = set(Certificate.objects.filter(state=Certificate.State.QUEUED).values_list("number", flat=True))
    assert {one.split()[1] for one in left if "never drawn" in one} == waiting
    assert stage.certificates["tilda"].number in waiting  # the worker of this world has drawn Amira's alone


def test_bytes_that_are_others_are_found(stage):
    assert checks.doubled() == []
    changed = CertificateFile.objects.filter(certificate=stage.certificates["amira"])
    changed.update(sha256="0" * 64)
    assert len(checks.doubled()) == changed.count() > 0


def test_a_500_is_always_wrong_and_a_503_only_after_the_outage():
    load = Load({}, [])
    load.answers = [
        (100.0, 200, "a"),
        (101.0, 503, "b"),
        (101.0, 0, "c"),
        (101.0, 500, "d"),
        (100 + AWAY + 2, 503, "e"),
    ]
    assert wrong_answers(load, 100.0) == ["500 to d, +1 s from the kill", f"503 to e, +{AWAY + 2:.0f} s from the kill"]


def test_the_app_s_code_is_that_of_the_standard():
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert [code_of(secret, at) for at in (59, 1111111109)] == [
        "287082",
        "081804",
    ]  # RFC 6238, appendix B, last six digits
