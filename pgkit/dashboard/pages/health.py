"""Whether the database does its work."""

import dash_mantine_components as dmc

from pgkit.dashboard.ask import Asking, ask
from pgkit.dashboard.charts import Column, Node, badge, table
from pgkit.dashboard.frame import Page, Panel
from pgkit.dashboard.state import State

COLORS = {"ok": "teal", "warn": "yellow", "fail": "red"}


def checks(state: State) -> Asking[Node]:
    """Show each check of the database, with what to do about it."""
    rows = yield ask("get_health")
    bad = sum(row["status"] != "ok" for row in rows)
    fine = len(rows) - bad
    said = f"{bad} of {len(rows)} checks ask for something." if bad else f"All {fine} are fine."
    shown = table(
        sorted(rows, key=lambda row: ("fail", "warn", "ok").index(row["status"])),
        (
            Column("check_name", "check"),
            Column("status", "status", lambda value: badge(value, COLORS.get(value, "gray"))),
            Column("value", "value"),
            Column("hint", "what to do", lambda value: value or ""),
        ),
    )
    return [dmc.Text(said, fw=600, size="sm"), shown]


PAGE = Page(
    "health",
    "Health",
    (Panel("Checks", checks, "The same as perf.get_health() and pgkit health say.", height=1000),),
    has_range=False,
)
