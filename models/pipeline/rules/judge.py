"""The one function that judges every attempt, wherever it comes from (semantics §2, §3)."""

from __future__ import annotations

from models.pipeline.rules.demands import objection_authority, to_actions, to_authority, to_fields
from models.pipeline.rules.known import Attempt, DealFacts, StageFacts, TypeFacts
from models.pipeline.rules.passage import objection_archived, to_move, to_reason, to_start, to_win, way
from models.values.errors import Objection
from models.values.instants import Instant
from models.values.language import _
from models.values.text import shown


def judge(deal: DealFacts | None, deal_type: TypeFacts, attempt: Attempt, now: Instant) -> list[Objection]:
    """Every objection to `attempt`, none where it is fine. `deal` is None for a start; `deal_type` is the deal's type,
    or the new one of a retype.

    A closed deal has one objection only, unless it is to be reopened.
    """
    if deal is None:
        return _to_start(deal_type, attempt, attempt.filled) + _to_instant(attempt, None, now)
    found = to_version(deal, attempt)
    if deal.outcome != "open" and attempt.kind != "reopen":
        return found or [_objection_closed(deal)]
    if not attempt.may:
        found.append(objection_authority(_("You may not change this deal."), list(attempt.people)))
    match attempt.kind:
        case "move":
            found += _to_hold(deal) + _to_move(deal, deal_type, attempt)
        case "win":
            found += _to_hold(deal) + to_win(deal, deal_type) + _to_leave(deal, deal_type, attempt)
        case "lose":
            found += to_reason(attempt) + _allowed(attempt, leaving=_present(deal, deal_type))
        case "hold":
            found += _to_hold(deal) + to_reason(attempt)
        case "resume":
            if not deal.held:
                found.append(Objection("not_on_hold", _("The deal is not on hold.")))
        case "reopen":
            found += _to_reopen(deal, deal_type, attempt) + to_reason(attempt)
        case "retype":
            found += _to_hold(deal) + _to_start(deal_type, attempt, attempt.filled)
    return found + _to_instant(attempt, deal, now)


def _to_start(deal_type: TypeFacts, attempt: Attempt, filled: frozenset[str]) -> list[Objection]:
    if deal_type.archived:
        return [_objection_type(deal_type)]
    active = deal_type.active()
    if not active:
        return [Objection("no_stages", _("{type} has no stages.").format(type=shown(deal_type.name)))]
    target = active[0] if attempt.target is None else deal_type.stage(attempt.target)
    found = to_start(deal_type, target, attempt)
    if found and target.archived:
        return found
    return found + to_fields(filled, None, target) + _allowed(attempt, entering=target)


def _to_move(deal: DealFacts, deal_type: TypeFacts, attempt: Attempt) -> list[Objection]:
    assert deal.stage_id is not None and attempt.target is not None
    target, present = deal_type.stage(attempt.target), deal_type.stage(deal.stage_id)
    if target.id == present.id:
        return [Objection("same_stage", _("The deal is at {stage} already.").format(stage=shown(target.name)))]
    found = to_move(deal, deal_type, target, attempt)
    onward = way(deal_type, present.id, target.id) != "return"
    if onward:
        found += to_actions(deal, present)
    found += to_fields(deal.filled, present if onward else None, target)
    return found + _allowed(attempt, leaving=present, entering=target)


def _to_leave(deal: DealFacts, deal_type: TypeFacts, attempt: Attempt) -> list[Objection]:
    """What the present stage asks for when the deal is won from it."""
    present = _present(deal, deal_type)
    return to_actions(deal, present) + to_fields(deal.filled, present, None) + _allowed(attempt, leaving=present)


def _to_reopen(deal: DealFacts, deal_type: TypeFacts, attempt: Attempt) -> list[Objection]:
    if deal.outcome == "open":
        return [Objection("deal_open", _("The deal is open."))]
    if deal.stage_id is None:
        return [Objection("stage_unknown", _("It is not known at which stage the deal was closed."))]
    stage = _present(deal, deal_type)
    if deal_type.archived:
        return [_objection_type(deal_type)]
    if stage.archived:
        return [objection_archived(stage)]
    return _allowed(attempt, entering=stage)


def _allowed(
    attempt: Attempt, leaving: StageFacts | None = None, entering: StageFacts | None = None
) -> list[Objection]:
    """The stages' authority, told only where the actor may change the deal at all."""
    return to_authority(attempt, leaving, entering) if attempt.may else []


def _present(deal: DealFacts, deal_type: TypeFacts) -> StageFacts:
    assert deal.stage_id is not None
    return deal_type.stage(deal.stage_id)


def _to_hold(deal: DealFacts) -> list[Objection]:
    return [Objection("deal_on_hold", _("The deal is on hold."), _("resume it"))] if deal.held else []


def to_version(deal: DealFacts, attempt: Attempt) -> list[Objection]:
    """The objection that the deal was changed after the person saw it."""
    if attempt.version is None or attempt.version == deal.version:
        return []
    last = deal.last_change
    words = (
        _("{who} changed the deal meanwhile ({when}: {what}).").format(
            who=shown(last.by), when=last.at, what=shown(last.what)
        )
        if last
        else _("The deal was changed meanwhile.")
    )
    return [Objection("changed_meanwhile", words, _("look at it again"))]


def _to_instant(attempt: Attempt, deal: DealFacts | None, now: Instant) -> list[Objection]:
    if attempt.at is None:
        return []
    if attempt.at > now:
        return [Objection("in_future", _("The instant is in the future."))]
    if deal is None:
        return []
    since = max(at for at in (deal.entered_at, deal.closed_at, deal.held_at, deal.resumed_at) if at is not None)
    if attempt.at < since:
        return [Objection("before_visit", _("The instant is before the deal's last step."))]
    return []


def _objection_type(deal_type: TypeFacts) -> Objection:
    words = _("The deal type {type} is archived.").format(type=shown(deal_type.name))
    return Objection("type_archived", words, _("take another type, or have it restored"))


def _objection_closed(deal: DealFacts) -> Objection:
    words = _("The deal is won.") if deal.outcome == "won" else _("The deal is lost.")
    return Objection("deal_closed", words, _("reopen it"))
