"""Facts from below become certificates: one line each. certificates/jobs.py calls the same deeds again later."""

from django.dispatch import receiver

from certificates import closing, disclosing, issuing, records
from courses.signals import course_passed, course_reopened, results_changed
from journeys.signals import completed, completion_reopened
from people.signals import record_accepted


@receiver(course_passed, dispatch_uid="certificates.course_passed")
def issue_course(sender, result, at=None, **facts):
    issuing.issue_for_result(result=result, at=at or result.decided_at)


@receiver(course_reopened, dispatch_uid="certificates.course_reopened")
def withdraw_course(sender, result, reason="", by=None, at=None, **facts):
    closing.withdraw_for_result(result=result, reason=reason, by=by, at=at)


@receiver(completed, dispatch_uid="certificates.completed")
def issue_completion(sender, completion, at=None, **facts):
    issuing.issue_for_completion(completion=completion, at=at or completion.stamped_at)


@receiver(completion_reopened, dispatch_uid="certificates.completion_reopened")
def withdraw_completion(sender, completion, reason="", by=None, at=None, **facts):
    closing.withdraw_for_completion(completion=completion, reason=reason, by=by, at=at)


@receiver(results_changed, dispatch_uid="certificates.results_changed")
def follow_attendance(sender, result, at=None, **facts):
    records.follow_attendance(result=result, at=at)


@receiver(record_accepted, dispatch_uid="certificates.record_accepted")
def disclose_certificates(sender, share, by=None, at=None, **facts):
    disclosing.disclose(share=share, by=by, at=at)
