"""Pure rules of time and its price."""

from models.timekeeping.rules import intervals
from models.timekeeping.rules.stopwatch import end_of, whole_second

__all__ = ["end_of", "intervals", "whole_second"]
