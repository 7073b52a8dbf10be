"""What the collector of garbage looks through, in every process that serves, measures or tests."""

import gc


def settle() -> None:
    """What is loaded by now stays, and the collector looks at the rest less often.

    A process of the web server would write into every object that it shares with the others, and a page makes so many short-lived
    objects that Python's own bounds let the collector run some seventy times for each.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
