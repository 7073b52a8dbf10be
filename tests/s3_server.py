"""A real S3 server on loopback, in a process of its own: moto's. It keeps everything in memory and ends with the block."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import boto3

BUCKET, KEY = "leden", "tests-only"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """Give the address of a server that has the bucket."""
    port = free_port()
    serve = f"from moto.server import main; main(['-H', '127.0.0.1', '-p', '{port}'])"
    child = subprocess.Popen(
        [sys.executable, "-c", serve], env={**os.environ, "MOTO_S3_CUSTOM_ENDPOINTS": f"http://127.0.0.1:{port}"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            assert child.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id=KEY, aws_secret_access_key=KEY,
            region_name="us-east-1",
        ).create_bucket(Bucket=BUCKET)  # fmt: skip
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(20)


def use(settings, address: str) -> None:
    """Let Leden keep its files there, as S3_BUCKET and the others in .env would."""
    options = {**settings.S3["OPTIONS"], "bucket_name": BUCKET, "endpoint_url": address}
    options |= {"access_key": KEY, "secret_key": KEY}
    settings.S3_BUCKET = BUCKET
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.S3, "OPTIONS": options}}
