"""What a deed of the pages came to, said on the page that follows."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from courses.refusals import Refused


def carry_out(request: HttpRequest, deed: Callable[[], object], sentence: str) -> bool:
    """Call a deed; its refusal, or `sentence` when it was done, is shown on the next page. Return whether it was done."""
    try:
        deed()
    except Refused as refusal:
        messages.error(request, " ".join(refusal.sentences))
        return False
    messages.success(request, sentence)
    return True
