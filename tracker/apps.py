from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class TrackerConfig(AppConfig):
    name = "tracker"

    def ready(self) -> None:
        from tracker import checks, keys, walls  # noqa: F401  the checks are registered by being imported, once the apps are there

        people = apps.get_app_config("people")  # one with models: the signal comes once all apps are migrated
        for part in (keys, walls):
            post_migrate.connect(part.build, sender=people)
