"""Print results: tables on a terminal, plain text in a pipe, JSON on request."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import click
from psycopg.types.range import Range
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]


def print_rows(rows: Sequence[Row], *, as_json: bool = False, title: str | None = None) -> None:
    """Print rows with the same keys; the keys are the headings. No rows print nothing but JSON."""
    if as_json:
        print_json(rows)
    elif rows and sys.stdout.isatty():
        print_table(rows, title)
    elif rows:
        print_plain(rows)


def print_json(value: object) -> None:
    """Print a value as JSON, times in ISO 8601 and numbers as numbers."""
    click.echo(json.dumps(value, indent=2, default=jsonable, ensure_ascii=False))


def print_table(rows: Sequence[Row], title: str | None) -> None:
    # Text, because a name from the database may contain what rich takes for markup.
    heading = Text(title, style="table.title") if title else None
    table = Table(title=heading, title_justify="left", header_style="bold")
    for name in rows[0]:
        right = any(isinstance(row[name], int | float | Decimal) for row in rows)
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(value)) for value in row.values()))
    Console().print(table)


def print_plain(rows: Sequence[Row]) -> None:
    """Print a heading and rows, separated by tabs, for `cut` and `awk`."""
    click.echo("\t".join(rows[0]))
    for row in rows:
        click.echo("\t".join(shown(value).replace("\t", " ") for value in row.values()))


def shown(value: object) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | Decimal):
        return f"{value:.2f}"
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return " ".join(str(value).splitlines())


def jsonable(value: object) -> object:
    """Convert what the json module cannot."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Range):
        return {"lower": value.lower, "upper": value.upper}
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"cannot write {type(value).__name__} as JSON")
