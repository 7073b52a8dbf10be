from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        from people import digests, invitations, receivers, sharing  # noqa: F401  they register what they say, once the models are there
