"""Real processes on the test's database: forked, each with a connection of its own."""

import multiprocessing
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection, connections
from django.utils.translation import gettext

from courses.refusals import Refused

PROCESSES, TRIES = 8, 40
FORK = multiprocessing.get_context("fork")


def connect_anew(settings: dict) -> None:
    """In a child: forget the parent's connection, which is not ours to close, and use the same database."""
    for alias in list(connections):
        connections[alias].connection = None
        del connections[alias]
    connections["default"].settings_dict.update(settings)


def _live(settings: dict, life: Callable, *facts: Any) -> None:
    connect_anew(settings)
    life(*facts)
    connections.close_all()


def start(life: Callable, *facts: Any) -> multiprocessing.process.BaseProcess:
    """Start a child that does `life(*facts)`; it may be killed at any moment."""
    settings = {"NAME": connection.settings_dict["NAME"]}
    connection.close()
    child = FORK.Process(target=_live, args=(settings, life, *facts), daemon=True)
    child.start()
    return child


def busy() -> str:
    """The sentence for whoever waited three seconds for the lock: nothing was changed, and the next try may do."""
    return gettext("Many people are booking right now. Nothing was changed. Try again in a moment.")


def _answer(deed: Callable, item: Any) -> str:
    """What a patient person gets: told to try again, they try again (on a slow machine many are)."""
    for _try in range(TRIES):
        try:
            return deed(item)
        except Refused as refusal:
            if refusal.sentences != [busy()]:
                return "refused: " + refusal.sentences[0]
        except DatabaseError as error:
            return f"lost: {error}"
    return "lost: never let in"


def _run(deed: Callable, share: list, barrier, answers) -> None:
    barrier.wait(300)
    answers.put([_answer(deed, item) for item in share])


def race(deed: Callable, items: list) -> list[str]:
    """Run `deed` for every item in 8 processes that start at once; return what each answered."""
    barrier, answers = FORK.Barrier(PROCESSES), FORK.Queue()
    workers = [start(_run, deed, items[n::PROCESSES], barrier, answers) for n in range(PROCESSES)]
    found = [answers.get(timeout=600) for _worker in workers]
    for worker in workers:
        worker.join(30)
    return [answer for part in found for answer in part]
