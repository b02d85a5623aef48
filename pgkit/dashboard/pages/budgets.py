"""Budgets of costs, which the pages about costs and about alerts show."""

from collections.abc import Mapping
from typing import Any

from pgkit.dashboard.ask import Asking, ask
from pgkit.dashboard.charts import Column, Node, badge, table
from pgkit.dashboard.numbers import moment, money, number
from pgkit.dashboard.pages.alert_forms import labels
from pgkit.dashboard.state import State

COLORS = {"critical": "red", "warning": "orange"}


def budgets(state: State, *more: Column) -> Asking[Node]:
    """Show how much of each budget is spent, and what is expected until its end."""
    rows = yield ask("get_budget_status", as_of=state.now)
    return table(
        rows,
        (
            Column("budget", "budget"),
            Column("labels", "for", lambda v: labels(v, "budget") or "all"),
            Column("severity", "status", lambda v: badge(v or "ok", COLORS.get(v, "teal"))),
            Column("period_end", "until (UTC)", moment),
            Column("", "spent", lambda r: money(r["spent"], r["currency"]), True),
            Column("", "of", lambda r: money(r["amount"], r["currency"]), True),
            Column("share", "share", lambda v: number(v, "share"), True),
            Column("", "expected at its end (90 %)", expected, True),
            Column("unpriced_calls", "calls without a price", number, True),
            *more,
        ),
        empty="There is no budget. Add one on the page Costs, or with pgkit budgets set.",
    )


def expected(row: Mapping[str, Any]) -> str:
    """Return what a budget is expected to have spent at its end, with the interval of 90 %."""
    if row["projected"] is None:
        return "insufficient data"
    said = money(row["projected"], row["currency"])
    if row["projected_low"] is None:
        return said
    return f"{said} ({number(row['projected_low'])} to {number(row['projected_high'])})"
