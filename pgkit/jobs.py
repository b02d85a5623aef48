"""Record jobs that are over, in batches of perf.record_job_metrics_batch(), which checks them.

A value becomes the JSON that the function takes. What it refuses, it refuses in its own words.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, NamedTuple, cast

import psycopg

from pgkit.calls import SUCCESS, BadLine, read_time, refuse_constant, refuse_guess, refusing
from pgkit.database import Connection
from pgkit.output import quoted

NUMBERS = (
    "total_wall_time_ms",
    "total_gpu_time_ms",
    "time_per_frame_ms",
    "vram_peak_mb",
    "frame_count",
)
TIMES = ("started_at", "completed_at")
JSON_FIELDS = ("quality_scores", "pipeline_stages", "parameters")
# The arguments of perf.record_job_metrics(), and the status that other tables have for success.
FIELDS = (
    "workflow_name",
    "worker_name",
    *TIMES,
    *NUMBERS,
    "resolution_tier",
    "model_type",
    "status",
    "success",
    "error_type",
    "external_id",
    "project_name",
    "character_name",
    "scene_name",
    *JSON_FIELDS,
)
# quality.likeness is a member of quality_scores, and so on.
FAMILIES = {
    "quality": "quality_scores",
    "stage": "pipeline_stages",
    "parameters": "parameters",
}
# quality.{unit} is named by the value of the column unit.
COLUMN_IN_NAME = re.compile(r"\{[^{}]+\}")
# In lower case and without signs between words: IN_PROGRESS and InProgress are inprogress.
STATUSES = {
    **dict.fromkeys(
        ("completed", "complete", "succeeded", "success", "successful", "done", "finished"), True
    ),
    **dict.fromkeys(("failed", "failure", "error", "timedout", "timeout", "crashed"), False),
}
UNFINISHED = (
    *("queued", "inqueue", "pending", "scheduled", "waiting", "starting"),
    *("running", "inprogress", "processing", "stopping"),
    *("cancelled", "canceled", "aborted", "stopped", "skipped"),
)
# As perf_internal.get_error_type() has it.
NO_ERROR = ("", "none", "null", "nan", "false", "0", "{}", "[]")
JOBS_AT_ONCE = 1000
BYTES_AT_ONCE = 4_000_000
LONGEST_MS = 10_000_000_000
PROBLEM = re.compile(r"jobs\[(\d+)\]: (.*)", re.S)


class Written(NamedTuple):
    """What became of the jobs, and when they ended."""

    loaded: int
    skipped: int
    completed: int
    failed: int
    left_out: dict[str, int]
    first: datetime | None
    last: datetime | None


class Writer:
    """Record jobs inside the transaction of a connection: `write` each, `send`, `finish`.

    A job whose external_id was recorded before is skipped. A job that is not over is left out.
    With `keeps_going` jobs that the database refuses are put into `refused`.
    """

    def __init__(self, connection: Connection, *, keeps_going: bool = False) -> None:
        self.connection = connection
        self.keeps_going = keeps_going
        self.refused: list[tuple[BadLine, dict[str, Any]]] = []
        self.elements: list[str] = []
        self.lines: list[int] = []
        self.size = 0
        self.recorded = 0
        self.outcomes: Counter[bool] = Counter()
        self.left_out: Counter[str] = Counter()
        self.first: datetime | None = None
        self.last: datetime | None = None

    def write(self, fields: Sequence[str], values: Sequence[str | None], line: int) -> None:
        """Record one job of a line of a file, or raise BadLine."""
        given = {
            field: value.strip()
            for field, value in zip(fields, values, strict=True)
            if value and not value.isspace()
        }
        if make_status(given.get("status", "")) in UNFINISHED:
            self.left_out[given["status"].lower()] += 1
            return
        element = self.make_element(given)
        # Without spaces, so that a backslash-u is an escape that was in the file.
        text = json.dumps(element, ensure_ascii=False, separators=(",", ":"))
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            raise BadLine("not UTF-8") from None
        is_in_doubt = r"\u" in text
        if is_in_doubt or self.size + size > BYTES_AT_ONCE:
            self.send()
        self.elements.append(text)
        self.lines.append(line)
        self.size += size
        self.outcomes[element["success"]] += 1
        if is_in_doubt or len(self.elements) >= JOBS_AT_ONCE:
            self.send()

    def make_element(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return what perf.record_job_metrics_batch() takes; BadLine where it cannot be read."""
        element: dict[str, Any] = {
            field: value for field, value in given.items() if field in FIELDS and field != "status"
        }
        for field in JSON_FIELDS:
            if field in element:
                element[field] = read_json(field, element[field])
        for field in NUMBERS:
            if field in element:
                element[field] = as_number(element[field])
        for field, value in given.items():
            if field not in FIELDS and field[0] != "{":
                add_named(element, field, value, given)
        self.add_times(element)
        element["success"] = has_succeeded(given)
        return element

    def add_times(self, element: dict[str, Any]) -> None:
        """Put the times of a job in plain form, and when it ended where only its start is given."""
        times = {
            field: self.read_time(field, element[field]) for field in TIMES if field in element
        }
        wall_time = element.get("total_wall_time_ms")
        if "completed_at" not in times:
            if "started_at" not in times or wall_time is None:
                raise BadLine(
                    "completed_at must be given, or started_at with total_wall_time_ms, got null"
                )
            # Another number is refused for itself, and not for the time that it would lead to.
            is_time = isinstance(wall_time, int | float) and 0 <= wall_time <= LONGEST_MS
            spent = timedelta(milliseconds=wall_time if is_time else 0)
            times["completed_at"] = times["started_at"] + spent
        element |= {field: time.isoformat() for field, time in times.items()}
        ended = times["completed_at"]
        self.first = min(self.first or ended, ended)
        self.last = max(self.last or ended, ended)

    def read_time(self, field: str, text: str) -> datetime:
        """Return a time; what we cannot read the database may, or says what is wrong with it."""
        with suppress(ValueError, OverflowError):
            return read_time(text)
        self.send()
        refuse_guess(field, text)
        with refusing({}), self.connection.transaction() if self.keeps_going else nullcontext():
            row = self.connection.execute("select %s::text::timestamptz", [text]).fetchone()
        assert row is not None
        return cast(datetime, row[0])

    def send(self) -> None:
        """Record what is waiting; BadLine names the line of the first bad job."""
        elements, lines = self.elements, self.lines
        self.elements, self.lines, self.size = [], [], 0
        while elements:
            try:
                self.recorded += self.record(elements)
                return
            except psycopg.DataError as error:
                message = error.diag.message_primary or str(error)
                found = PROBLEM.fullmatch(message)
            place = int(found[1]) if found else 0
            if not found and len(elements) > 1:
                # It does not say which: find it among fewer.
                if self.keeps_going:
                    half = len(elements) // 2
                    for part in (slice(half), slice(half, None)):
                        self.elements, self.lines = elements[part], lines[part]
                        self.send()
                    return
                message = f"{message} (or of the {len(lines) - 1} lines after it)"
            problem = BadLine(found[2] if found else message, line=lines[place])
            if not self.keeps_going:
                raise problem
            element = json.loads(elements.pop(place))
            self.outcomes[element["success"]] -= 1
            self.refused.append((problem, element))
            del lines[place]

    def record(self, elements: Sequence[str]) -> int:
        """Record jobs and return how many are new; the transaction survives a bad one."""
        with self.connection.transaction() if self.keeps_going else nullcontext():
            row = self.connection.execute(
                "select perf.record_job_metrics_batch(%s::jsonb)", [f"[{','.join(elements)}]"]
            ).fetchone()
        assert row is not None
        return cast(int, row[0])

    def finish(self) -> Written:
        """Record what is left and say what became of the jobs."""
        self.send()
        first, last = (time and time.astimezone(UTC) for time in (self.first, self.last))
        return Written(
            loaded=self.recorded,
            skipped=self.outcomes.total() - self.recorded,
            completed=self.outcomes[True],
            failed=self.outcomes[False],
            left_out=dict(self.left_out),
            first=first,
            last=last,
        )


