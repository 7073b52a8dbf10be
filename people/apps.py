from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        from people import invitations  # noqa: F401  registers what an invitation says, once the models are there
