"""Facts that travel upwards from people. A receiver is one line that calls one deed."""

from django.dispatch import Signal

employment_ended = Signal()  # employment: Employment whose end was set; at
leave_changed = Signal()  # leave: Leave that was started or changed; at
placement_changed = Signal()  # placement: Placement that begins; at
profession_changed = Signal()  # person: Person whose profession start was changed; at
language_changed = Signal()  # person: Person who reads another language from now on
record_accepted = Signal()  # share: RecordShare that the new employer took over; by, at
settings_changed = Signal()  # organisation: Organisation whose settings were changed, changed: names of the fields; at
shown_changed = Signal()  # person: Person who became protected, or no longer is; at
