"""What is asked about time, one function each. What the first screen needs imports no tables."""

from models.timekeeping.views.entries import Entry, entries, entry, running, seconds_on_deal
from models.timekeeping.views.services import ServiceLine, find_service, service_name, services

__all__ = [
    "Entry", "ServiceLine", "entries", "entry", "find_service", "running", "seconds_on_deal", "service_name", "services",
]  # fmt: skip
