"""`python -m tests.distributed`: the whole of it, as `make distributed` runs it. Ends with 1 when anything was lost.

`python -m tests.distributed unwaited` shows that it can: the primary answers without waiting for a standby that has lost it.
"""

import json
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import FrameType

import psycopg

from tests.distributed.browser import TIMEOUT, Answer, Browser
from tests.distributed.facts import AFTER, AWAY, BEFORE, SETTLED, UNWAITED
from tests.distributed.hosts import DATABASE, READ, ROOT, Hosts, ask, fail_over, hosts, rebuilt, wait_until
from tests.distributed.load import Load

WAITING = """SELECT (SELECT count(*) FROM certificates_certificate WHERE state = 'queued')
    + (SELECT count(*) FROM certificates_bundle WHERE state IN ('queued', 'running'))
    + (SELECT count(*) FROM django_q_ormq WHERE id = ANY(%s))"""
# Mails that the dead worker had leased are late until another takes them over, after two minutes (people/outbox.py).
TAKEN_OVER = 240.0
HELD = "SELECT id, payload FROM django_q_ormq WHERE lock > now()"
REPORTS = ("/hr/", "/intyg/", "/rapporter/", "/region/")
# What is another in each answer: the token of a form, and what stands in a page's head for scripts.
OWN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": ?"[^"]+"|X-CSRFToken&quot;:[^}]+')
LOGS = ROOT / "var" / "distributed"
began = time.monotonic()


def say(text: str) -> None:
    print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)


def tell(holds: bool, text: str, faults: list[str]) -> bool:
    """One check in one line, with its first faults below."""
    print(f"{'ok    ' if holds else 'FAILED'}  {text}", flush=True)
    for fault in faults[:12]:
        print(f"          {fault}", flush=True)
    return holds


def kill_in_the_middle(made: Hosts) -> tuple[list[tuple], float]:
    """Both at once while a worker has jobs in its hands; what was in hand, and when it was."""
    wait_until("a job in a worker's hands", lambda: len(ask(made.both.primary, HELD)) >= 2, 60)
    held = ask(made.both.primary, HELD)
    killed = time.monotonic()
    made.workers[0].kill()
    made.both.kill_primary()
    return held, killed


def cut_loose(made: Hosts) -> None:
    """What nobody should do: from here on the standby gets nothing, and the primary answers all the same."""
    for place, sql in (
        (made.both.primary, "ALTER SYSTEM RESET synchronous_standby_names"), (made.both.primary, "SELECT pg_reload_conf()"),
        (made.both.standby, "ALTER SYSTEM SET primary_conninfo = ''"), (made.both.standby, "SELECT pg_reload_conf()"),
    ):  # fmt: skip
        ask(place, sql)
    say("the standby is cut off, and the primary does not wait for it")


def is_ready(load: Load, port: int) -> bool:
    return Browser(load.ports, []).get("/halsa/redo/", port).status == 200


def settle(made: Hosts, held: list[int], until: float) -> None:
    """Until the other worker has done what the dead one left."""
    with suppress(TimeoutError):  # the checks say what is left
        wait_until("all jobs", lambda: ask(made.both.primary, WAITING, held)[0][0] == 0, until - time.monotonic())


def reports(load: Load) -> tuple[list[str], int]:
    """Each report from the standby and from the primary (whoever wrote a moment ago reads there): the same words."""
    faults, compared = [], 0
    for email, role in (("helena@example.org", ""), ("karin@example.org", "coordinator")):
        browser = Browser(load.ports, load.answers)
        load.signed_in(browser, email, role)
        for path in REPORTS:
            for port in load.ports:
                browser.cookies.pop("wrote", None)
                there: Answer = browser.get(path, port)
                browser.cookies["wrote"] = "1"
                here: Answer = browser.get(path, port)
                if here.status != 200 and there.status == here.status:
                    continue  # not a page of this role
                compared += 1
                if OWN.sub("", there.body) != OWN.sub("", here.body):
                    faults.append(f"{path} of {email}: {there.status} and {here.status} differ")
    return faults, compared


def asked_of_standby(made: Hosts) -> int:
    """How many questions pgbouncer has led to the standby."""
    with psycopg.connect(f"host=127.0.0.1 port={made.pool.port} dbname=pgbouncer user=x", autocommit=True) as line:
        rows = line.pgconn.exec_(b"SHOW STATS")
        names = [rows.fname(n).decode() for n in range(rows.nfields)]
        table = [
            dict(zip(names, [rows.get_value(r, n) for n in range(rows.nfields)], strict=True))
            for r in range(rows.ntuples)
        ]
    return sum(int(row["total_query_count"]) for row in table if row["database"] == READ.encode())


