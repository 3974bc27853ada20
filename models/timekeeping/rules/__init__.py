"""Pure rules of time and its price."""

from models.timekeeping.rules import calendar, intervals
from models.timekeeping.rules.stopwatch import end_of, is_forgotten, whole_second

__all__ = [
    "calendar", "end_of", "intervals", "is_forgotten", "whole_second",
]  # fmt: skip
