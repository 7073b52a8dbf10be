"""When the worker does what: one list; the rows of django-q2 follow it at each start of the worker."""

from datetime import datetime, timedelta

from django.utils import timezone
from django_q.models import Schedule

from courses.jobs import CHASED_EVERY, REPAIRED_EVERY, SETTLED_EVERY

# job -> minutes between two runs; every job may run twice and asks for what is due itself.
EVERY_MINUTES: dict[str, int] = {
    "people.jobs.send_mail": 1,
    "people.jobs.read_bounces": 5,
    "people.jobs.chain_log": 1,
    "people.jobs.forget_old_sendings": 60,
    "courses.jobs.lapse_offers": 2,
    "courses.jobs.release_due_quotas": 2,
    "courses.jobs.release_due_holds": 2,
    "courses.jobs.fill_waiting": 5,
    "courses.jobs.close_occasions": 5,
    "courses.jobs.settle_results": SETTLED_EVERY,
    "courses.jobs.release_other_dates": 10,
    "courses.jobs.release_leavers": 60,
    "courses.jobs.chase_approvals": CHASED_EVERY,
    "courses.jobs.ask_decisions": 60,
    "courses.jobs.read_calendar_replies": 5,
    "courses.jobs.repair_calendars": REPAIRED_EVERY,
    "courses.jobs.warn_of_links": 1440,
    "courses.jobs.forget_old_uploads": 1440,
    "courses.jobs.warn_of_expiry": 720,
    "courses.jobs.throw_away_evidence": 1440,
    "journeys.jobs.stamp_lately": 5,
    "journeys.jobs.stamp_missing": 24 * 60,
    "journeys.jobs.follow_the_day": 60,
    "journeys.jobs.carry_versions": 2,
    "journeys.jobs.roll_up": 5,
    "journeys.jobs.check_target_groups": 5,
    "journeys.jobs.go_on_recomputing": 1,
    "certificates.jobs.make_missing_certificates": 5,
    "certificates.jobs.make_forgotten_certificates": 24 * 60,
    "certificates.jobs.resume_lost_bundles": 2,
    "certificates.jobs.warn_about_seals": 24 * 60,
    "certificates.jobs.throw_away_old_bundles": 60,
    "tracker.jobs.learn_tables": 24 * 60,
}


A_DAY = 24 * 60
# What reads everything once a day does so at three, when nobody waits; the clock of summer moves it by an hour.
NIGHT, AT_NIGHT = range(2, 5), 3
# How often django-q2 looks at the rows: two jobs that are less apart begin together.
APART = timedelta(seconds=30)


def keep_schedules(at: datetime | None = None) -> None:
    """Make the rows equal to the list: add, change, remove. Twice is as once.

    What is due, or overdue since the worker stood still, begins one after the other and not all at once: people are at work.
    """
    at = at or timezone.now()
    Schedule.objects.exclude(name__in=EVERY_MINUTES).delete()
    for place, (job, minutes) in enumerate(EVERY_MINUTES.items()):
        first = _next_night(at, place) if minutes >= A_DAY else at + APART * place % timedelta(minutes=minutes)
        facts = {"func": job, "schedule_type": Schedule.MINUTES, "minutes": minutes, "next_run": first}
        row, is_new = Schedule.objects.get_or_create(name=job, defaults=facts)
        by_day = minutes >= A_DAY and timezone.localtime(row.next_run).hour not in NIGHT
        is_due = minutes < A_DAY and row.next_run <= at
        if not is_new and (row.minutes != minutes or by_day or is_due):
            row.minutes, row.next_run = minutes, first
            row.save(update_fields=["minutes", "next_run"])


def _next_night(at: datetime, place: int) -> datetime:
    """The coming night, a few minutes apart for each place in the list."""
    local = timezone.localtime(at)
    night = local.replace(hour=AT_NIGHT, minute=place * 3 % 60, second=0, microsecond=0)
    return night if night > local else night + timedelta(days=1)
