"""What calls cost, what they would have cost, and whether that is within the budgets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import dash_mantine_components as dmc
from dash.development.base_component import Component

from pgkit.dashboard.ask import Asking, Question, Rows, ask
from pgkit.dashboard.charts import (
    COLORS,
    Card,
    Column,
    Node,
    badge,
    bars,
    cards,
    every,
    nothing,
    table,
)
from pgkit.dashboard.frame import Action, Choices, Filter, Page, Panel, button, field
from pgkit.dashboard.numbers import bucket, money, number, percent
from pgkit.dashboard.pages.budgets import budgets
from pgkit.dashboard.pages.common import empty, label_filter
from pgkit.dashboard.state import State

# A chart with more parts cannot be read.
MOST_PARTS = len(COLORS) - 1
# What the rest of them is called; no name ends with a space.
OTHERS = "others "
# A row for each part and bucket.
MOST_ROWS = 50_000
LABELS = ("model", "tool", "provider", "model_type")


def costs(
    state: State,
    group_by: list[str],
    granularity: str | None = None,
    as_model: str | None = None,
    *,
    is_before: bool = False,
) -> Question:
    """Return the question what the calls of the range cost."""
    start, end = state.before if is_before else (state.start, state.end)
    return ask(
        "get_costs",
        start_time=start,
        end_time=end,
        group_by=group_by,
        granularity=granularity,
        labels={n: v for n, v in state.labels.items() if n in LABELS} or None,
        book=state.get("book") or None,
        as_model=as_model,
        max_rows=MOST_ROWS,
    )


def total(rows: Rows, column: str = "list_cost") -> dict[str, float]:
    """Return the sum of a column by currency."""
    found: dict[str, float] = {}
    for row in rows:
        if row["currency"] is not None and row[column] is not None:
            found[row["currency"]] = found.get(row["currency"], 0) + row[column]
    return found


def summary(state: State) -> Asking[Node]:
    """Show what the range cost, by the price book and as billed."""
    rows = yield costs(state, [])
    if not rows:
        return (yield from empty(state))
    earlier = (yield costs(state, [], is_before=True)) if state.is_compared else []
    before = total(earlier)
    found = []
    for row in rows:
        if row["currency"] is None:
            models = row["unpriced_models"] or []
            found.append(
                Card(
                    "Without a price",
                    f"{number(row['call_count'])} calls",
                    ", ".join(models[:3]) + (", ..." if len(models) > 3 else ""),
                    True,
                )
            )
            continue
        cost, past = row["list_cost"], before.get(row["currency"])
        is_known = past and cost is not None
        change = f"{percent(100 * (cost / past - 1))} since before" if is_known else ""
        found.append(Card("By the price book", money(cost, row["currency"]), change))
        if row["billed_calls"]:
            difference = row["billed_difference"]
            found.append(
                Card(
                    "As billed",
                    money(row["billed_cost"], row["currency"]),
                    f"{number(row['billed_calls'])} calls say it"
                    + (
                        f"; {money(difference, row['currency'])} more than the price book"
                        if difference
                        else ""
                    ),
                )
            )
    calls = sum(row["call_count"] for row in rows)
    found.append(Card("Calls", number(calls)))
    return cards(found)


def over_time(state: State) -> Asking[Node]:
    """Draw the cost of each bucket by model."""
    group = state.get("group", "model")
    rows = yield costs(state, [group], granularity=state.granularity)
    priced = [row for row in rows if row["list_cost"] is not None]
    if not priced:
        return nothing(
            "No call of this range has a price and tokens.",
            "Load a price list: pgkit prices load FILE.",
        )
    currencies = sorted({row["currency"] for row in priced})
    drawn = [
        in_currency(state, group, [row for row in priced if row["currency"] == currency])
        for currency in currencies
    ]
    return [
        one
        for currency, chart in zip(currencies, drawn, strict=True)
        for one in (dmc.Text(f"In {currency}:", size="sm"), chart)
    ]


def in_currency(state: State, group: str, priced: Rows) -> Component:
    """Draw the cost of each bucket by the groups that cost most, in one currency."""
    names = largest(priced, group)
    found: dict[datetime, dict[str, Any]] = {}
    for row in priced:
        at = row["time_bucket"]
        name = str(row["group_labels"].get(group) or f"no {group}")
        name = name if name in names else OTHERS
        one = found.setdefault(at, {})
        one[name] = one.get(name, 0) + row["list_cost"]
    used = [name for name in [*names, OTHERS] if any(name in row for row in found.values())]
    # The key is no name: a model may be called anything else.
    data = [
        {"": bucket(at, state.granularity), **found.get(at, {})}
        for at in every(found, state.granularity)
    ]
    columns = [(name, name, COLORS[index]) for index, name in enumerate(used)]
    return bars(data, "", columns, unit=priced[0]["currency"], is_stacked=True)


def largest(rows: Rows, group: str) -> list[str]:
    """Return the names of the groups that cost most, the largest first."""
    found: dict[str, float] = {}
    for row in rows:
        name = str(row["group_labels"].get(group) or f"no {group}")
        found[name] = found.get(name, 0) + row["list_cost"]
    return sorted(found, key=lambda name: -found[name])[:MOST_PARTS]


def by_model(state: State) -> Asking[Node]:
    """Show what each model cost with each tool."""
    rows = yield costs(state, ["model", "tool"])
    if not rows:
        return (yield from empty(state))
    return table(
        [row | row["group_labels"] for row in sorted(rows, key=lambda r: -(r["list_cost"] or 0))],
        (
            Column("model", "model"),
            Column("tool", "tool"),
            Column("call_count", "calls", number, True),
            Column("input_tokens", "input tokens", number, True),
            Column("cached_input_tokens", "from the cache", number, True),
            Column("output_tokens", "output tokens", number, True),
            Column("", "price book", listed, True),
            Column("", "billed", lambda r: money(r["billed_cost"], r["currency"]), True),
        ),
    )


def listed(row: Mapping[str, Any]) -> Node:
    """Return what a row costs by the price book, never free where it has no price."""
    if row["currency"] is None:
        return badge("no price", "yellow")
    return money(row["list_cost"], row["currency"])


def what_if(state: State) -> Asking[Node]:
    """Show what the same tokens would have cost on other models."""
    now = yield costs(state, [])
    wanted = state.all("other")
    if not wanted:
        return nothing(
            "Choose models above, under What if.",
            "The tokens of the range are priced as those of these models. Another model would"
            " count other tokens.",
        )
    paid = total(now)
    unpriced = sum(row["call_count"] for row in now if row["currency"] is None)
    rows: Rows = []
    for name in wanted:
        for row in (yield costs(state, [], as_model=name)):
            if row["currency"] is None:
                continue
            past = paid.get(row["currency"])
            cost = row["list_cost"]
            rows.append(
                {
                    "model": name,
                    "cost": money(cost, row["currency"]),
                    # Calls without a price are not in the cost of now, but would be in the other.
                    "change": percent(100 * (cost / past - 1))
                    if past and cost is not None and not unpriced
                    else "not of the same calls",
                }
            )
    said = " and ".join(money(cost, currency) for currency, cost in paid.items()) or "no prices"
    if unpriced:
        said += f" without {number(unpriced)} calls that have no price"
    return dmc.Stack(
        [
            dmc.Text(f"Now: {said}.", size="sm"),
            table(
                rows,
                (
                    Column("model", "all calls on"),
                    Column("cost", "would cost", is_number=True),
                    Column("change", "change", is_number=True),
                ),
                empty="None of these models has a price.",
            ),
        ]
    )


def unpriced(state: State) -> Asking[Node]:
    """Show the models whose calls have no price."""
    rows = yield ask(
        "get_unpriced_models",
        start_time=state.start,
        end_time=state.end,
        book=state.get("book") or None,
        max_rows=MOST_ROWS,
    )
    return table(
        rows,
        (
            Column("model", "model"),
            Column("provider", "provider"),
            Column("call_count", "calls", number, True),
            Column("input_tokens", "input tokens", number, True),
            Column("output_tokens", "output tokens", number, True),
            Column("closest_models", "similar names with a price", lambda v: ", ".join(v or [])),
            Column(
                "",
                "",
                lambda row: button("costs", "price", row["model"], "Set price"),
            ),
        ),
        empty="Every model of this range has a price.",
    )


def own_budgets(state: State) -> Asking[Node]:
    """Show the budgets, each with a button that deletes it."""
    return (
        yield from budgets(
            state,
            Column("", "", lambda row: button("costs", "drop", row["budget"], "Delete", "red")),
        )
    )


def priced_models(state: State) -> Asking[Choices]:
    """Return the models that have a price."""
    rows = yield ask("get_model_prices", book=state.get("book") or None)
    return [(name, name) for name in sorted({row["model"] for row in rows})]


def groups(state: State) -> Asking[Choices]:
    """Return by what costs can be split."""
    yield from ()
    return [(name, name.replace("_", " ")) for name in LABELS]


def budget_fields(key: str) -> Asking[list[Any]]:
    """Return the fields of a new budget."""
    yield from ()
    return [
        dmc.TextInput(id=field("budget_name"), label="Name", required=True),
        dmc.NumberInput(id=field("amount"), label="Amount", min=0, required=True),
        dmc.TextInput(id=field("currency"), label="Currency", value="USD"),
        dmc.Select(
            id=field("period"),
            label="Period",
            data=["daily", "weekly", "monthly"],
            value="monthly",
        ),
        dmc.NumberInput(
            id=field("warn_at"),
            label="Warn at this share of it",
            value=0.8,
            min=0,
            max=1,
            step=0.05,
        ),
        dmc.TextInput(id=field("model"), label="Only this model", placeholder="all"),
    ]


def set_budget(key: str, given: Mapping[str, Any]) -> Question:
    """Return the call that adds a budget."""
    if not given["budget_name"] or given["amount"] in (None, ""):
        raise ValueError("Fill in the name and the amount.")
    return ask(
        "set_budget",
        budget_name=given["budget_name"],
        amount=float(given["amount"]),
        currency=given["currency"] or None,
        period=given["period"],
        warn_at=float(given["warn_at"]),
        labels={"model": given["model"]} if given["model"] else None,
    )


def price_fields(key: str) -> Asking[list[Any]]:
    """Return the fields of a price."""
    yield from ()
    return [
        dmc.TextInput(id=field("model_name"), label="Model", value=key, required=True),
        dmc.NumberInput(
            id=field("input_price"), label="Input, per million tokens", min=0, required=True
        ),
        dmc.NumberInput(
            id=field("output_price"), label="Output, per million tokens", min=0, required=True
        ),
        dmc.NumberInput(
            id=field("cached_input_price"),
            label="Input from the cache, per million tokens",
            placeholder="as input",
            min=0,
        ),
        dmc.TextInput(id=field("currency"), label="Currency", value="USD"),
    ]


def set_price(key: str, given: Mapping[str, Any]) -> Question:
    """Return the call that sets the price of a model from always on."""
    if not given["model_name"] or "" in (given["input_price"], given["output_price"]):
        raise ValueError("Fill in the model and both prices.")
    if given["input_price"] is None or given["output_price"] is None:
        raise ValueError("Fill in both prices.")
    cached = given["cached_input_price"]
    return ask(
        "set_model_price",
        model_name=given["model_name"],
        input_price=float(given["input_price"]),
        output_price=float(given["output_price"]),
        cached_input_price=None if cached in (None, "") else float(cached),
        currency=given["currency"] or None,
        source="dashboard",
    )


def no_fields(key: str) -> Asking[list[Any]]:
    """Return the question whether to delete a budget."""
    yield from ()
    return [dmc.Text(f"Delete the budget {key}? Its alerts are resolved.", size="sm")]


PAGE = Page(
    "costs",
    "Costs",
    (
        Panel("This range", summary, "Of whole hours (UTC).", height=120),
        Panel("Cost over time", over_time, "By the price book.", height=320),
        Panel("By model and tool", by_model, height=550),
        Panel(
            "What if", what_if, "The same tokens at the prices of other models.", span=6, height=130
        ),
        Panel("Without a price", unpriced, "Never counted as free.", span=6, height=380),
        Panel("Budgets", own_budgets, height=100),
    ),
    (
        label_filter("model", "Model", "calls"),
        label_filter("tool", "Tool", "calls"),
        Filter("group", "Split by", groups, placeholder="model"),
        Filter("other", "What if", priced_models, is_multiple=True, placeholder="other models"),
    ),
    {
        "budget": Action(
            "Add a budget", budget_fields, set_budget, "The budget is set.", "Set budget"
        ),
        "price": Action("Set a price", price_fields, set_price, "The price is set.", "Set price"),
        "drop": Action(
            "Delete a budget",
            no_fields,
            lambda key, given: ask("delete_budget", budget_name=key),
            "The budget is deleted.",
            "Delete",
            is_dangerous=True,
        ),
    },
    buttons=("budget", "price"),
    has_comparison=True,
)
