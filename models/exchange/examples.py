"""Small files to start from."""

from __future__ import annotations

import csv
from pathlib import Path

from models.exchange.files import bad_file
from models.values.errors import Usage
from models.values.language import _
from models.values.text import quoted, shown

EXAMPLES = {
    "history": [
        "deal_id,client,rep,deal_type,stage,entered_at,amount,currency,outcome",
        "1,Smith and Sons,anna,Quick Sales,Initiating interest,2026-01-12T09:30:00Z,1200.00,EUR,",
        "1,Smith and Sons,anna,Quick Sales,Demonstration,2026-01-20T14:00:00Z,,,",
        "1,Smith and Sons,anna,Quick Sales,,2026-02-02T11:15:00Z,,,won",
    ],
    "deals": [
        "deal_id,client,rep,deal_type,stage,entered_at,closed_at,amount,currency,title",
        "1,Smith and Sons,anna,Quick Sales,Demonstration,2026-01-20,,1200.00,EUR,Catalogue",
        "2,Weaver Ltd,anna,Quick Sales,Won,2026-01-12,2026-02-02,800.00,EUR,Leaflets",
    ],
    "time": [
        "user,client,project,service,description,start,end,billable",
        "anna,Smith and Sons,Catalogue,Consulting,First talk,2026-01-12T09:30:00,2026-01-12T11:00:00,yes",
        "anna,Weaver Ltd,,Consulting,Drafts,2026-01-12T13:00:00,2026-01-12T14:45:00,no",
    ],
}


def example_file(kind: str, path: Path) -> None:
    """Write a small CSV of that kind to start from. Raises Usage `bad_kind`, Refused `bad_file`."""
    if kind not in EXAMPLES:
        raise Usage("bad_kind", _("There is no example of {kind}.").format(kind=quoted(kind)))
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(csv.reader(EXAMPLES[kind]))
    except OSError as error:
        raise bad_file(_("{path} cannot be written: {why}."), path=shown(str(path)), why=error.strerror) from None