def wrong_answers(load: Load, killed: float) -> list[str]:
    """A 500 is always wrong; 503 or no answer only while the database was away (asked before the kill and answered after it, too)."""
    return [
        f"{status or 'no answer'} to {what}, {at - killed:+.0f} s from the kill"
        for at, status, what in load.answers
        if status == 500 or ((status == 0 or status > 500) and not -TIMEOUT <= at - killed <= AWAY)
    ]


def live(made: Hosts, *, is_waited_for: bool) -> bool:
    """The story, and whether it ended well."""
    facts = json.loads(made.run("-m", "tests.distributed.world").splitlines()[-1])
    made.serve()
    say("two web servers and two workers serve")
    load = Load(facts, made.web)
    load.begin()
    time.sleep(BEFORE)
    if not is_waited_for:
        cut_loose(made)
        time.sleep(UNWAITED)
    held, killed = kill_in_the_middle(made)
    say(f"killed the primary and a worker; {len(held)} jobs in hand, {len(load.ledger.entries)} answers in the ledger")
    fail_over(made)
    say(f"promoted, pgbouncer turned after {time.monotonic() - killed:.1f} s")
    seen = len(load.ledger.entries)
    wait_until("the first answer after the kill", lambda: len(load.ledger.entries) > seen, AWAY)
    say(f"the first write was answered {time.monotonic() - killed:.1f} s after the kill")
    made.wait_for_web(made.start_web())
    wait_until("a host that starts without a standby is ready", lambda: is_ready(load, made.web[-1]), TAKEN_OVER)
    say("a third web server started while there is no standby, and is ready")
    with rebuilt(made):
        say("a new standby follows")
        time.sleep(AFTER)
        load.end()
        say(f"the load is over: {len(load.answers)} requests; settling")
        settle(made, [pk for pk, _payload in held], killed + SETTLED)
        say(f"settled {time.monotonic() - killed:.0f} s after the kill")
        return conclude(made, load, killed, [payload for _pk, payload in held])


def conclude(made: Hosts, load: Load, killed: float, in_hand: list[str]) -> bool:
    before = asked_of_standby(made)
    differ, compared = reports(load)
    from_standby = asked_of_standby(made) - before
    book = made.folder / "book.json"
    book.write_text(json.dumps({"ledger": load.ledger.as_json(), "in_hand": in_hand}))
    found = json.loads(made.run("-m", "tests.distributed.checks", str(book)).splitlines()[-1])
    faults, count = found["faults"], found["counts"]
    kinds = Counter(one.kind for one in load.ledger.entries)
    statuses = Counter(status or "none" for _at, status, _what in load.answers)
    wrong = wrong_answers(load, killed)
    total = len(load.ledger.entries)
    lines = [
        (
            f"{total - len(faults['missing'])} of {total} answered writes are in the promoted database: {dict(kinds)}",
            faults["missing"],
        ),
        (
            f"no seat sold twice, none free beside a queue: {count['bookings']} bookings at {count['occasions']} sessions",
            faults["unfair"],
        ),
        (f"no job lost: {len(in_hand)} in hand at the kill, {count['jobs']} done", faults["lost jobs"]),
        (
            f"no certificate twice: {count['certificates']}, their bytes in the store; {count['files']} files",
            faults["doubled"],
        ),
        (
            f"reports equal: {compared} pairs, {from_standby} questions to the standby",
            differ + ["the standby was not asked"] * (not from_standby),
        ),
        (f"answers: {dict(statuses)}", wrong),
        ("nobody was signed out, and what was written was read", load.faults),
        ("an answer that no database has is missed (the comparison can fail)", faults["blind"]),
    ]
    told = [tell(not bad, text if not bad else f"{text} BUT {len(bad)} NOT", bad) for text, bad in lines]
    return all(told)


def keep(folder: Path) -> None:
    """What every server said stays for whoever wants to know why."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        shutil.copy(log, LOGS / log.name)


def main() -> int:
    def wish_end(signum: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, wish_end)
    with tempfile.TemporaryDirectory(prefix="leden-distributed-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        try:
            with hosts(Path(name)) as made:
                say(f"two clusters, pgbouncer, Redis and S3 stand; {DATABASE} is migrated")
                ended_well = live(made, is_waited_for="unwaited" not in sys.argv)
        except KeyboardInterrupt:
            return 130
        finally:
            keep(Path(name))
    print(
        f"make distributed: {'all well' if ended_well else 'FAILED'} after {time.monotonic() - began:.0f} s", flush=True
    )
    return 0 if ended_well else 1


if __name__ == "__main__":
    sys.exit(main())
