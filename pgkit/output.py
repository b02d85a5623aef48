"""Print results: tables on a terminal, plain text in a pipe, JSON on request."""

import json
import re
import shutil
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import floor, isfinite, log10
from typing import Any, Literal, NamedTuple
from uuid import UUID

import click
from psycopg.types.range import Range
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]

# A name keeps at least this much of its text before a column is left out; other text less.
LEAST_WIDTH = {"middle": 24, "end": 16}
GAP = 2
# What a terminal obeys instead of showing it, and what turns the direction of the text around it.
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# For a terminal or file that takes ASCII only.
PLAIN_SIGNS = str.maketrans("▁▂▃▄▅▆▇█", "_.-~=+*#", "") | {ord("…"): "..."}
NUMBER = re.compile(r"[-+>]?[\d,]+(\.\d+)?(e[-+]\d+)?( %| points)?")
STATE_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def shown(value: object) -> str:
    """Return a value as a person reads it: the digits that matter, times to the minute."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float | Decimal):
        return digits(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={json_word(item)}" for key, item in value.items()) or "none"
    return exact(value)


def json_word(value: object) -> str:
    """Return a value of JSON, a text without its quotes."""
    return exact(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def digits(value: float | Decimal) -> str:
    """Return a number with the digits that matter."""
    if abs(float(value)) >= 99.995:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(float(value)) >= 0.01 or not value else f"{value:.2g}"


def percent(share: float | None) -> str:
    """Return a share as percent."""
    if share is None:
        return ""
    value = 100 * share
    # Rounded, one failure in a million would be none.
    if 99.995 <= value < 100:
        return ">99.99"
    return f"{value:.2f}" if value >= 0.01 or not value else f"{value:.2g}"


def exact(value: object) -> str:
    """Return a value as a program reads it, on one line and without a tab."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | Decimal):
        return plain_number(value)
    if isinstance(value, list | tuple):
        return ", ".join(exact(item) for item in value)
    if isinstance(value, dict):
        return escaped(json.dumps(value, ensure_ascii=False, default=jsonable))
    return escaped(" ".join(str(value).replace("\t", " ").splitlines()))


def plain_number(value: float | Decimal) -> str:
    """Return a number without an exponent: six decimals, and of a small one six digits."""
    size = abs(float(value))
    places = 6 if size >= 0.1 or not isfinite(size) or not size else 5 - floor(log10(size))
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def escaped(text: str) -> str:
    """Return a text that makes no terminal do anything; JSON stays what it is."""
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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


class Column(NamedTuple):
    """A column of a table: the key of its values, the heading, and how values are shown.

    `cut` says where a text that is too long loses its letters; without it a value is never cut.
    What tells rows apart `is_needed` however narrow the terminal is.
    """

    key: str
    heading: str
    cut: Literal["middle", "end"] | None = None
    show: Callable[[Any], str] = shown
    is_needed: bool = False


def print_rows(
    rows: Sequence[Row],
    columns: Sequence[Column] = (),
    *,
    as_json: bool = False,
    title: str | None = None,
    nothing: str | None = None,
) -> None:
    """Print rows with the same keys.

    A terminal gets these columns, the most important first, and those that do not fit are named
    below. A pipe gets all keys, and the title on stderr. `nothing` is said where there is no row.
    """
    if as_json:
        print_json(rows)
    elif not rows:
        if nothing:
            tell(nothing)
    elif is_for_people():
        print_table(rows, columns or default_columns(rows[0]), title)
    else:
        if title:
            tell(title)
        print_plain(rows)


def is_for_people() -> bool:
    """Say whether the results go to a terminal, and not to a program or file."""
    return sys.stdout.isatty()


def print_json(value: object) -> None:
    """Print a value as JSON, times in ISO 8601 and numbers as numbers."""
    text = json.dumps(value, indent=2, default=jsonable, ensure_ascii=not takes_unicode())
    click.echo(escaped(text))


def print_plain(rows: Sequence[Row]) -> None:
    """Print a heading and rows, separated by tabs, for `cut` and `awk`."""
    click.echo("\t".join(rows[0]))
    for row in rows:
        click.echo("\t".join(exact(value) for value in row.values()))


def print_table(rows: Sequence[Row], columns: Sequence[Column], title: str | None) -> None:
    console = open_console()
    if title:
        # Text, because a name from the database may contain what rich takes for markup.
        console.print(Text(wrap_title(drawn(title), console.width), style="table.title"))
    table, left_out = make_table(rows, columns, console.width)
    console.print(table)
    if left_out:
        tell(f"Not shown: {', '.join(left_out)}. A wider terminal, a pipe or --json shows all.")


def wrap_title(title: str, width: int) -> str:
    """Return a title whose parts, which semicolons separate, stay on a line where they fit."""
    lines: list[str] = []
    for part in title.split("; "):
        if lines and cell_len(f"{lines[-1]}; {part};") <= width:
            lines[-1] += f"; {part}"
        else:
            lines.append(part)
    return ";\n".join(lines)


