from courses.models.booking import Attendance, Booking, Need, Offer
from courses.models.course import Course, CourseVersion, Goal, Part, Prerequisite, Subject, Task
from courses.models.feed import CalendarReply, Entry, Feed
from courses.models.moving import FirstRight, TimeQuestion
from courses.models.occasion import Hold, Meeting, Occasion, OccasionTrainer, Quota, Venue
from courses.models.rating import Judgement, RatingShare, ReachedLevel, SelfRating
from courses.models.recognition import Equivalence, Evidence, Recognition
from courses.models.result import CourseResult, PartResult, SharedResult
from courses.models.upload import Upload

__all__ = [
    "Attendance",
    "Booking",
    "CalendarReply",
    "Course",
    "CourseResult",
    "CourseVersion",
    "Entry",
    "Equivalence",
    "Evidence",
    "Feed",
    "FirstRight",
    "Goal",
    "Hold",
    "Judgement",
    "Meeting",
    "Need",
    "Occasion",
    "OccasionTrainer",
    "Offer",
    "Part",
    "PartResult",
    "Prerequisite",
    "Quota",
    "RatingShare",
    "ReachedLevel",
    "Recognition",
    "SelfRating",
    "SharedResult",
    "Subject",
    "Task",
    "TimeQuestion",
    "Upload",
    "Venue",
]
