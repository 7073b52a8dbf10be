"""How many: small numbers in `make test`, the full ones that the promises name in `make promises`. Read here only."""

import os
from typing import TypeVar

NAME = "NUMBERS"
FULL = {NAME: "full"}  # what `make promises` gives to its runs

Number = TypeVar("Number")


def number(few: Number, many: Number) -> Number:
    """`few` in an ordinary run, `many` in a run of the promises."""
    return many if os.environ.get(NAME) == FULL[NAME] else few
