"""Pure rules of time and its price."""

from models.timekeeping.rules.stopwatch import end_of, whole_second

__all__ = ["end_of", "whole_second"]
