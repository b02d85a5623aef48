"""Numbers as people read them: three digits that count, and a unit."""

from datetime import UTC, datetime, timedelta
from typing import Any

NOTHING = "-"
MB_PER_GB = 1024


def number(value: Any, unit: str | None = None) -> str:
    """Return a number with its unit: 1,234, 0.0123, 45.6 %, 1.23 s, 12.3 k."""
    if value is None:
        return NOTHING
    value = float(value)
    if unit in ("share", "ratio"):
        return f"{digits(100 * value)} %"
    if unit == "ms":
        return duration(value)
    if unit == "MB" and abs(value) >= MB_PER_GB:
        return f"{digits(value / MB_PER_GB)} GB"
    shown = digits(value)
    return f"{shown} {unit}" if unit and unit not in ("count", "score") else shown


def digits(value: float) -> str:
    """Return a number with three digits that count, large ones in full or by k, M, G."""
    size = abs(value)
    if value == int(value) and size < 100_000:
        return f"{int(value):,}"
    for factor, suffix in ((1e9, "G"), (1e6, "M"), (1e5, "k")):
        if size >= factor:
            return f"{significant(value / (1e3 if suffix == 'k' else factor))} {suffix}"
    return significant(value)


def significant(value: float) -> str:
    """Return three digits that count."""
    if value == 0:
        return "0"
    text = f"{value:.3g}"
    if "e" in text:
        text = f"{float(text):,.0f}" if abs(value) >= 1 else text
    return text


def duration(ms: float) -> str:
    """Return milliseconds in the unit that fits."""
    size = abs(ms)
    for limit, divisor, unit in (
        (1_000, 1, "ms"),
        (60_000, 1_000, "s"),
        (3_600_000, 60_000, "min"),
        (86_400_000, 3_600_000, "h"),
    ):
        # 999.6 would be shown as 1000.
        if round(size, 0) < limit:
            return f"{significant(ms / divisor)} {unit}"
    return f"{digits(ms / 86_400_000)} d"


def money(value: Any, currency: str | None) -> str:
    """Return an amount of a currency."""
    return number(value) if value is None or currency is None else f"{number(value)} {currency}"


def signed(value: Any, unit: str | None = None) -> str:
    """Return a number with its sign."""
    if value is None:
        return NOTHING
    return ("+" if float(value) > 0 else "") + number(value, unit)


def within(
    value: Any, low: Any, high: Any, unit: str | None = None, *, has_sign: bool = False
) -> str:
    """Return a value with its interval, if it has one: 1.2 s (1.1 s to 1.3 s)."""
    shown = (signed if has_sign else number)(value, unit)
    if value is None or low is None or high is None:
        return shown
    return f"{shown} ({number(low, unit)} to {number(high, unit)})"


def percent(value: Any) -> str:
    """Return percent with their sign: +12 %."""
    if value is None:
        return NOTHING
    # What is smaller is beyond what any interval of a change can tell. Adding 0 takes away -0.
    shown = round(float(value), 2) + 0
    return f"{'+' if shown > 0 else ''}{digits(shown)} %"


def moment(value: datetime | None) -> str:
    """Return a time to the minute, in UTC."""
    return NOTHING if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def bucket(value: datetime, granularity: str) -> str:
    """Return the start of a bucket as an axis shows it."""
    form = "%b %d %H:%M" if granularity == "hourly" else "%Y-%m-%d"
    return value.astimezone(UTC).strftime(form)


def span(value: timedelta | None) -> str:
    """Return a length of time in the unit that fits."""
    return NOTHING if value is None else duration(value.total_seconds() * 1000)
