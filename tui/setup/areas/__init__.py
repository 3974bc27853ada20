"""The lists of the company on Setup, in their order."""

from __future__ import annotations

from tui.setup.area import Area
from tui.setup.areas.categories import Categories
from tui.setup.areas.company import CompanyFacts
from tui.setup.areas.exchange import ExchangeRates
from tui.setup.areas.people import People
from tui.setup.areas.rates import Rates
from tui.setup.areas.reasons import Reasons
from tui.setup.areas.rounding import Rounding
from tui.setup.areas.services import Services
from tui.setup.areas.targets import Targets

AREAS: dict[str, Area] = {
    area.name: area
    for area in (
        Reasons(), Services(), Categories(), People(), Targets(), Rates(), Rounding(), ExchangeRates(), CompanyFacts(),
    )
}  # fmt: skip
