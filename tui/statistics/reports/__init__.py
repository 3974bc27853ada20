"""The reports of the screen Statistics, in their order. A report's module is imported when it is first shown."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from models.values.language import _

if TYPE_CHECKING:
    from tui.statistics.report import Report

# Name → module and class.
PLACES = {
    "clients": "clients:Clients",
    "durations": "durations:Durations",
    "transitions": "transitions:Transitions",
    "volumes": "volumes:Volumes",
    "forecast": "forecast:Forecasts",
    "funnel": "funnel:Funnel",
    "ageing": "ageing:Ageing",
    "reps": "reps:Reps",
    "paths": "paths:Paths",
    "trend": "trend:Trend",
    "time": "time:Time",
    "margin": "time:Margin",
}
# Not in the list: shown in the place of a report while it is compared.
_BESIDE = {"compare": "compare:Comparison"}


def titles() -> dict[str, str]:
    """What each report is called in the list."""
    return {
        "clients": _("Clients"), "durations": _("Durations"), "transitions": _("Transitions"), "volumes": _("Volumes"),
        "forecast": _("Forecast"), "funnel": _("Funnel"), "ageing": _("Ageing"), "reps": _("Reps"), "paths": _("Paths"), "trend": _("Trend"), "time": _("Time worked"), "margin": _("Margin"),
    }  # fmt: skip


@cache
def report(name: str) -> Report:
    """The report of that name."""
    module, _colon, kind = (PLACES | _BESIDE)[name].partition(":")
    return getattr(import_module(f"tui.statistics.reports.{module}"), kind)()
