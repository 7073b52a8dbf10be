"""Sessions and cache in a real Redis: nobody is signed out when it is lost, and while it is away pages say so."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.cache import caches
from django.test import Client, override_settings

from tests.distributed.hosts import wait_until
from tests.pooler import free_port
from tests.second_factor import give_both
from tracker import settings as product


@contextmanager
def redis_server(port: int, folder) -> Iterator[subprocess.Popen]:
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_until("Redis", lambda: socket.create_connection(("127.0.0.1", port), 1).close() is None)
        yield child
    finally:
        child.kill()
        child.wait()


@pytest.fixture
def port() -> Iterator[int]:
    """Leden as REDIS_URL makes it."""
    port = free_port()
    place = f"redis://127.0.0.1:{port}/0"
    engine = "django.contrib.sessions.backends.cached_db"
    shared = {"default": {**product.IN_REDIS, "LOCATION": place}, "heartbeat": product.IN_PROCESS}
    with override_settings(REDIS_URL=place, CACHES=shared, SESSION_ENGINE=engine):
        yield port


def test_a_lost_redis_signs_nobody_out_and_says_so_while_it_is_away(world, port, tmp_path):
    client = Client(raise_request_exception=False)
    with redis_server(port, tmp_path):
        client.force_login(world.amira)
        give_both(client.session, world.amira)
        assert client.get("/kurser/").status_code == 200
        assert caches["default"].get(client.session.cache_key_prefix + client.cookies["sessionid"].value) is not None
    answer = client.get("/kurser/", headers={"accept-language": "en"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    ready = Client().get("/halsa/redo/", headers={"accept-language": "en"})
    assert (ready.status_code, ready.content.decode()) == (503, "The cache does not answer.\n")
    with redis_server(port, tmp_path):  # an empty one
        assert client.get("/kurser/").status_code == 200
