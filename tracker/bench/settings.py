"""The product's settings for the server that is measured: one empty view beside the product's own addresses."""

from tracker.settings import *  # noqa: F403  the same settings, but for the addresses

ROOT_URLCONF = "tracker.bench.urls"
