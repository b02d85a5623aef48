"""What a page shows, as its address says it, so that a link shows the same to everybody."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode

from pgkit.times import read_time

PRESETS = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
DEFAULT = "7d"
# What stays when a link leads to another page.
KEPT = ("range", "from", "to", "compare")
# Labels of series that filters may name.
LABELS = ("model", "tool", "provider", "model_type", "workflow", "worker", "resolution_tier")


class Unreadable(ValueError):
    """The address holds something that cannot be read; the message says what to write."""


class State(NamedTuple):
    """A page, what its address asks for, and the time that counts as now."""

    page: str
    params: Mapping[str, tuple[str, ...]]
    now: datetime
    # What stands before the name of a page in its address: "" or such as "/pgkit".
    prefix: str = ""

    def get(self, name: str, default: str = "") -> str:
        """Return what the address says of `name`, the last where it says several."""
        return (self.params.get(name) or (default,))[-1]

    def all(self, name: str) -> list[str]:
        """Return everything that the address says of `name`."""
        return list(self.params.get(name, ()))

    @property
    def is_fixed(self) -> bool:
        """Whether the range is one from a time to a time, and not one that ends now."""
        return "from" in self.params

    @property
    def preset(self) -> str:
        """The preset, or nothing for a range of its own."""
        if self.is_fixed:
            return ""
        name = self.get("range", DEFAULT)
        if name not in PRESETS:
            raise Unreadable(f"range must be one of {', '.join(PRESETS)}, got {name!r}")
        return name

    @property
    def end(self) -> datetime:
        """The end of the range, not part of it."""
        return self.read("to") if self.get("to") else self.now

    @property
    def start(self) -> datetime:
        """The start of the range."""
        if not self.is_fixed:
            try:
                return self.end - PRESETS[self.preset]
            except OverflowError:
                raise Unreadable(f"to is too early, got {self.get('to')!r}") from None
        start = self.read("from")
        if start >= self.end:
            raise Unreadable(f"from must be before to, got {start} and {self.end}")
        return start

    @property
    def length(self) -> timedelta:
        """How long the range is."""
        return self.end - self.start

    @property
    def before(self) -> tuple[datetime, datetime]:
        """The range of the same length that ends where this one starts."""
        try:
            return self.start - self.length, self.start
        except OverflowError:
            raise Unreadable(f"from is too early, got {self.get('from')!r}") from None

    @property
    def is_compared(self) -> bool:
        """Whether the period before is shown too."""
        return self.get("compare", "1") != "0"

    @property
    def granularity(self) -> str:
        """The width of buckets that gives a readable number of points."""
        if self.length <= timedelta(days=8):
            return "hourly"
        return "daily" if self.length <= timedelta(days=200) else "weekly"

    @property
    def labels(self) -> dict[str, str]:
        """The labels that series must have."""
        return {name: self.get(name) for name in LABELS if self.get(name)}

    def read(self, name: str) -> datetime:
        """Return a time of the address."""
        try:
            return read_time(self.get(name), self.now, UTC)
        except (ValueError, OverflowError) as error:
            raise Unreadable(f"{name}: {error}") from None

    def search(self, **changes: Any) -> str:
        """Return the address of this page with changes; None and empty texts take a name away."""
        params = dict(self.params)
        for name, value in changes.items():
            values = value if isinstance(value, list | tuple) else [value]
            params[name] = tuple(str(one) for one in values if one not in (None, ""))
        text = urlencode({name: params[name] for name in sorted(params) if params[name]}, True)
        return f"?{text}" if text else ""

    def href(self, page: str, **changes: Any) -> str:
        """Return a link to a page over the same range."""
        kept = {name: self.params[name] for name in KEPT if name in self.params}
        return f"{self.prefix}/{page}" + State(page, kept, self.now).search(**changes)


def read_state(path: str | None, search: str | None, now: datetime, prefix: str = "") -> State:
    """Read an address: its path behind the prefix is the page; raises Unreadable."""
    try:
        found = parse_qs((search or "").removeprefix("?"), max_num_fields=200)
    except ValueError as error:
        raise Unreadable(f"the address cannot be read: {error}") from None
    if any("\0" in text for values in found.values() for text in values):
        raise Unreadable("the address holds a character that no text has")
    params = {name: tuple(values) for name, values in found.items()}
    page = (path or "").removeprefix(prefix).strip("/") or "overview"
    return State(page, params, now, prefix)
