"""Read times as people type them."""

import re
from datetime import UTC, datetime, timedelta

UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def read_time(text: str, now: datetime) -> datetime:
    """Return `now`, `30m`, `24h`, `7d` or `2w` before now, or an ISO time (UTC without an offset).

    Raises ValueError for anything else.
    """
    if text == "now":
        return now
    if match := re.fullmatch(r"(\d{1,6})([smhdw])", text):
        try:
            return now - int(match[1]) * UNITS[match[2]]
        except OverflowError:
            raise ValueError(f"{text!r} ago is before all time") from None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is neither an age (30m, 24h, 7d, 2w) nor a time (2026-01-31T12:00)"
        ) from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def span(first: datetime, last: datetime) -> str:
    """Return a range of times to the minute: `from 2026-11-20 10:00 to 11:31 UTC`."""
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    day = "" if first.date() == last.date() else f"{last:%Y-%m-%d} "
    return f"from {first:%Y-%m-%d %H:%M} to {day}{last:%H:%M} UTC"
