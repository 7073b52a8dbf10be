"""What the collector of garbage looks through, in every process that serves, measures or tests."""

import gc


def settle() -> None:
    """What is loaded by now stays: the collector would write into every object that the processes of a web server share."""
    gc.collect()
    gc.freeze()
