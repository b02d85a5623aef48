"""Costs, prices and budgets as people see them."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from pgkit import prices, reports
from pgkit.database import Connection
from pgkit.output import Column, Row, digits, percent, plain_number
from pgkit.times import span

GROUPS = ("model", "tool", "provider", "model_type", "parameters")
GRANULARITIES = ("hourly", "daily", "weekly", "monthly")


def money(amount: float | None) -> str:
    """Return an amount with two digits, or the digits that matter of less than a cent."""
    if amount is None:
        return ""
    if abs(amount) >= 0.01 or not amount:
        return f"{amount:,.2f}"
    text = digits(amount)
    return plain_number(float(text)) if "e" in text else text


def price(amount: float | None) -> str:
    """Return a price per million tokens with all its digits."""
    return "" if amount is None else f"{Decimal(repr(amount)):,f}".removesuffix(".0")


def price_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return prices as a pipe gets them: with all digits, so that a list can be loaded again."""
    return [
        {
            name: price(value).replace(",", "") if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in rows
    ]


COST_COLUMNS = (
    Column("list_cost", "cost", show=money, is_needed=True),
    Column("currency", "in"),
    Column("billed_cost", "billed", show=money),
    Column("call_count", "calls"),
    Column("input_tokens", "input"),
    Column("output_tokens", "output"),
    Column("cached_input_tokens", "cached"),
    Column("reasoning_tokens", "reasoning"),
    Column("billed_difference", "billed - cost", show=money),
    Column("cache_write_tokens", "cache writes"),
)
PRICE_COLUMNS = (
    Column("model", "model", "middle", is_needed=True),
    Column("input_price", "input", show=price),
    Column("output_price", "output", show=price),
    Column("cached_input_price", "cached", show=price),
    Column("cache_write_price", "cache write", show=price),
    Column("currency", "in"),
    Column("provider", "provider", "end"),
    Column("valid_from", "valid from"),
    Column("valid_until", "until"),
    Column("source", "source", "end"),
)
MISSING_COLUMNS = (
    Column("model", "model", "middle", is_needed=True),
    Column("provider", "provider", "end"),
    Column("call_count", "calls"),
    Column("closest_models", "like it in the book", "end"),
    Column("priced_from", "priced from"),
    Column("input_tokens", "input"),
    Column("output_tokens", "output"),
)
BUDGET_COLUMNS = (
    Column("budget", "budget", "middle", is_needed=True),
    Column("severity", "state"),
    Column("spent", "spent", show=money),
    Column("amount", "of", show=money),
    Column("currency", "in"),
    Column("share", "%", show=percent),
    Column("expected", "expected at end"),
    Column("ends", "ends"),
    Column("unpriced_calls", "calls unpriced"),
    Column("billed_cost", "billed", show=money),
    Column("labels", "calls", "end"),
)


def cost_columns(groups: Sequence[str], has_buckets: bool) -> list[Column]:
    """Return the columns of a report by these labels."""
    named = [Column(name, name.replace("_", " "), "middle", is_needed=True) for name in groups]
    bucket = [Column("time_bucket", "from", is_needed=True)] if has_buckets else []
    return [*bucket, *named, *COST_COLUMNS]


def cost_rows(rows: Sequence[Row], groups: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows of costs with their labels as columns."""
    return [{name: row["group_labels"].get(name) for name in groups} | dict(row) for row in rows]


def describe_costs(rows: Sequence[Row], zone: tzinfo, as_model: str | None, book: str) -> str:
    """Return the title of a report: what the calls cost together, by which prices, and when."""
    totals: dict[str, float] = {}
    for row in rows:
        if row["list_cost"] is not None:
            totals[row["currency"]] = totals.get(row["currency"], 0) + row["list_cost"]
    parts = [f"{money(total)} {currency}" for currency, total in sorted(totals.items())]
    title = " and ".join(parts) if parts else "nothing has a price"
    if as_model:
        title += f"; as if of {as_model}"
    if book != "standard":
        title += f"; prices of {book}"
    if rows:
        last = max(row["range_end"] for row in rows)
        title += f"; {span(min(row['range_start'] for row in rows), last, zone)}"
    return title


def unpriced(rows: Sequence[Row]) -> tuple[int, list[str]]:
    """Return how many calls have no price, and of which models."""
    without = [row for row in rows if row["currency"] is None]
    models = {model for row in without for model in row["unpriced_models"]}
    return sum(row["call_count"] for row in without), sorted(models)


def budget_rows(rows: Sequence[Row], zone: tzinfo) -> list[dict[str, Any]]:
    """Return how budgets stand as a terminal shows it."""

    def shown(row: Row) -> dict[str, Any]:
        expected = ""
        if row["projected"] is not None:
            expected = (
                f"{money(row['projected'])} ({money(row['projected_low'])} to"
                f" {money(row['projected_high'])})"
            )
        end: datetime = row["period_end"]
        return dict(row) | {
            "severity": row["severity"] or "ok",
            "expected": expected,
            "ends": f"{end.astimezone(zone):%Y-%m-%d %H:%M}",
            "unpriced_calls": row["unpriced_calls"] or None,
        }

    return [shown(row) for row in rows]


def load(
    connection: Connection,
    found: prices.PriceList,
    *,
    book: str,
    valid_from: datetime | None,
    currency: str | None,
) -> dict[str, int]:
    """Add the prices of a file to a book; return how many are new, changed and the same."""
    given = [{"currency": currency} | entry if currency else entry for entry in found.prices]
    (row,) = reports.select(
        connection,
        "select * from perf.set_model_prices(%(prices)s, %(book)s, %(valid_from)s)",
        prices=Jsonb(given),
        book=book,
        valid_from=valid_from,
    )
    return {name.removesuffix("_count"): count for name, count in row.items()}


def explain_left_out(found: prices.PriceList) -> list[str]:
    """Return sentences about what of a price list was not taken."""
    told = []
    if found.left_out:
        parts = [f"{count:,} {reason}" for reason, count in found.left_out.most_common()]
        told.append(f"Left out: {'; '.join(parts)}.")
    if found.notes:
        parts = [f"{count:,} {reason}" for reason, count in found.notes.most_common()]
        told.append(f"Not modelled: {'; '.join(parts)}.")
    return told
