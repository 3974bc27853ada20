"""Every screen as a picture, at two sizes, dark, light and in the terminal's own colours, in English and Russian.

`make snapshots` takes the screens as they are now; look at the pictures that changed before they go in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension
from textual.pilot import Pilot
from textual.widgets import Input

from models.clients.views import find_client
from models.exchange.demo import fill_demo
from models.people.commands import sign_of_life
from models.people.views import acting, people
from models.pipeline.commands import hold_deal, new_deal
from models.pipeline.views import deals
from models.session import Session
from models.storage.backup import back_up
from models.storage.store import open_store
from models.timekeeping.commands import start_timer, stop_timer
from models.timekeeping.views import running
from models.values.instants import MINUTE, day_start
from models.values.language import use_language
from tests.tui.board.conftest import CONFIG, opened, press
from tests.tui.statistics.test_statistics import read
from tui.app import StagewatchApp
from tui.desk import Desk
from tui.statistics.reports import PLACES
from tui.welcome.screen import Welcome
from tui.widgets import strip

DAY = date(2026, 11, 23)
NOW = day_start(DAY, "Europe/Berlin") + (14 * 60 + 5) * MINUTE
SMALL, BIG = (80, 24), (120, 36)
NO_COLOUR = "no-colour"

SCREENS = {
    "board": [],
    "card": ["enter", "enter"],
    "clients": ["3"],
    "statistics": ["5"],
    "today": ["1"],
    "day": ["4"],
    "week": ["4", "v"],
    "month": ["4", "v", "v"],
    "picker": ["m"],
    "refused": ["y", "3", "end", "m", "4"],
    "form": ["a"],
    "help": ["question_mark"],
    "filter": ["slash", "2"],
    "welcome": [],
}
WIDE = (160, 48)
# Of each report, what is pressed for each further picture.
FORMS = {"clients": {"deals": "v"}, "transitions": {"flow": "v", "exits": "v"}, "volumes": {"stages": "v"}, "trend": {"medians": "vv"}}
THEMES = {"dark": "ansi-dark", "light": "textual-light", NO_COLOUR: "textual-dark"}
IN_COLOURS = [
    ("board", "textual-light"), ("today", "textual-light"), ("statistics", "textual-light"), ("form", "textual-light"),
    ("board", "textual-dark"), ("card", "textual-dark"), ("refused", "textual-dark"),
]  # fmt: skip
PICTURES = [
    *((screen, "en", size, "ansi-dark") for screen in SCREENS for size in (SMALL, WIDE if screen == "statistics" else BIG)),
    *((screen, "ru", SMALL, "ansi-dark") for screen in SCREENS),
    *((screen, "en", BIG, theme) for screen, theme in IN_COLOURS),
]


@pytest.fixture(scope="module")
def made() -> dict[str, Path]:
    """The demo stores by language, each made once."""
    return {}


@pytest.fixture
def demo(made: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Callable[[str], Path]:
    """A copy of the demo store in a language. Its first rep has a timer under way since 42 minutes and 17 seconds,
    and a deal on hold at the first stage of the strict type."""

    def copy(language: str) -> Path:
        if language not in made:
            path = made[language] = tmp_path_factory.mktemp("demo") / "stagewatch.db"
            fill_demo(path, today=DAY, language=language, admin="anna")
            session = Session(open_store(path), acting(None, "anna"))
            session = Session(session.store, acting(rep(), ""), now=lambda: NOW - 42 * MINUTE - 17_000_000)
            if running(session) is not None:
                stop_timer(session)
            deal = deals(session, rep_id=session.actor.id, outcome="open")[-1]
            client_id = find_client(session, deal.client)
            start_timer(session, client_id=client_id, deal_id=deal.id, service_id=1)
            sign_of_life(replace(session, now=lambda: NOW))  # it is not forgotten
            held = new_deal(session, deal.client, type_id=3, amount=4_800_00).deal_id
            hold_deal(session, held, reason="budget")
            session.store.close()
        store = open_store(made[language])
        back_up(store, tmp_path / "copy.db")
        store.close()
        return tmp_path / "copy.db"

    return copy


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use_language("en")


def rep() -> str:
    """The login of the demo's first rep."""
    return next(person.login for person in sorted(people(), key=lambda person: person.id) if person.role == "rep")


@pytest.mark.parametrize(
    ("screen", "language", "size", "theme"), PICTURES,
    ids=["-".join((screen, language, f"{size[0]}x{size[1]}", theme)) for screen, language, size, theme in PICTURES],
)  # fmt: skip
def test_picture(snap_compare, demo, screen, language, size, theme):
    strip.guard()
    use_language(language)
    config = replace(CONFIG, theme=theme)

    async def arrive(pilot: Pilot[object]) -> None:
        await opened(pilot)
        if screen == "welcome":
            await press(pilot, "2" if language == "ru" else "1")
        else:
            await press(pilot, "j", *SCREENS[screen][:1])
            if screen == "statistics":
                await read(pilot)
            await press(pilot, *SCREENS[screen][1:])
            if screen == "statistics":
                await read(pilot)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False

    if screen == "welcome":
        app = Welcome(Path("/home/anna/.local/share/stagewatch/stagewatch.db"), config)
        assert snap_compare(without_web_fonts(app), terminal_size=size, run_before=arrive)
        return

    def open_session() -> Session:
        store = open_store(demo(language))
        return Session(store, acting("anna" if screen == "statistics" else rep(), ""), now=lambda: NOW)

    desk = Desk(open_session)
    try:
        desk.session()
        app = StagewatchApp(desk, config)
        assert snap_compare(without_web_fonts(app), terminal_size=size, run_before=arrive)
    finally:
        desk.close()


@pytest.mark.parametrize("colours", THEMES)
async def test_every_chart(snapshot, demo, monkeypatch, colours):
    """All of them in one run of the app, which takes seconds to start."""
    strip.guard()
    if colours == NO_COLOUR:
        monkeypatch.setenv("NO_COLOR", "1")
    config = replace(CONFIG, theme=THEMES[colours])
    pictures: dict[str, str] = {}
    path = demo("en")
    desk = Desk(lambda: Session(open_store(path), acting("anna", ""), now=lambda: NOW))
    try:
        desk.session()
        app = without_web_fonts(StagewatchApp(desk, config))
        async with app.run_test(size=WIDE) as pilot:

            async def take(name: str) -> None:
                for size in (WIDE, SMALL):
                    await pilot.resize_terminal(*size)
                    await pilot.pause(0.1)
                    pictures[f"{name}-{size[0]}x{size[1]}"] = app.export_screenshot()
                await pilot.resize_terminal(*WIDE)
                await pilot.pause(0.1)

            await opened(pilot)
            await press(pilot, "5")
            for report in PLACES:
                await read(pilot)
                assert pilot.app.screen.list.item == report
                await press(pilot, "enter")
                await take(report)
                for name, keys in FORMS.get(report, {}).items():
                    await press(pilot, *keys)
                    await take(f"{report}-{name}")
                await press(pilot, "escape", "j")
            await press(pilot, "c", "1", "1", "1")
            await read(pilot)
            await take("comparison")
    finally:
        desk.close()
    exact = snapshot.use_extension(SVGImageExtension)
    assert [name for name, picture in pictures.items() if picture != exact(name=name)] == []


def without_web_fonts(app):
    """The app, whose pictures name no font server."""
    export = app.export_screenshot
    app.export_screenshot = lambda **how: re.sub(r"@font-face \{.*?\}\s*", "", export(**how), flags=re.DOTALL)
    return app
