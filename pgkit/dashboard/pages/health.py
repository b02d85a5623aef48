"""Whether the database does its work."""

from pgkit.dashboard.ask import Asking, ask
from pgkit.dashboard.charts import Column, Node, badge, table
from pgkit.dashboard.frame import Page, Panel
from pgkit.dashboard.state import State

COLORS = {"ok": "teal", "warn": "yellow", "fail": "red"}


def checks(state: State) -> Asking[Node]:
    """Show each check of the database, with what to do about it."""
    rows = yield ask("get_health")
    return table(
        sorted(rows, key=lambda row: ("fail", "warn", "ok").index(row["status"])),
        (
            Column("check_name", "check"),
            Column("status", "status", lambda value: badge(value, COLORS.get(value, "gray"))),
            Column("value", "value"),
            Column("hint", "what to do", lambda value: value or ""),
        ),
    )


PAGE = Page(
    "health",
    "Health",
    (Panel("Checks", checks, "The same as perf.get_health() and pgkit health say."),),
    has_range=False,
)
