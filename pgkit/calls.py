"""Write calls into the raw table at COPY speed, checked as perf.record_call() checks them.

A value that is plainly good is encoded here. Anything else goes to the database, which either
says how it reads the value or what is wrong with it, so the rules and their wording exist once.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from struct import Struct
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Self
from uuid import UUID

import psycopg

from pgkit.database import Connection, query
from pgkit.output import quoted
from pgkit.times import find_guess

# The arguments of perf.record_call() that files hold, in the order of perf_internal.call.
FIELDS = (
    "model_name",
    "tool_name",
    "response_time_ms",
    "success",
    "provider",
    "parameters",
    "input_tokens",
    "output_tokens",
    "error_type",
    "first_token_ms",
    "call_timestamp",
    "call_id",
    "cached_input_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cost",
)
COLUMNS = (
    "model_tool_config_id, call_timestamp, response_time_ms, success,"
    " first_token_ms, error_type, id, cost,"
    " input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens"
)

# A text, a number or nothing. An empty text is nothing.
Value = str | int | float | None
# A Value for each of FIELDS. Only where a number is expected it may be one, which is never a bool.
Call = Sequence[Any]

# Binary COPY has the length of each value before it.
COPY_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
pack_length = Struct(">i").pack
ID_LENGTH = pack_length(16)
# The count of columns, and the four that are never null.
pack_begin = partial(Struct(">hi16siqidi?").pack, COLUMNS.count(",") + 1, 16)
pack_float = partial(Struct(">id").pack, 8)
pack_count = partial(Struct(">ii").pack, 4)
DOUBTS = (LookupError, TypeError, ValueError, OverflowError, RecursionError)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Binary times are microseconds since then.
COPY_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST_MS = 1e10
HIGHEST_COST = 1e9
LARGEST_INTEGER = 2**31 - 1
SUCCESS = {
    **dict.fromkeys(("true", "t", "1", "yes"), True),
    **dict.fromkeys(("false", "f", "0", "no"), False),
}
LINES_AT_ONCE = 500
CALL_ID = FIELDS.index("call_id")
# As PostgreSQL reads one: a dash may stand after every fourth digit.
UUID_TEXT = re.compile(r"(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}|\{(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}\}", re.I)
# Texts to remember before starting over: a file may have a new one in every line.
LARGEST_CACHE = 20_000


NOTHING_WRITTEN = "Nothing was loaded."


class BadLine(Exception):
    """What perf.record_call() or its like would refuse; the message is the one it gives.

    `line` is where it was read, where that is not the line that was read last.
    """

    def __init__(self, message: str, hint: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.hint = hint or NOTHING_WRITTEN
        self.line = line


class Counts(dict[Value, tuple[int, bytes]]):
    """Counts and how COPY writes them, the same in many lines; ValueError for what is none."""

    def __missing__(self, value: Value) -> tuple[int, bytes]:
        if len(self) > LARGEST_CACHE:
            self.clear()
        if value is None or value == "":
            self[value] = found = (0, NULL)
        else:
            count = read_count(value)
            self[value] = found = (count, pack_count(count))
        return found


class Written(NamedTuple):
    """What became of the calls, and the time they span."""

    loaded: int
    skipped: int
    first: datetime | None
    last: datetime | None


class Writer:
    """Write calls inside the transaction of a connection: `with` it, `write` each, `finish`.

    A call whose id was recorded before is skipped. COPY cannot skip, so from the first id on calls
    go through a temporary table; without ids they go straight to their place.

    `are_samples` is for calls that are the same every time: where retention has removed their day,
    they are also skipped if the rollup has calls of that day and configuration.

    With `keeps_going` a call that is refused leaves the transaction as it was. `outcomes` counts
    calls by their error type, of those that succeeded nothing.
    """

    def __init__(
        self, connection: Connection, *, are_samples: bool = False, keeps_going: bool = False
    ) -> None:
        self.connection = connection
        self.are_samples = are_samples
        self.keeps_going = keeps_going
        self.table = "perf.performance_metrics_raw"
        self.have_ids = False
        self.lines: list[bytes] = []
        self.written = 0
        self.waiting = 0
        # Microseconds after COPY_EPOCH, as all times here.
        self.earliest = (EPOCH - COPY_EPOCH) // MICROSECOND
        self.first: int | None = None
        self.last: int | None = None
        self.configs: dict[tuple[object, ...], bytes] = {}
        self.error_types: dict[Value, bytes] = {}
        self.unhashed_keys: set[str] = set()
        self.counts = Counts()
        self.outcomes: Counter[str | None] = Counter()
        self.copying: Any = None
        self.copy: psycopg.Copy | None = None

    def __enter__(self) -> Self:
        # The trigger of the raw table checks configurations and times; here both are known.
        self.connection.execute("set local perf.rows_are_checked = 'on'")
        row = self.connection.execute("select now()").fetchone()
        assert row is not None
        self.latest = (row[0] + timedelta(days=1) - COPY_EPOCH) // MICROSECOND
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.copying is not None:
            self.copying.__exit__(kind, error, trace)

    def write(self, call: Call) -> None:
        """Write one call, or raise BadLine."""
        try:
            line = self.encode(call)
        except DOUBTS:
            # Texts of a table may have spaces around them.
            call = [value.strip() if isinstance(value, str) else value for value in call]
            try:
                line = self.encode(call)
            except DOUBTS:
                line = self.encode(self.judge(call))
        if not self.have_ids and call[CALL_ID]:
            self.set_apart()
        self.lines.append(line)
        if len(self.lines) >= LINES_AT_ONCE:
            self.send()

    def encode(self, call: Call) -> bytes:
        """Return a call as a line of COPY; raise one of DOUBTS where in doubt."""
        (
            model_name,
            tool_name,
            response_time_ms,
            success,
            provider,
            parameters,
            input_tokens,
            output_tokens,
            error_type,
            first_token_ms,
            call_timestamp,
            call_id,
            cached_input_tokens,
            cache_write_tokens,
            reasoning_tokens,
            cost,
        ) = call
        key = (model_name, tool_name, provider, parameters)
        config_id = self.configs.get(key) or self.find_similar(*key)
        time = read_time(call_timestamp) if call_timestamp else read_uuid_time(call_id)
        called_at = (time - COPY_EPOCH) // MICROSECOND
        if not self.earliest <= called_at <= self.latest:
            raise ValueError
        spent = read_number(response_time_ms, LONGEST_MS)
        error = self.error_types[error_type] if error_type else NULL
        succeeded = SUCCESS[success.lower()] if success else error == NULL
        counts = self.counts
        count_in, packed_in = counts[input_tokens]
        count_out, packed_out = counts[output_tokens]
        cached, packed_cached = counts[cached_input_tokens]
        cache_write, packed_write = counts[cache_write_tokens]
        reasoning, packed_reasoning = counts[reasoning_tokens]
        if cached + cache_write > count_in and packed_in != NULL:
            raise ValueError
        if reasoning > count_out and packed_out != NULL:
            raise ValueError
        line = b"".join(
            (
                pack_begin(config_id, 8, called_at, 8, spent, 1, succeeded),
                pack_number(first_token_ms, LONGEST_MS),
                error,
                ID_LENGTH + read_id(call_id) if call_id else NULL,
                pack_number(cost, HIGHEST_COST),
                packed_in,
                packed_out,
                packed_cached,
                packed_write,
                packed_reasoning,
            )
        )
        if self.first is None or self.last is None:
            self.first = self.last = called_at
        elif called_at < self.first:
            self.first = called_at
        elif called_at > self.last:
            self.last = called_at
        self.outcomes[None if succeeded else error_type or "unknown"] += 1
        return line

    def find_similar(self, *key: str | None) -> bytes:
        """Return the configuration of parameters that differ only where it does not matter."""
        config_id = self.configs[key[:3], self.hashed_part(key[3])]
        self.remember(config_id, key)
        return config_id

    def remember(self, config_id: bytes, *keys: tuple[object, ...]) -> None:
        if len(self.configs) > LARGEST_CACHE:
            self.configs.clear()
        self.configs.update(dict.fromkeys(keys, config_id))

    def hashed_part(self, parameters: str | None) -> str:
        """Return the parameters without those known not to affect performance."""
        if not parameters:
            return "{}"
        # Longer than this the database may find them too long, and what these escapes stand for
        # it does not take.
        if len(parameters) > 4000 or r"\u0000" in parameters or r"\ud" in parameters.lower():
            raise ValueError
        given = json.loads(parameters, parse_constant=refuse_constant)
        if not isinstance(given, dict):
            raise ValueError
        kept = {name: value for name, value in given.items() if name not in self.unhashed_keys}
        return json.dumps(kept, sort_keys=True)

    def judge(self, call: Call) -> Call:
        """Have the database read a call: return it in plain form, or raise BadLine."""
        self.end_copy()
        given = [as_text(value) or None for value in call]
        refuse_guess("call_timestamp", given[FIELDS.index("call_timestamp")])
        for field, read in READERS.items():
            place = FIELDS.index(field)
            with suppress(ValueError, OverflowError):
                given[place] = str(read(given[place] or ""))
        atomic = self.connection.transaction() if self.keeps_going else nullcontext()
        with refusing(dict(zip(FIELDS, map(as_text, call), strict=True))), atomic:
            row = self.connection.execute(query("judge_call"), given).fetchone()
            assert row is not None
            problem, *plain = row
            if problem is not None:
                raise BadLine(problem)
            if plain[FIELDS.index("call_timestamp")] is None:
                raise BadLine("call_timestamp must be given, got null")
            self.find_config(call, plain)
        place = FIELDS.index("error_type")
        error, error_type = call[place], plain[place]
        if error:
            if len(self.error_types) > LARGEST_CACHE:
                self.error_types.clear()
            self.error_types[error] = NULL
            if error_type:
                self.error_types[error] = self.error_types[error_type] = pack_text(error_type)
        return plain

    def find_config(self, call: Call, plain: Sequence[str | None]) -> None:
        """Find or add the configuration of a call, and remember it."""
        given = (call[0], call[1], call[4], call[5])
        if given in self.configs:
            self.remember(self.configs[given], (plain[0], plain[1], plain[4], plain[5]))
            return
        row = self.connection.execute(
            query("add_config"), [plain[0], plain[1], plain[4], plain[5]]
        ).fetchone()
        assert row is not None
        config_id = row[0].bytes
        self.unhashed_keys.update(row[1])
        self.remember(config_id, given, (plain[0], plain[1], plain[4], plain[5]))
        with suppress(ValueError, RecursionError):
            self.remember(config_id, (given[:3], self.hashed_part(given[3])))

    def send(self) -> None:
        if not self.lines:
            return
        if self.copy is None:
            statement = f"copy {self.table} ({COLUMNS}) from stdin (format binary)"
            self.copying = self.connection.cursor().copy(statement.encode())
            self.copy = self.copying.__enter__()
            self.copy.write(COPY_BEGIN)
        self.copy.write(b"".join(self.lines))
        if self.have_ids:
            self.waiting += len(self.lines)
        else:
            self.written += len(self.lines)
        self.lines.clear()

    def end_copy(self) -> None:
        """Send what is waiting and end the COPY, so that the connection takes statements."""
        self.send()
        if self.copy is not None:
            self.copy.write(COPY_END)
            copying, self.copying, self.copy = self.copying, None, None
            copying.__exit__(None, None, None)

    def set_apart(self) -> None:
        """From now on write to a temporary table."""
        self.end_copy()
        self.connection.execute(query("create_loaded_calls"))
        self.table = "pg_temp.loaded_calls"
        self.have_ids = True

    def finish(self) -> Written:
        """Write what is left and say what became of the calls."""
        self.end_copy()
        recorded = 0
        if self.have_ids:
            if self.are_samples:
                self.connection.execute(query("forget_dropped_calls"))
            self.connection.execute(query("find_known_calls"))
            recorded = self.connection.execute(query("record_loaded_calls")).rowcount
            self.connection.execute("drop table pg_temp.known_calls, pg_temp.loaded_calls")
        self.connection.execute("set local perf.rows_are_checked = 'off'")
        first, last = (
            None if time is None else COPY_EPOCH + time * MICROSECOND
            for time in (self.first, self.last)
        )
        return Written(self.written + recorded, self.waiting - recorded, first, last)


@contextmanager
def refusing(given: Mapping[str, str | None]) -> Iterator[None]:
    """Turn what the database says about a value into BadLine."""
    try:
        yield
    except UnicodeEncodeError:
        raise BadLine("not UTF-8") from None
    except (psycopg.DataError, psycopg.errors.CheckViolation) as error:
        message = error.diag.message_primary or str(error)
        message = name_field(message, given)
        hint = error.diag.message_hint
        if isinstance(error, psycopg.errors.DatetimeFieldOverflow):
            hint = (
                "Write times as 2026-11-20T10:00:00Z, or in seconds, milliseconds, microseconds or"
                " nanoseconds since 1970."
            )
        raise BadLine(message, hint) from None


def name_field(message: str, given: Mapping[str, str | None]) -> str:
    """Return what PostgreSQL says about a value, with the name of the field that has the value."""
    found = SYNTAX.match(message)
    kind = KINDS.get(found[1]) if found else None
    if kind is None:
        return message
    noun, fields = kind
    for field in fields:
        value = given.get(field)
        if value and (field == "parameters" or message.endswith(f'"{value.strip()}"')):
            return f"{field} must be {noun}, got {quoted(value.strip()[:60])}"
    return message


def read_number(value: Any, largest: float) -> float:
    number = float(value)
    if not 0 <= number <= largest or (type(value) is str and "_" in value):
        raise ValueError
    return number


def pack_number(value: Value, largest: float) -> bytes:
    if value is None or value == "":
        return NULL
    return pack_float(read_number(value, largest))


def read_count(value: Value) -> int:
    """Return a count; also 550.0, as a table library writes a column with gaps."""
    number = read_number(value, LARGEST_INTEGER)
    count = int(number)
    if count != number:
        raise ValueError
    return count


def pack_text(text: str) -> bytes:
    data = text.encode()
    return pack_length(len(data)) + data


def as_text(value: Value) -> str | None:
    return value if value is None or type(value) is str else repr(value)


def make_call_id(text: str) -> UUID:
    """Return the UUID of any text, as perf.get_call_id() makes it; ValueError for a blank one."""
    text = text.strip(" ")
    if not text:
        raise ValueError
    return UUID(bytes=read_id(text))


def read_id(text: str) -> bytes:
    """Return the UUID of a text without spaces around it."""
    if text[0] == " " or text[-1] == " ":
        raise ValueError
    if UUID_TEXT.fullmatch(text):
        return bytes.fromhex(text.strip("{}").replace("-", ""))
    digest = bytearray(sha256(f"call {text}".encode()).digest()[:16])
    # The version and the variant.
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


def read_time(text: str) -> datetime:
    """Return an ISO time, in UTC where it has no offset, or seconds since 1970."""
    if text[4:5] == "-":
        value = datetime.fromisoformat(text)
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    seconds = float(text)
    # Ten digits: with eight it is a date.
    if "_" in text or not 1e9 <= seconds < 1e10:
        raise ValueError
    return EPOCH + timedelta(seconds=seconds)


def refuse_guess(field: str, text: str | None) -> None:
    """Raise BadLine for a time of which PostgreSQL would guess what it means."""
    reason = find_guess(text) if text else None
    if reason:
        raise BadLine(
            f"{field} must say which time it is, got {quoted(text or '')}: {reason}",
            "Write an offset (+05:30), UTC or Z, or none and load with --zone AREA/CITY.",
        )


def read_uuid_time(text: str | None) -> datetime:
    """Return the time in a version 7 UUID."""
    identifier = make_call_id(text or "")
    if identifier.version != 7:
        raise ValueError
    return EPOCH + timedelta(milliseconds=identifier.int >> 80)


# What we read and the database does not: 550.0 as a count, seconds since 1970 as a time.
# What PostgreSQL calls a type, what people call it, and the fields that have it.
SYNTAX = re.compile("invalid input syntax for type ([a-z ]+)")
KINDS = {
    "double precision": ("a number", ("response_time_ms", "first_token_ms", "cost")),
    "boolean": ("true or false", ("success",)),
    "json": ("JSON", ("parameters",)),
    "integer": (
        "a whole number",
        (
            "input_tokens",
            "output_tokens",
            "cached_input_tokens",
            "cache_write_tokens",
            "reasoning_tokens",
        ),
    ),
}

READERS: dict[str, Callable[[str], object]] = {
    "input_tokens": read_count,
    "output_tokens": read_count,
    "cached_input_tokens": read_count,
    "cache_write_tokens": read_count,
    "reasoning_tokens": read_count,
    "call_timestamp": read_time,
    "call_id": make_call_id,
}


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
