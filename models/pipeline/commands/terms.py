"""The dated terms of a deal: written whenever one of them changes, so that every past instant has its own."""

from __future__ import annotations

from models.journal.commands import Pen
from models.pipeline.tables import Deal, DealTerms
from models.values.instants import Instant

TERMS = ("owner_id", "amount", "currency", "expected_close", "probability")


def write_terms(pen: Pen, deal: Deal, at: Instant) -> None:
    """The deal's terms, as they are now, hold from `at` on."""
    pen.insert(DealTerms, deal=deal.id, at=at, **{name: getattr(deal, name) for name in TERMS})


def follow_taken_back(pen: Pen, deal_id: int, made_at: Instant, now: Instant) -> None:
    """The terms of a deal of which a step made at `made_at` was taken back. Where percentages were not dated yet when it was
    made, it has left no row of its own that went with it."""
    deal = Deal.get_or_none(Deal.id == deal_id)
    if deal is None or _stands(deal, last := _last(deal_id)):
        return
    if last.at == made_at:
        pen.delete(last)
    if not _stands(deal, _last(deal_id)):
        write_terms(pen, deal, now)


def _last(deal_id: int) -> DealTerms:
    return DealTerms.select().where(DealTerms.deal == deal_id).order_by(DealTerms.at.desc(), DealTerms.id.desc()).get()


def _stands(deal: Deal, terms: DealTerms) -> bool:
    return all(getattr(terms, name) == getattr(deal, name) for name in TERMS)
