"""Durations and transitions of real histories, taken over by the import, against what other libraries computed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from models.exchange.history import ImportOptions, import_history
from models.pipeline.facts import find_type
from models.statistics.arrays import history
from models.statistics.durations import durations
from models.statistics.transitions import transitions
from models.values.instants import parse_instant

PIPELINES = (
    "bpic2013_closed", "bpic2013_closed_cut", "maven_pipeline", "receipt", "roadtraffic100", "running_example",
)  # fmt: skip


@pytest.mark.parametrize("name", PIPELINES)
def test_real_histories_say_what_other_libraries_computed(session, data, name):
    folder = data / "pipelines"
    truth = json.loads((folder / f"{name}.expected.json").read_text())
    options = ImportOptions(
        create_stages=True, partial=True, stages_file=folder / f"{name}.stages.txt", default_client="(none)"
    )
    import_history(session, folder / f"{name}.csv", options)
    at = replace(session, now=lambda: parse_instant(truth["as_of"], "UTC"))
    type_id = find_type(name)
    known = history(at, type_id)
    lasted = {stage["stage"]: stage for stage in durations(at, type_id, history=known).as_json()["stages"]}
    assert {stage for stage, told in lasted.items() if told["visits"]} == set(truth["durations"])
    for stage, expected in truth["durations"].items():
        found = lasted[stage]
        assert [found[key] for key in ("visits", "completed", "open")] == [expected[key] for key in ("visits", "completed", "open")]
        for key in ("mean", "median", "median_low", "median_high", "p80", "p80_low", "p80_high"):
            assert same(found[key], expected[key], 1), (stage, key, found[key], expected[key])
        account = found["accounting"]
        assert account["carried_in"] + account["entered"] == sum(account.values()) - account["carried_in"] - account["entered"]
        assert (account["entered"], account["there"]) == (expected["visits"], expected["open"])
    went = {stage["from"]: stage for stage in transitions(at, type_id, history=known).as_json()["stages"]}
    assert {stage for stage, told in went.items() if told["exits"]} == set(truth["transitions"])
    for stage, expected in truth["transitions"].items():
        found = went[stage]
        assert found["exits"] == expected["exits"]
        assert same(found["win_probability"], expected["win_probability"], 1e-6)
        if found["win_probability"] is not None:
            assert 0 <= found["win_low"] <= found["win_high"] <= 1
        ways = {way["to"]: way for way in found["to"]}
        assert set(ways) == set(expected["to"])
        for to, told in expected["to"].items():
            assert ways[to]["count"] == told["count"]
            for key in ("share", "low", "high"):
                assert same(ways[to][key], told[key], 1e-6)
            for days, chance in told["incidence"].items():
                assert same(ways[to]["incidence"][days], chance, 1e-6), (stage, to, days)


def same(found, expected, limit):
    return found is expected if found is None or expected is None else abs(found - expected) <= limit