def make_status(text: str) -> str:
    return re.sub(r"[\s_-]", "", text.lower())


def has_succeeded(given: Mapping[str, str]) -> bool | str:
    """Say whether a job succeeded; a text that says neither is refused later."""
    status = make_status(given.get("status", ""))
    if status in STATUSES:
        return STATUSES[status]
    if status:
        raise BadLine(f"status must be completed or failed, got {quoted(given['status'])}")
    if success := given.get("success"):
        return SUCCESS.get(success.lower(), success)
    return given.get("error_type", "").lower() in NO_ERROR


def add_named(element: dict[str, Any], field: str, value: str, given: Mapping[str, str]) -> None:
    """Add quality.likeness to the quality scores of a job, and so on."""
    family, _, name = field.partition(".")
    for place in COLUMN_IN_NAME.findall(name):
        if place not in given:
            raise BadLine(f"column {quoted(place[1:-1])} must be given for {field}, got null")
        name = name.replace(place, make_name(given[place]))
    members = element.setdefault(FAMILIES[family], {})
    if not isinstance(members, dict):
        raise BadLine(f"{FAMILIES[family]} must be a JSON object where {field} is given too")
    members[name] = as_number(value)


def make_name(text: str) -> str:
    """Return a value as a part of a name: `Requests Per Second` is `requests_per_second`."""
    return "_".join(re.findall(r"[^\W_]+", text.lower()))


def as_number(text: str) -> int | float | str:
    """Return a number as JSON has it; a text that is none stays, and may be refused later."""
    try:
        value = float(text)
    except ValueError:
        return text
    if "_" in text or not isfinite(value):
        return text
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def read_json(field: str, text: str) -> object:
    try:
        value = json.loads(text, parse_constant=refuse_constant)
        json.dumps(value, allow_nan=False)
    except RecursionError:
        raise BadLine(f"{field} is nested too deeply") from None
    except ValueError as error:
        raise BadLine(f"{field} is not JSON: {error}") from None
    return value
