"""What all checks of `pgkit doctor` are made of."""

from typing import Literal, NamedTuple


class Check(NamedTuple):
    """One line of the report; `next` is what to run or do, empty where nothing is."""

    check: str
    result: Literal["ok", "warn", "fail"]
    message: str
    next: str = ""


def name_some(names: list[str], limit: int = 3) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - limit
    return "; ".join(names[:limit]) + (f"; and {more} more" if more > 0 else "")
