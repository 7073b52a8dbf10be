"""Web server and worker start together, tell the truth, and end within 20 seconds of SIGTERM (P36)."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tracker.bench.processes import descendants, draws_papers, everyone, free_port, is_alive, memory
from tracker.setup.serving import answer, is_free

ROOT = Path(__file__).resolve().parent.parent.parent
TOKEN = "t" * 40
SERVE = "import sys; from tracker.setup.serving import serve; sys.exit(serve(int(sys.argv[1]), lambda: print('greeted', flush=True)) or 0)"


def environment_of(database: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "DEBUG": "1", "LOG_LEVEL": "WARNING", "DATABASE_URL": f"sqlite:///{database}"}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory) -> Path:
    """An empty migrated database, for copies."""
    path = tmp_path_factory.mktemp("migrated") / "serving.sqlite3"
    for command in (["migrate", "--verbosity=0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment_of(path), check=True)
    return path


@pytest.fixture
def environment(migrated, tmp_path) -> dict[str, str]:
    """A migrated database of its own, as a development machine would have."""
    return environment_of(shutil.copy(migrated, tmp_path))


@pytest.mark.promise("P36")
def test_sigterm_ends_web_server_and_worker_within_20_seconds(environment):
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout.readline() == "greeted\n"
        assert answer(f"http://127.0.0.1:{port}/halsa/redo/")[0] == 200
        below = descendants(server.pid)
        assert len(below) >= 6  # the server's master and two, the worker's head, guard and workers
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        assert time.monotonic() - began < 20
        assert [pid for pid in below if is_alive(pid)] == []
        assert is_free(port)
    finally:
        server.kill()


def test_a_taken_port_is_seen():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not is_free(taken.getsockname()[1])


def test_two_processes_need_less_than_200_mb_and_draw_no_papers(web):
    """Loaded once and forked; the libraries that draw PDFs belong to the worker."""
    server, base, _log = web
    for path in ["/logga-in/", "/kurser/", "/v/", "/tillganglighet/", "/personuppgifter/"] * 10:
        assert answer(f"{base}{path}")[0] in {200, 302, 404}
    pids = everyone(server.pid)
    assert len(pids) == 3
    held = sum(memory(pid) for pid in pids)
    print(f"{held:.0f} MB")
    assert 20 < held < 200
    assert [pid for pid in pids if draws_papers(pid)] == []


@pytest.fixture
def web(environment, tmp_path):
    """The web server as the units and the image start it: two processes, numbers for a token, its log as JSON."""
    port, log = free_port(), tmp_path / "log"
    given = {"BIND": f"127.0.0.1:{port}", "LOG_FORMAT": "json", "LOG_LEVEL": "INFO", "METRICS_TOKEN": TOKEN}
    given["PROMETHEUS_MULTIPROC_DIR"] = str(tmp_path / "counts")
    command = [sys.executable, "-m", "gunicorn", "tracker.wsgi", "-c", "deploy/gunicorn.conf.py"]
    with log.open("w") as file:
        server = subprocess.Popen(command, cwd=ROOT, env=environment | given, stdout=file, stderr=file)
    try:
        deadline = time.monotonic() + 60
        while answer(f"http://127.0.0.1:{port}/halsa/")[0] != 200:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield server, f"http://127.0.0.1:{port}", log
    finally:
        server.terminate()
        server.wait(30)


def test_the_web_server_s_processes_count_together_and_log_as_json(web):
    server, base, log = web
    for _time in range(40):
        assert answer(f"{base}/finns-inte/amira@ale.example/")[0] == 404
    request = urllib.request.Request(f"{base}/halsa/matt/", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=20) as response:
        said = response.read().decode()
    assert 'leden_requests_total{method="GET",route="unknown",status="404"} 40.0' in said
    assert len(everyone(server.pid)) == 3
    lines = [json.loads(line) for line in log.read_text().splitlines()]  # gunicorn's own among them
    assert {"gunicorn.error", "tracker.requests", "django.request"} <= {line["logger"] for line in lines}
    assert "amira" not in log.read_text()
