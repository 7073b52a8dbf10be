"""Facts that travel upwards from the path to the proof."""

from django.dispatch import Signal

completed = Signal()  # completion: Completion of a stage or a journey that was just stamped
completion_reopened = Signal()  # completion: Completion that was taken back; reason, by
