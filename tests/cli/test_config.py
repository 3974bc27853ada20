"""The settings: complete example, order of precedence, faults told in one line."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest

from models.config import SETTINGS, Config, TimerConfig, load, store_path, usual_file
from models.values.errors import Usage
from tests.cli.conftest import Program
from tests.conftest import ROOT

EXAMPLE = ROOT / "config.example.toml"


def test_the_example_holds_every_setting_with_its_default() -> None:
    assert set(tomllib.loads(EXAMPLE.read_text())) == set(SETTINGS)
    assert {setting.field for setting in SETTINGS.values()} == {f.name for f in dataclasses.fields(Config)}
    assert load(EXAMPLE, {}, {}) == Config()


def test_option_comes_before_environment_before_file_before_default(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('language = "ru"\n')
    assert load(None, {"XDG_CONFIG_HOME": str(tmp_path)}, {}).language == ""
    assert load(file, {}, {}).language == "ru"
    assert load(file, {"STAGEWATCH_LANGUAGE": "en"}, {}).language == "en"
    assert load(file, {"STAGEWATCH_LANGUAGE": "en"}, {"language": "ru"}).language == "ru"


def test_the_usual_file_is_read_when_it_is_there(tmp_path: Path) -> None:
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    usual_file(environment).parent.mkdir()
    usual_file(environment).write_text('symbols = "ascii"\nmouse = true\n[keys]\n"deal.win" = "w"\ncursor.up = ["up", "k"]\n')
    config = load(None, environment, {})
    assert (config.symbols, config.mouse) == ("ascii", True)
    assert config.keys == {"deal.win": "w", "cursor.up": "up,k"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour = 1", ["colour", "theme"]),
        ("language = 'de'", ["language", "de", '"ru"']),
        ("symbols = 3", ["symbols", "ascii"]),
        ("mouse = 'often'", ["mouse", "auto"]),
        ("network_store = 1", ["network_store", "true, false"]),
        ("db = 1", ["db", "path"]),
        ("theme = 'pink'", ["theme", "pink", "terminal"]),
        ("keys = 3", ["keys"]),
        ("[keys]\nx = 1", ["keys"]),
        ("language = ", ["TOML"]),
        ("language = '\x00'", ["TOML"]),
    ],
)
def test_a_fault_is_one_line_with_file_key_and_what_is_allowed(tmp_path: Path, text: str, told: list[str]) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(Usage) as caught:
        load(file, {}, {})
    assert caught.value.code == "bad_config"
    assert "\n" not in caught.value.message
    for words in (str(file), *told):
        assert words in caught.value.message


def test_a_variable_that_cannot_be_is_told_by_its_name() -> None:
    with pytest.raises(Usage, match="STAGEWATCH_MOUSE"):
        load(None, {"STAGEWATCH_MOUSE": "often"}, {})
    assert load(None, {"STAGEWATCH_MOUSE": "false", "STAGEWATCH_NETWORK_STORE": "true"}, {}).mouse is False


def test_a_named_file_that_is_not_there_is_wrong_usage(program: Program, tmp_path: Path) -> None:
    said = program("--config", str(tmp_path / "none.toml"), "client", "list", "--json")
    assert (said.status, said.json["error"]["code"]) == (2, "bad_config")


def test_the_store_is_where_the_file_says(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'db = "{tmp_path}/elsewhere.db"\n')
    monkeypatch.delenv("STAGEWATCH_DB")
    monkeypatch.setenv("STAGEWATCH_CONFIG", str(file))
    assert program("init", "--json").json["store"] == f"{tmp_path}/elsewhere.db"
    assert store_path(Config()).name == "stagewatch.db"


def test_the_stopwatch_is_set_in_a_table_and_each_key_in_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[timer]\nidle_after = "10m"\n')
    assert load(file, {}, {}).timer == TimerConfig(idle_after=600)
    config = load(file, {"STAGEWATCH_TIMER_FORGOTTEN_AFTER": "1h", "STAGEWATCH_TIMER_REMIND_AFTER": "0:30"}, {})
    assert config.timer == TimerConfig(3600, 600, 1800)


@pytest.mark.parametrize("text", ["forgotten_after = ''", "idle_after = 5", "idle_after = '5s'", "remind_after = 'soon'", "other = '5m'"])
def test_a_stopwatch_that_cannot_be_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[timer]\n{text}\n")
    with pytest.raises(Usage, match="timer"):
        load(file, {}, {})
