"""What a log may not hold: the secret of a calendar link (T13)."""

import logging
import re

SECRET = re.compile(r"(/k/)[^/\s?\"']+(?=\.ics)")


class MaskTokens(logging.Filter):
    """Put stars where the token of a subscription stands, in the message and in what is filled into it."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        masked = SECRET.sub(r"\1***", said)
        if masked != said:
            record.msg, record.args = masked, ()
        return True
