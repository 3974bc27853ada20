"""Where exits lead in the end: absorption of the chain of stages (Kemeny and Snell 1960, ch. III)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

WON = "won"
LOST = "lost"
DIGITS = 14  # what solving leaves behind them is noise: with it half of 333.33 might be 166.66
Target = int | str  # a stage's id, or an end
Exits = Mapping[int, Mapping[Target, int]]  # stage → target → how many exits


def win_probabilities(
    exits: Exits, percentages: Mapping[int, int | None], stages: Iterable[int]
) -> dict[int, float | None]:
    """The chance, for each stage, that the observed exits, followed on, lead to *won*: the least non-negative solution
    of p = P·p + w.

    A stage without exits has none (None); as a target it counts its set percentage, else 0. A stage from whose exits
    neither an end nor such a set stage can be reached has none, and counts 0.
    """
    counted = {stage: {to: n for to, n in exits.get(stage, {}).items() if n} for stage in stages}
    left = {stage for stage, targets in counted.items() if targets}
    worth = {stage: (percentages.get(stage) or 0) / 100 for stage in counted if stage not in left}
    told = {stage for stage in worth if percentages.get(stage) is not None}
    ends_somewhere = _leading_to({WON, LOST, *told}, counted, left)
    winning = _leading_to({WON, *(stage for stage in worth if worth[stage])}, counted, left)
    solved = _solve(sorted(winning), counted, worth)
    return {
        stage: (solved.get(stage, 0.0) if stage in ends_somewhere else None) if stage in left else None
        for stage in counted
    }


def _leading_to(ends: set[Target], counted: Exits, left: set[int]) -> set[int]:
    """The stages with exits from which one of `ends` can be reached."""
    before: dict[Target, set[int]] = {}
    for stage in left:
        for target in counted[stage]:
            before.setdefault(target, set()).add(stage)
    found: set[int] = set()
    front = list(ends)
    while front:
        for stage in before.get(front.pop(), ()):
            if stage not in found:
                found.add(stage)
                front.append(stage)
    return found


def _solve(stages: list[int], counted: Exits, worth: Mapping[int, float]) -> dict[int, float]:
    """p = P·p + w over stages that all can win, which makes the system regular: Gauss with the largest pivot."""
    place = {stage: number for number, stage in enumerate(stages)}
    size = len(stages)
    rows: list[list[float]] = []
    for stage in stages:
        total = sum(counted[stage].values())
        row = [0.0] * (size + 1)
        row[place[stage]] = 1.0
        for target, count in counted[stage].items():
            if target == WON:
                row[size] += count / total
            elif target in place:
                row[place[target]] -= count / total
            elif target in worth:
                row[size] += count / total * worth[target]  # type: ignore[index]
        rows.append(row)
    for column in range(size):
        pivot = max(range(column, size), key=lambda number: abs(rows[number][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        top = rows[column]
        for row in rows[column + 1 :]:
            factor = row[column] / top[column]
            if factor:
                for number in range(column, size + 1):
                    row[number] -= factor * top[number]
    values = [0.0] * size
    for number in range(size - 1, -1, -1):
        row = rows[number]
        rest = row[size] - sum(row[other] * values[other] for other in range(number + 1, size))
        values[number] = min(1.0, max(0.0, round(rest / row[number], DIGITS)))
    return {stage: values[place[stage]] for stage in stages}
