"""The Setup screen over the store of a few deals, with a type that asks for things."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from models.pipeline import setup, views
from models.session import Session
from tests.tui.board.conftest import deals, running  # noqa: F401  (fixtures)
from tui.setup.screen import SetupScreen


def screen(pilot: Pilot[Any]) -> SetupScreen:
    """The Setup screen, below any dialog."""
    return next(one for one in pilot.app.screen_stack if isinstance(one, SetupScreen))


def names(session: Session, type_id: int = 1) -> list[str]:
    """The stages in use of a type, in order."""
    return [stage.name for stage in views.type_card(session, type_id).stages if not stage.archived]


def stage(session: Session, name: str, type_id: int = 1) -> views.StageCard:
    return next(one for one in views.type_card(session, type_id).stages if one.name == name)


@pytest.fixture
def actions(session: Session) -> list[int]:
    """Three actions at the first stage of Quick Sales, the first of them required."""
    return [setup.add_action(session, 1, text, required=text == "Budget asked") for text in ("Budget asked", "Offer sent", "Call back")]

