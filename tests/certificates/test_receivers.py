"""What happens below becomes a certificate without anybody asking."""

from certificates.models import Certificate
from courses.signals import course_passed, course_reopened
from tests.certificates.rows import AT, course, organisation, passed, person


def test_a_passed_course_gets_a_certificate_and_a_reopened_one_loses_it(db):
    result = passed(person(), organisation("Ale"), course(organisation("GR")))
    course_passed.send(sender=type(result), result=result)
    course_passed.send(sender=type(result), result=result)
    certificate = Certificate.objects.get()
    assert (certificate.result, certificate.issued_at) == (result, AT)
    course_reopened.send(sender=type(result), result=result, reason="Rättad närvaro", by=None)
    certificate.refresh_from_db()
    assert (certificate.state, certificate.reason) == ("withdrawn", "Rättad närvaro")
