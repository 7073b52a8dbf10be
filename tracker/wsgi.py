import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
served = get_wsgi_application()

from tracker.checks import start_obstacles  # noqa: E402  the apps have to be loaded first
from tracker.frames import with_room  # noqa: E402
from tracker.warming import load_what_is_shared  # noqa: E402

if obstacles := start_obstacles():
    sys.exit("Leden does not start.\n" + "\n".join(f"- {sentence}" for sentence in obstacles))
load_what_is_shared()
application = with_room(served)
