"""The frames of a request lie in one piece of memory (decision 0024)."""

import resource
from collections.abc import Callable

import pytest

from tracker.frames import with_room

CALLS, DEPTHS = 300, range(120)


def leaf() -> None:
    pass


def often() -> None:
    for _call in range(CALLS):
        leaf()


def at(depth: int) -> None:
    if depth:
        at(depth - 1)
    else:
        often()


def faults(call: Callable[[int], None], depth: int) -> int:
    """How often the kernel had to give memory while a function was called many times so deep down."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    call(depth)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_no_depth_makes_each_call_ask_the_kernel_for_memory():
    """Without room there is a depth at which every call of a small function does: this Python needs `with_room`."""
    assert max(faults(at, depth) for depth in DEPTHS) >= CALLS
    assert max(faults(with_room(at), depth) for depth in DEPTHS) < CALLS / 3


def test_what_is_given_and_what_is_raised_passes_through():
    def divide(one: int, *, by: int) -> float:
        return one / by

    assert with_room(divide)(6, by=4) == 1.5
    assert with_room(divide).__name__ == "divide"
    with pytest.raises(ZeroDivisionError):
        with_room(divide)(6, by=0)
