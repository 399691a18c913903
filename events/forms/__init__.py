"""What people write about a gathering, and about coming to one."""

from .attendance import AnswerForm, AttendForm
from .gatherings import GatheringEditForm, GatheringForm

__all__ = ["AnswerForm", "AttendForm", "GatheringEditForm", "GatheringForm"]
