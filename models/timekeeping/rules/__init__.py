"""Pure rules of time and its price."""

from models.timekeeping.rules import intervals
from models.timekeeping.rules.stopwatch import end_of, is_forgotten, whole_second

__all__ = [
    "end_of", "intervals", "is_forgotten", "whole_second",
]  # fmt: skip
