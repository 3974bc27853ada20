"""What a person does to a deal. Each function is one command: it checks, judges, writes and records in one transaction."""

from models.pipeline.commands.deals import (
    delete_deal,
    follow_client_renamed,
    free_deal_id,
    merge_deals,
    new_deal,
    note_next_due,
    retype_deal,
    set_deal,
    title_key,
)
from models.pipeline.commands.requests import (
    accept_request,
    decline_request,
    may_answer,
    request_move,
    withdraw_request,
)
from models.pipeline.commands.steps import (
    Done,
    Several,
    Unmoved,
    hold_deal,
    lose_deal,
    move_deal,
    reopen_deal,
    resume_deal,
    step_deals,
    win_deal,
)
from models.pipeline.commands.ticks import action_named, find_action, tick_action, tick_with, untick_action
from models.pipeline.commands.undo import redo, undo, undoable

__all__ = [
    "Done",
    "Several",
    "Unmoved",
    "action_named",
    "accept_request",
    "decline_request",
    "delete_deal",
    "find_action",
    "follow_client_renamed",
    "free_deal_id",
    "hold_deal",
    "lose_deal",
    "may_answer",
    "merge_deals",
    "move_deal",
    "new_deal",
    "note_next_due",
    "redo",
    "reopen_deal",
    "request_move",
    "resume_deal",
    "retype_deal",
    "set_deal",
    "step_deals",
    "tick_action",
    "tick_with",
    "title_key",
    "undo",
    "undoable",
    "untick_action",
    "win_deal",
    "withdraw_request",
]
