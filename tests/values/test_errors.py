"""An error carries a code for scripts, words for people and the exit status of the contract."""

from __future__ import annotations

import pytest

from models.values.errors import (
    ChangedMeanwhile,
    NotFound,
    Objection,
    Refused,
    StagewatchError,
    StoreUnusable,
    Usage,
)


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (Refused("bad_text", "no"), "bad_text", 1),
        (NotFound("no"), "not_found", 1),
        (Usage("bad_date", "no"), "bad_date", 2),
        (ChangedMeanwhile("no"), "changed_meanwhile", 3),
        (StoreUnusable("store_locked", "no"), "store_locked", 4),
    ],
)
def test_each_kind_has_its_exit_status(error, code, status):
    assert isinstance(error, StagewatchError)
    assert (error.code, error.message, str(error), error.exit_status) == (code, "no", "no", status)


def test_what_may_not_be_known_is_refused_as_not_there():
    assert isinstance(NotFound("no"), Refused)


def test_json_has_code_message_and_details():
    objection = Objection("no_authority", "A manager may.", "ask Maria")
    error = Refused("refused", "It stays.", [objection.as_json()])
    assert error.as_json() == {
        "error": {
            "code": "refused",
            "message": "It stays.",
            "details": [{"code": "no_authority", "message": "A manager may.", "lift": "ask Maria"}],
        }
    }
