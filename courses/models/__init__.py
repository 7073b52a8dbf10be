from courses.models.booking import Attendance, Booking, Need, Offer
from courses.models.course import Course, CourseVersion, Goal, Part, Prerequisite, Subject, Task
from courses.models.feed import CalendarReply, Entry, Feed
from courses.models.moving import FirstRight, TimeQuestion
from courses.models.occasion import Hold, Meeting, Occasion, OccasionTrainer, Quota, Venue
from courses.models.result import CourseResult, PartResult, SharedResult

__all__ = [
    "Attendance",
    "Booking",
    "CalendarReply",
    "Course",
    "CourseResult",
    "CourseVersion",
    "Entry",
    "Feed",
    "FirstRight",
    "Goal",
    "Hold",
    "Meeting",
    "Need",
    "Occasion",
    "OccasionTrainer",
    "Offer",
    "Part",
    "PartResult",
    "Prerequisite",
    "Quota",
    "SharedResult",
    "Subject",
    "Task",
    "TimeQuestion",
    "Venue",
]
