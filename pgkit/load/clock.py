"""Read the times of a file: ISO times, and numbers since 1970 in a unit told by their size."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from pgkit.calls import BadLine
from pgkit.output import quoted

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

read_iso = datetime.fromisoformat
# By the digits before the point, from 2001 to 2286: the unit, and how many make a second.
UNITS = {
    10: ("seconds", 1),
    13: ("milliseconds", 10**3),
    16: ("microseconds", 10**6),
    19: ("nanoseconds", 10**9),
}


class Clock:
    """Reads times; a column of numbers has one unit, which `units` tells afterwards.

    A time without a zone is one of `zone`.
    """

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.zone = zone
        self.units: dict[str, str] = {}

    def read(self, name: str, value: Any) -> str | None:
        """Return a time of the column `name` as the writers read it.

        What is neither a number nor an ISO time stays as it is: the database says what it is.
        """
        if isinstance(value, str):
            value = value.strip()
            if value[4:5] == "-" and self.zone is UTC:
                return str(value)
        time = self.find(name, value)
        if time is not None:
            return time.isoformat()
        return str(value) if value is not None else None

    def find(self, name: str, value: Any) -> datetime | None:
        """Return a time of the column `name`, or nothing where it is none that we can read."""
        if type(value) is str and value[4:5] == "-":
            try:
                time = read_iso(value)
            except ValueError:
                return None
            return time if time.tzinfo else time.replace(tzinfo=self.zone)
        number = as_number(value)
        if number is None:
            return None
        per_second = self.find_unit(name, number)
        if per_second is None:
            return None
        if type(number) is int:
            return EPOCH + timedelta(microseconds=number * 10**6 // per_second)
        return EPOCH + timedelta(seconds=number / per_second)

    def find_unit(self, name: str, number: float) -> int | None:
        """Return how many units of a number since 1970 make a second, if it is such a number."""
        found = UNITS.get(len(str(int(number)))) if 0 < number < 1e19 else None
        if found is None:
            return None
        unit, per_second = found
        if (known := self.units.setdefault(name, unit)) != unit:
            raise BadLine(
                f"{name} is in {known} since 1970 in the lines before, but {number} would be"
                f" {unit}",
                "A column has one unit. Load lines of another unit from a file of their own.",
            )
        return per_second

    def subtract(self, end_name: str, end: Any, start_name: str, start: Any) -> float | None:
        """Return the milliseconds between two times; nothing where one is not given."""
        if start is None or start == "" or end is None or end == "":
            return None
        first, last = as_number(start), as_number(end)
        if type(first) is int and type(last) is int:
            # Of integers exactly: as a time a nanosecond would be lost.
            per_second = self.find_unit(start_name, first)
            if per_second and per_second == self.find_unit(end_name, last):
                return (last - first) * 1000 / per_second
        times = []
        for name, value in ((start_name, start), (end_name, end)):
            time = self.find(name, value.strip() if type(value) is str else value)
            if time is None:
                raise BadLine(
                    f"{name} must be a time with a date, got {quoted(str(value)[:60])}",
                    f"Of plain numbers the difference needs a unit: {end_name}-{start_name}*1000 is"
                    " one of seconds in milliseconds.",
                )
            times.append(time)
        return (times[1] - times[0]) / MILLISECOND


def as_number(value: Any) -> int | float | None:
    """Return a number, also of a text that is one."""
    if type(value) is int or type(value) is float:
        return value
    if type(value) is not str or "_" in value:
        return None
    try:
        return int(value) if value.isdecimal() and value.isascii() else float(value)
    except ValueError:
        return None
