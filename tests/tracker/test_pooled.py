"""PostgreSQL behind pgbouncer in transaction mode: two people whose requests share one connection never share a scope."""

import tempfile
import threading
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from people import statements
from people.access import viewer_for
from people.models import Employment
from people.prepared import prepared
from people.scoping import opened, scope_for
from tests.pooler import pooled

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 40
# A question without a filter, whose plan a connection of one's own would keep.
all_jobs = prepared(lambda: Employment.objects.order_by("pk"))


@pytest.fixture
def pool(settings, transactional_db):
    """The connections that threads open from here on go through the pooler; its one connection to the server is all they have."""
    given, kept = connection.get_connection_params(), dict(connections.databases["default"])
    with tempfile.TemporaryDirectory(prefix="leden-pool-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        with pooled(given, Path(folder)) as port:
            through = {"HOST": "127.0.0.1", "PORT": str(port), "NAME": given["dbname"], "USER": given["user"]}
            connections.databases["default"].update(through)
            settings.ROW_LEVEL_SECURITY = True
            yield
            connections.databases["default"].clear()
            connections.databases["default"].update(kept)


def looks(viewer, barrier, seen: list, wrong: list) -> None:
    """One person's requests: what they see of all employments, asked in pages, in deeds, and with many rows."""
    try:
        barrier.wait(60)
        for _round in range(ROUNDS):
            with opened(scope_for(viewer)):
                rows = set(Employment.objects.values_list("organisation", flat=True).iterator(chunk_size=2))
                seen.append(frozenset(rows))
                seen.append(frozenset(job.organisation_id for job in all_jobs()))
                with transaction.atomic():  # a deed sees all, and leaves nothing behind
                    Employment.objects.count()
            assert statements._kept[connection.connection] is None  # its next statement may meet another process
    except Exception as fault:
        wrong.append(repr(fault))
    finally:
        connections.close_all()


def test_one_connection_shared_by_two_people_keeps_their_scopes_apart(world, pool):
    viewers = {world.ale.pk: viewer_for(world.helena, "hr"), world.tjorn.pk: viewer_for(world.hugo, "hr")}
    barrier, wrong, seen = threading.Barrier(4), [], {pk: [] for pk in viewers}
    threads = [
        threading.Thread(target=looks, args=(viewer, barrier, seen[pk], wrong))
        for pk, viewer in viewers.items()
        for _twice in range(2)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(300)
    assert wrong == []
    assert {pk: set(found) for pk, found in seen.items()} == {pk: {frozenset({pk})} for pk in viewers}
    assert [len(found) for found in seen.values()] == [4 * ROUNDS, 4 * ROUNDS]
