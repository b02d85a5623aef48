"""Read times as people type them."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from pgkit.output import quoted

UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}

MONTHS = "january february march april may june july august september october november december"
DAYS = "monday tuesday wednesday thursday friday saturday sunday"
# What stands in a time besides digits and the names of zones, also cut to three letters.
TIME_WORDS = {
    *(word[:length] for word in f"{MONTHS} {DAYS}".split() for length in (3, len(word))),
    *("am", "pm", "t", "z", "sept", "tues", "thurs", "ad"),
}
NAMES_OF_NOW = ("now", "today", "tomorrow", "yesterday")


def read_time(text: str, now: datetime, zone: tzinfo = UTC) -> datetime:
    """Return `now`, `30m`, `24h`, `7d` or `2w` before now, or an ISO time, by default of the zone.

    Raises ValueError for anything else.
    """
    if text == "now":
        return now
    if match := re.fullmatch(r"(\d{1,6})([smhdw])", text):
        try:
            return now - int(match[1]) * UNITS[match[2]]
        except OverflowError:
            raise ValueError(f"{quoted(text)} ago is before all time") from None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{quoted(text)} is neither an age (30m, 24h, 7d, 2w) nor a time (2026-01-31T12:00)"
        ) from None
    return value if value.tzinfo else value.replace(tzinfo=zone)


def read_zone(name: str) -> tzinfo:
    """Return the time zone of this name: UTC, or an area and a city such as Asia/Kolkata.

    Raises ValueError for anything else: people mean other places by an abbreviation such as IST,
    and by Etc/GMT+8 the other side of Greenwich.
    """
    if name == "UTC":
        return UTC
    if "/" in name and name.split("/")[0] not in ("Etc", "posix", "right"):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            pass
    raise ValueError(
        f"{quoted(name)} is neither UTC nor the name of an area and a city (Asia/Kolkata)"
    )


def find_guess(text: str) -> str | None:
    """Return why PostgreSQL would have to guess what a time means, or nothing if it would not."""
    words = re.findall(r"[^\W\d_][^\W\d/]*(?:/[^\W\d/]+)*", text)
    if not re.search(r"\d", text):
        words = [word for word in words if word.lower() in NAMES_OF_NOW]
    for word in words:
        if word.lower() in TIME_WORDS:
            continue
        if word.lower() in ("utc", "gmt"):
            if re.search(rf"\b{word}\s*[-+]\s*\d", text):
                return f"{word} with an offset is the other side of Greenwich to PostgreSQL"
            continue
        if word.lower() in NAMES_OF_NOW:
            return f"{word} is another time at every load"
        if "/" in word:
            try:
                read_zone(word)
                continue
            except ValueError:
                pass
        return f"{word} is no time zone that is the same everywhere"
    return None


def span(first: datetime, last: datetime, zone: tzinfo = UTC) -> str:
    """Return a range of times to the minute: `2026-11-20 10:00 to 11:31 UTC`."""
    first, last = first.astimezone(zone), last.astimezone(zone)
    day = "" if first.date() == last.date() else f"{last:%Y-%m-%d} "
    return f"{first:%Y-%m-%d %H:%M} to {day}{last:%H:%M} {zone}"
