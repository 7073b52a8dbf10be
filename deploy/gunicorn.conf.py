"""The web server's own settings: `gunicorn tracker.wsgi -c deploy/gunicorn.conf.py`. WEB_WORKERS and BIND come from the environment."""

import os
import shutil
from pathlib import Path

from tracker import settings
from tracker.garbage import settle

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
preload_app = True  # loaded once and forked: the workers share the memory of the code
control_socket_disable = True  # nobody steers it but systemd
timeout = 60
graceful_timeout = 10  # P36: ended within 20 seconds
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a slow disk must not look like a dead worker  # noqa: S108
# Its lines go where Leden's go, in the same form and behind the same masks.
logconfig_dict = {
    **settings.LOGGING,
    "loggers": {
        **settings.LOGGING["loggers"],
        "gunicorn.error": {"level": "INFO", "propagate": True},
        "gunicorn.access": {"level": "CRITICAL", "propagate": False},  # tracker.requests says it without addresses
    },
}


def on_starting(server):
    """The counts of the processes before this start are over: a counter that begins anew is what Prometheus expects."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True, exist_ok=True)


def when_ready(server):
    """Everything is loaded, and the processes begin."""
    settle()
