from django.apps import AppConfig
from django.db.backends.signals import connection_created

from people.scoping import raise_wall


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        connection_created.connect(raise_wall)
        from people import digests, invitations, receivers, sharing  # noqa: F401  they register what they say, once the models are there
