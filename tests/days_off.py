"""`python -m tests.days_off`: write down what the library says of Sweden's days off (people/days_off.json, decision 28)."""

import json

from people.workdays import WRITTEN_DOWN, days_off_by_library

YEARS = range(2015, 2061)


def as_document() -> str:
    """The text of the file: one line a day."""
    days = {day.isoformat(): names for year in YEARS for day, names in days_off_by_library(year).items()}
    lines = [f"  {json.dumps(day)}: {json.dumps(names, ensure_ascii=False)}" for day, names in days.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    WRITTEN_DOWN.write_text(as_document())
