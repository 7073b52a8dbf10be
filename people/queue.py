"""The queue of jobs, in two lanes: what somebody waits for, and papers, which are drawn while nothing else is to do (decision 0025)."""

from typing import Any

from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.tasks import async_task

PAPERS = "papers"


class Lanes(ORM):
    """The jobs of the own lane in their order; one of the papers when that is empty."""

    list_key: str

    def dequeue(self) -> list[tuple[int, str]] | None:
        """The next job as (id, signed words), locked for this worker; None, after a little sleep, when there is none."""
        first, self.list_key = self.list_key, self._lane()
        try:
            return super().dequeue()
        finally:
            self.list_key = first

    def purge_queue(self) -> Any:
        """Throw away what waits, in both lanes."""
        return self.get_connection().filter(key__in=(self.list_key, PAPERS)).delete()

    def _lane(self) -> str:
        waiting = self.get_connection().filter(lock__lt=timezone.now())
        return self.list_key if waiting.filter(key=self.list_key).exists() else PAPERS


def queue_paper(job: str, *arguments: Any) -> None:
    """Ask for a job that draws a paper, when everything else is done. `job` is its dotted name."""
    async_task(job, *arguments, group="certificates", cluster=PAPERS)
