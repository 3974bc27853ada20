"""The rules of passage (semantics §2, §3), pure: `known` holds what they are given, `judge` asks all the others."""

from models.pipeline.rules.demands import may_tick, objection_authority, to_authority
from models.pipeline.rules.judge import judge, to_version
from models.pipeline.rules.known import (
    MODES,
    ActionFacts,
    Attempt,
    Authority,
    DealFacts,
    FieldFacts,
    LastChange,
    PersonFacts,
    StageFacts,
    TypeFacts,
)
from models.pipeline.rules.passage import missing_stages, next_stage, number_of, way
from models.pipeline.rules.reach import warnings
from models.pipeline.rules.trail import abbreviations, seconds_without_holds, trail

UNDO_WINDOW = 30 * 86_400 * 1_000_000  # microseconds

__all__ = [
    "MODES",
    "UNDO_WINDOW",
    "ActionFacts",
    "Attempt",
    "Authority",
    "DealFacts",
    "FieldFacts",
    "LastChange",
    "PersonFacts",
    "StageFacts",
    "TypeFacts",
    "abbreviations",
    "judge",
    "may_tick",
    "missing_stages",
    "next_stage",
    "number_of",
    "objection_authority",
    "seconds_without_holds",
    "to_authority",
    "to_version",
    "trail",
    "warnings",
    "way",
]
