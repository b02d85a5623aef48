"""Fill a database for development: people, models, tools, and sample calls that look real."""

import hashlib
import random
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from uuid import UUID

from pgkit import llmperf
from pgkit.calls import CALL_ID, FIELDS, Call, Writer, Written
from pgkit.database import Connection

# One profile for each role; their ids are what a development token carries as sub.
USERS = {
    "admin": UUID("00000000-0000-4000-8000-000000000001"),
    "analyst": UUID("00000000-0000-4000-8000-000000000002"),
    "recorder": UUID("00000000-0000-4000-8000-000000000003"),
}
TOOLS = {
    "chat": "Answer a message.",
    "search": "Find what a question is about.",
    "summarize": "Shorten a text.",
}
PARAMETERS = '{"streaming": true}'
# How busy the hours of a day are (UTC), and the days of a week from Monday.
HOURS = (3, 2, 2, 2, 3, 5, 9, 16, 25, 32, 35, 34, 30, 34, 36, 34, 30, 24, 18, 14, 11, 9, 7, 4)
WEEKDAYS = (10, 11, 11, 10, 9, 4, 3)
HOUR = timedelta(hours=1)
GOLDEN_RATIO = (1 + 5**0.5) / 2


def add_reference_data(connection: Connection) -> None:
    """Add users with their roles, the models of the bundled calls, and tools."""
    for role, user_id in USERS.items():
        connection.execute("select perf.grant_role(%s, %s, %s)", [user_id, role, f"sample {role}"])
    for published in llmperf.read_published():
        connection.execute("select perf.register_model(%s)", [published.model_name])
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into perf.tools (name, description) values (%s, %s) on conflict do nothing",
            list(TOOLS.items()),
        )


def add_calls(
    connection: Connection, *, calls: int, days: int, until: datetime, seed: int = 1
) -> Written:
    """Add sample calls of the whole hours in the days before a time; count those already there.

    A call depends on the seed, its hour and its number in the hour only. So a second run in the
    same hour adds nothing, and one with more calls adds the difference.
    """
    samples = llmperf.read_samples()
    with Writer(connection, are_samples=True) as writer:
        for hour, count in spread(calls, days, until):
            for call in make_calls(samples, hour, count, seed):
                writer.write(call)
        return writer.finish()


def spread(calls: int, days: int, until: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield the hours of these days and how many of the calls each gets."""
    end = until.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [end - HOUR * back for back in range(days * 24, 0, -1)]
    weights = list(accumulate(HOURS[hour.hour] * WEEKDAYS[hour.weekday()] for hour in hours))
    # Multiples of the golden ratio fill the line evenly at any number, so that more calls never
    # take one away from an hour.
    found = Counter(
        bisect(weights, number * GOLDEN_RATIO % 1 * weights[-1]) for number in range(calls)
    )
    for place, hour in enumerate(hours):
        yield hour, found[place]


def make_calls(
    samples: Sequence[llmperf.Sample], hour: datetime, count: int, seed: int
) -> Iterator[Call]:
    """Yield the first calls of an hour."""
    chance = random.Random(f"{seed} {hour.isoformat()}")
    for number in range(count):
        called_at = hour + HOUR * chance.random()
        sample = samples[int(chance.random() * len(samples))]
        yield make_call(sample, called_at, PARAMETERS, f"{seed} {hour.isoformat()} {number}")


def make_call(sample: llmperf.Sample, called_at: datetime, parameters: str, name: str) -> Call:
    """Return a sample as a call at a time; its id comes from the name."""
    return (
        sample.model_name,
        llmperf.TOOL,
        repr(sample.response_time_ms),
        None,
        None,
        parameters,
        str(sample.input_tokens),
        str(sample.output_tokens),
        sample.error_type,
        None if sample.first_token_ms is None else repr(sample.first_token_ms),
        called_at.isoformat(),
        str(make_id(called_at, name)),
        *[None] * (len(FIELDS) - CALL_ID - 1),
    )


def make_id(called_at: datetime, name: str) -> UUID:
    """Return the version 7 UUID of a time whose random part comes from a name."""
    milliseconds = int(called_at.timestamp() * 1000)
    digest = hashlib.sha256(name.encode()).digest()[:10]
    number = milliseconds << 80 | int.from_bytes(digest, "big")
    number = number & ~(0xF << 76) & ~(3 << 62) | 7 << 76 | 2 << 62
    return UUID(int=number)
