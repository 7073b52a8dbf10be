"""The two lanes of the queue: what was asked last and is waited for comes before papers that were asked first."""

import pytest
from django_q.brokers import get_broker
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from people.queue import queue_paper


def taken() -> str:
    """What the next free worker is given."""
    [(_row, words)] = get_broker().dequeue()
    job = SignedPackage.loads(words)
    return f"{job['func']}{job['args']}"


@pytest.fixture
def queue(db):
    OrmQ.objects.all().delete()


def test_what_is_waited_for_comes_before_papers_and_each_lane_keeps_its_order(queue):
    queue_paper("draw", 1)
    queue_paper("draw", 2)
    async_task("send", 3)
    async_task("send", 4)
    assert [taken() for _worker in range(4)] == ["send(3,)", "send(4,)", "draw(1,)", "draw(2,)"]


def test_emptying_the_queue_empties_both_lanes(queue):
    queue_paper("draw", 1)
    async_task("send", 2)
    get_broker().purge_queue()
    assert not OrmQ.objects.exists()


def test_a_paper_that_a_worker_took_is_not_taken_again(queue):
    queue_paper("draw", 1)
    assert taken() == "draw(1,)"
    assert get_broker().dequeue() is None
