"""Each test of values begins and ends in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.values.language import use_language


@pytest.fixture(autouse=True)
def speaks_english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")
