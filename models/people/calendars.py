"""The public holidays of countries, as a kept library knows them."""

from __future__ import annotations

from datetime import date

from models.values.errors import Refused
from models.values.language import _
from models.values.text import quoted


def holidays_of(country: str, years: list[int], language: str) -> dict[date, str]:
    """The public holidays of a country or a part of it (`DE`, `DE-BY`). Raises Refused `unknown_country`."""
    import holidays as known

    code, _sign, part = country.upper().partition("-")
    try:
        if not code.isascii() or len(code) != 2:
            raise NotImplementedError
        wanted = known.country_holidays(code, subdiv=part or None, years=years)
        if language in wanted.supported_languages:
            wanted = known.country_holidays(code, subdiv=part or None, years=years, language=language)
        elif "en_US" in wanted.supported_languages:
            wanted = known.country_holidays(code, subdiv=part or None, years=years, language="en_US")
    except NotImplementedError:
        raise Refused(
            "unknown_country",
            _("No holidays are known of {country}; write a country as DE, a part of it as DE-BY.").format(country=quoted(country)),
        ) from None
    return dict(sorted(wanted.items()))