def make_table(
    rows: Sequence[Row], columns: Sequence[Column], width: int
) -> tuple[Table, list[str]]:
    """Return a table of one line a row, and the headings of the columns that do not fit.

    Columns without any value are left out too, but not named.
    """
    shown_rows = [[drawn(column.show(row[column.key])) for row in rows] for column in columns]
    used = [
        (column, cells)
        for place, (column, cells) in enumerate(zip(columns, shown_rows, strict=True))
        if place == 0 or any(cells)
    ]
    widest = [
        max(cell_len(column.heading), *(cell_len(cell) for cell in cells)) for column, cells in used
    ]
    widths = choose_widths([column for column, _ in used], widest, width)
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),
        header_style="bold",
    )
    kept = [(*used[place], cell_width) for place, cell_width in widths.items()]
    for column, cells, cell_width in kept:
        is_number = not column.cut and all(not cell or NUMBER.fullmatch(cell) for cell in cells)
        table.add_column(
            Text(column.heading),
            justify="right" if is_number else "left",
            width=cell_width,
            no_wrap=True,
        )
    for number in range(len(rows)):
        table.add_row(
            *(
                Text(cut(cells[number], cell_width, column.cut or "end"))
                for column, cells, cell_width in kept
            )
        )
    left_out = [column.heading for place, (column, _) in enumerate(used) if place not in widths]
    return table, left_out


def choose_widths(columns: Sequence[Column], widest: Sequence[int], width: int) -> dict[int, int]:
    """Return which columns fit, by their places, and how wide each is.

    Texts are cut to their least width before a column is left out. Where the needed columns do not
    fit so, their texts are cut further, and no other column is shown.
    """
    headings = [cell_len(column.heading) for column in columns]
    least = [
        max(heading, min(most, LEAST_WIDTH[column.cut])) if column.cut else most
        for column, most, heading in zip(columns, widest, headings, strict=True)
    ]
    needed = [place for place, column in enumerate(columns) if column.is_needed] or [0]
    is_narrow = sum_widths(least[place] for place in needed) > width
    if is_narrow:
        least = [
            heading if column.cut else most
            for column, most, heading in zip(columns, widest, headings, strict=True)
        ]
    widths = {place: least[place] for place in needed}
    for place in () if is_narrow else range(len(columns)):
        if place not in widths:
            if sum_widths([*widths.values(), least[place]]) > width:
                break
            widths[place] = least[place]
    for _ in range(width - sum_widths(widths.values())):
        cut_short = [place for place in widths if widths[place] < widest[place]]
        if not cut_short:
            break
        widths[min(cut_short, key=widths.__getitem__)] += 1
    return dict(sorted(widths.items()))


def sum_widths(widths: Iterable[int]) -> int:
    """Return how wide a table of columns of these widths is."""
    return sum(width + GAP for width in widths) - GAP


def default_columns(row: Row) -> list[Column]:
    """Return a column for each key, where a report does not say more."""
    return [
        Column(key, key.replace("_", " "), "end" if isinstance(value, str) else None)
        for key, value in row.items()
    ]


def print_checks(rows: Sequence[Row], *, as_json: bool = False) -> None:
    """Print rows of a check's name, its state, what was found, and what to do."""
    if as_json or not is_for_people():
        print_rows(rows, as_json=as_json)
        return
    lines = []
    for row in rows:
        name, state, found, next_step = (shown(value) for value in row.values())
        text = f"{found}\n-> {next_step}" if next_step else found
        lines.append((Text(state, style=STATE_COLOURS.get(state, "")), name, text))
    print_list(lines)


def print_list(lines: Iterable[Sequence[str | Text]]) -> None:
    """Print lines on a terminal whose last part may take several."""
    grid = Table.grid(padding=(0, GAP, 0, 0))
    for line in lines:
        parts = [part if isinstance(part, Text) else Text(drawn(part)) for part in line]
        while len(grid.columns) < len(parts):
            is_last = len(grid.columns) == len(parts) - 1
            grid.add_column(no_wrap=not is_last, overflow="fold")
        grid.add_row(*parts)
    open_console().print(grid)


def tell(text: str, *, err: bool = True) -> None:
    """Print sentences, on stderr where they are no result; a terminal gets whole words a line."""
    if (sys.stderr if err else sys.stdout).isatty():
        open_console(stderr=err).print(Text(drawn(text)))
    else:
        click.echo(text, err=err)


def open_console(*, stderr: bool = False) -> Console:
    """Return the terminal as wide as it is, also where it is a dumb one."""
    width, height = shutil.get_terminal_size()
    # Given both, rich does not take a dumb terminal for one of 80 columns.
    return Console(stderr=stderr, width=width, height=height, highlight=False)


def quoted(text: str) -> str:
    """Return a value as messages show it."""
    return f'"{escaped(text)}"'


def plural(number: int, noun: str) -> str:
    """Return how many there are: `1 call`, `3,000 calls`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def drawn(text: str) -> str:
    """Return what of a text the terminal can show, as wide as it will be."""
    if takes_unicode():
        return text
    plain = text.translate(PLAIN_SIGNS)
    return plain.encode("ascii", "backslashreplace").decode("ascii")


def takes_unicode() -> bool:
    return (sys.stdout.encoding or "utf-8").lower().startswith("utf")


def cut(text: str, width: int, place: Literal["middle", "end"]) -> str:
    """Return a text that is at most this wide, with an ellipsis where letters are gone."""
    if cell_len(text) <= width:
        return text
    ellipsis = "…" if takes_unicode() else "..."
    room = max(0, width - cell_len(ellipsis))
    behind = room // 2 if place == "middle" else 0
    places = range(len(text) + 1)
    end = bisect_right(places, room - behind, key=lambda place: cell_len(text[:place])) - 1
    start = bisect_left(places, -behind, key=lambda place: -cell_len(text[place:]))
    return text[:end] + ellipsis + text[start:]
