"""How large it is."""

BOOKERS, GRADUATES, GUESTS = 12, 16, 8  # who want seats; who finish a course; whose attendance is marked
DATES, SEATS = 4, 2  # sessions that bookers want, and seats at each: fewer than they are
BEFORE, AFTER = 25.0, 35.0  # seconds of load before the kill, and after everything answers again
UNWAITED = 5.0  # seconds that a standby lacks when nobody waits for it
THINK = 0.8  # seconds between two deeds of a person, on average
AWAY = 30.0  # seconds for which 503 is an answer, from the kill on
SETTLED = 260.0  # seconds from the kill until every job must be done: a dead worker's are free after 90
