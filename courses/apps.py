from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"

    def ready(self) -> None:
        from courses import invitations, notices, receivers, recognition_notices, reminders  # noqa: F401  they register themselves, once the models are there
