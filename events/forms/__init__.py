"""What people write about a gathering, about coming to one, and about what came of it."""

from .attendance import AnswerForm, AttendForm, BringForm
from .gatherings import GatheringEditForm, GatheringForm
from .outcome import OutcomeForm

__all__ = ["AnswerForm", "AttendForm", "BringForm", "GatheringEditForm", "GatheringForm", "OutcomeForm"]
