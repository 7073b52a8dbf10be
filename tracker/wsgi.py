import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
application = get_wsgi_application()

from tracker.checks import start_obstacles  # noqa: E402  the apps have to be loaded first

if obstacles := start_obstacles():
    sys.exit("Leden does not start.\n" + "\n".join(f"- {sentence}" for sentence in obstacles))
_ = get_resolver().url_patterns  # every view is loaded once, before gunicorn forks: its processes share that memory
