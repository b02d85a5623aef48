"""Write calls into the raw table at COPY speed, checked as perf.record_call() checks them.

A value that is plainly good is encoded here. Anything else goes to the database, which either
says how it reads the value or what is wrong with it, so the rules and their wording exist once.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Self
from uuid import UUID

import psycopg

from pgkit.database import Connection, query

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
)
COLUMNS = (
    "model_tool_config_id, call_timestamp, response_time_ms, first_token_ms,"
    " input_tokens, output_tokens, success, error_type, id"
)

# One text or nothing for each of FIELDS; an empty text is nothing.
Call = Sequence[str | None]

NULL = r"\N"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST_INTEGER = 2**31 - 1
SUCCESS = {"true": "t", "t": "t", "1": "t", "yes": "t", "false": "f", "f": "f", "0": "f", "no": "f"}
LINES_AT_ONCE = 500
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
    """

    def __init__(self, connection: Connection, *, are_samples: bool = False) -> None:
        self.connection = connection
        self.are_samples = are_samples
        self.table = "perf.performance_metrics_raw"
        self.have_ids = False
        self.lines: list[str] = []
        self.written = 0
        self.waiting = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.configs: dict[tuple[object, ...], str] = {}
        self.error_types: dict[str, str] = {}
        self.unhashed_keys: set[str] = set()
        self.copying: Any = None
        self.copy: psycopg.Copy | None = None

    def __enter__(self) -> Self:
        # The trigger of the raw table checks configurations and times; here both are known.
        self.connection.execute("set local perf.rows_are_checked = 'on'")
        row = self.connection.execute("select now()").fetchone()
        assert row is not None
        self.latest = row[0] + timedelta(days=1)
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
        except (LookupError, ValueError, OverflowError, RecursionError):
            line = self.encode(self.judge(call))
        if call[-1] and not self.have_ids:
            self.set_apart()
        self.lines.append(line)
        if len(self.lines) >= LINES_AT_ONCE:
            self.send()

    def encode(self, call: Call) -> str:
        """Return a call as a line of COPY; raise LookupError or ValueError where in doubt."""
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
        ) = call
        key = (model_name, tool_name, provider, parameters)
        config_id = self.configs.get(key) or self.find_similar(*key)
        if not response_time_ms:
            raise ValueError
        identifier = UUID(call_id) if call_id else None
        called_at = read_time(call_timestamp) if call_timestamp else read_uuid_time(identifier)
        if not EPOCH <= called_at <= self.latest:
            raise ValueError
        if self.first is None or self.last is None:
            self.first = self.last = called_at
        elif called_at < self.first:
            self.first = called_at
        elif called_at > self.last:
            self.last = called_at
        error = self.error_types[error_type] if error_type else NULL
        succeeded = SUCCESS[success.lower()] if success else "t" if error == NULL else "f"
        return (
            f"{config_id}\t{called_at.isoformat()}\t{read_ms(response_time_ms)}"
            f"\t{read_ms(first_token_ms) if first_token_ms else NULL}"
            f"\t{read_count(input_tokens) if input_tokens else NULL}"
            f"\t{read_count(output_tokens) if output_tokens else NULL}"
            f"\t{succeeded}"
            f"\t{error}"
            f"\t{identifier or NULL}\n"
        )

    def find_similar(self, *key: str | None) -> str:
        """Return the configuration of parameters that differ only where it does not matter."""
        config_id = self.configs[key[:3], self.hashed_part(key[3])]
        self.remember(config_id, key)
        return config_id

    def remember(self, config_id: str, *keys: tuple[object, ...]) -> None:
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
        given = [value or None for value in call]
        for field, read in READERS.items():
            place = FIELDS.index(field)
            with suppress(ValueError, OverflowError):
                given[place] = str(read(given[place] or ""))
        with refusing():
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
                self.error_types[error] = self.error_types[error_type] = escape(error_type)
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
        config_id = str(row[0])
        self.unhashed_keys.update(row[1])
        self.remember(config_id, given, (plain[0], plain[1], plain[4], plain[5]))
        with suppress(ValueError, RecursionError):
            self.remember(config_id, (given[:3], self.hashed_part(given[3])))

    def send(self) -> None:
        if not self.lines:
            return
        if self.copy is None:
            statement = f"copy {self.table} ({COLUMNS}) from stdin"
            self.copying = self.connection.cursor().copy(statement.encode())
            self.copy = self.copying.__enter__()
        self.copy.write("".join(self.lines).encode())
        if self.have_ids:
            self.waiting += len(self.lines)
        else:
            self.written += len(self.lines)
        self.lines.clear()

    def end_copy(self) -> None:
        """Send what is waiting and end the COPY, so that the connection takes statements."""
        self.send()
        if self.copying is not None:
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
            recorded = self.connection.execute(query("record_loaded_calls")).rowcount
            self.connection.execute("drop table pg_temp.loaded_calls")
        self.connection.execute("set local perf.rows_are_checked = 'off'")
        first, last = (time and time.astimezone(UTC) for time in (self.first, self.last))
        return Written(self.written + recorded, self.waiting - recorded, first, last)


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what the database says about a value into BadLine."""
    try:
        yield
    except UnicodeEncodeError:
        raise BadLine("not UTF-8") from None
    except (psycopg.DataError, psycopg.errors.CheckViolation) as error:
        message = error.diag.message_primary or str(error)
        hint = error.diag.message_hint
        if isinstance(error, psycopg.errors.DatetimeFieldOverflow):
            hint = (
                "Write times as 2026-11-20T10:00:00Z, or in seconds since 1970. Of milliseconds"
                " --map COLUMN/1000=FIELD makes seconds."
            )
        raise BadLine(message, hint) from None


def read_ms(text: str) -> float:
    value = float(text)
    if "_" in text or not 0 <= value <= 1e10:
        raise ValueError
    return value


def read_count(text: str) -> int:
    """Return a count; also 550.0, as a table library writes a column with gaps."""
    value = int(text) if text.isdigit() and text.isascii() else float(text)
    if "_" in text or value != int(value) or not 0 <= value <= LARGEST_INTEGER:
        raise ValueError
    return int(value)


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


def read_uuid_time(identifier: UUID | None) -> datetime:
    """Return the time in a version 7 UUID."""
    if identifier is None or identifier.version != 7:
        raise ValueError
    return EPOCH + timedelta(milliseconds=identifier.int >> 80)


# What we read and the database does not: 550.0 as a count, seconds since 1970 as a time.
READERS: dict[str, Callable[[str], object]] = {
    "input_tokens": read_count,
    "output_tokens": read_count,
    "call_timestamp": read_time,
}


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def escape(text: str) -> str:
    """Return a text as COPY writes it."""
    text = text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n")
    return text.replace("\r", r"\r")
