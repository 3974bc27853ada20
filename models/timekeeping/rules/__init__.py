"""Pure rules of time and its price."""

from models.timekeeping.rules.stopwatch import end_of, is_forgotten, whole_second

__all__ = ["end_of", "is_forgotten", "whole_second"]
