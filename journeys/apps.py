from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"

    def ready(self) -> None:
        from journeys import notices, receivers, said, subscriptions  # noqa: F401  they register themselves, once the models are there
