"""Ask the functions and views of perf, as whoever looks, and show the same call as SQL."""

import csv
import io
import json
import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple, TypeVar

import psycopg
from psycopg import errors, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool, PoolTimeout

from pgkit.database import Connection, Failure, explained, open_pool, transaction

T = TypeVar("T")
Rows = list[dict[str, Any]]
# A generator that yields questions, gets the rows of each, and returns what it makes of them.
Asking = Generator["Question", Rows, T]

STATEMENT_SECONDS = 30
WAIT_SECONDS = 10.0
# A database that refuses connections does so at once.
REFUSED_SECONDS = 1.0
# For each column of a spreadsheet that begins so, a formula would run.
# Spreadsheets of East Asia take the full-width characters too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class Viewer(NamedTuple):
    """Who looks: a database role and the claims of a token, or neither."""

    role: str | None = None
    claims: Mapping[str, Any] | None = None


class Question(NamedTuple):
    """A call of a function of perf, or a view of it."""

    name: str
    arguments: Mapping[str, Any]
    is_view: bool = False

    def statement(self) -> sql.Composed:
        """Return the statement with a placeholder for each argument."""
        called = sql.Identifier("perf", self.name)
        if self.is_view:
            return sql.SQL("select * from {}").format(called)
        given = sql.SQL(", ").join(
            sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in self.arguments
        )
        return sql.SQL("select * from {}({})").format(called, given)

    def values(self) -> dict[str, Any]:
        """Return the arguments as psycopg sends them."""
        return {
            name: Jsonb(value) if isinstance(value, dict) else value
            for name, value in self.arguments.items()
        }

    def text(self) -> str:
        """Return the statement to copy: what it shows, anybody can ask with psql."""
        if self.is_view:
            return f"select * from perf.{self.name};"
        given = [f"    {name} => {literal(value)}" for name, value in self.arguments.items()]
        inside = "\n" + ",\n".join(given) + "\n" if given else ""
        return f"select *\nfrom perf.{self.name}({inside});"


def ask(function: str, **arguments: Any) -> Question:
    """Return a call; an argument that is None keeps its default."""
    return Question(function, {n: value for n, value in arguments.items() if value is not None})


def view(name: str) -> Question:
    """Return the question for all rows of a view."""
    return Question(name, {}, is_view=True)


def literal(value: Any) -> str:
    """Return a value as SQL."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return quote(json.dumps(value, ensure_ascii=False, default=str))
    if isinstance(value, list):
        if not value:
            return "'{}'"
        return f"array[{', '.join(literal(one) for one in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return quote(value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S+00"))
    if isinstance(value, timedelta):
        return quote(f"{value.total_seconds():g} seconds")
    if isinstance(value, int | float):
        return repr(value)
    return quote(str(value))


def quote(text: str) -> str:
    """Return a text as a literal that any setting of standard_conforming_strings reads alike."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'" if "\\" not in doubled else "E'" + doubled.replace("\\", "\\\\") + "'"


class Database:
    """A few connections that all viewers share, each for one transaction at a time.

    What a viewer may see is decided in the database: a transaction takes the role and the claims
    of the viewer, as PostgREST does, and row level security does the rest. What reads is a
    read-only transaction. Nothing is kept in a session from one transaction to the next, so that
    a pooler may be in between.
    """

    def __init__(self, dsn: str, most: int = 8) -> None:
        self.refusal: psycopg.OperationalError | None = None
        self.lent: set[int] = set()
        self.known: tuple[str, str] | None = None
        # It warns of each attempt; `note` does once.
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self.pool: ConnectionPool[Connection] = open_pool(dsn, most, self.note)

    def note(self, error: psycopg.OperationalError | None) -> None:
        """Keep why the database refuses connections, and log it when that changes."""
        if error is not None and str(error) != str(self.refusal):
            logging.getLogger("pgkit").warning("cannot connect: %s", error)
        self.refusal = error

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """Lend a connection of the pool; where the database refuses them, fail with its reason."""
        until = monotonic() + WAIT_SECONDS
        connection = None
        while connection is None:
            try:
                connection = self.pool.getconn(REFUSED_SECONDS)
            except PoolTimeout as error:
                is_late = monotonic() > until
                # A connection that is lent may come back in time.
                if self.refusal is not None and (is_late or not self.lent):
                    raise self.refusal.with_traceback(None) from None
                if is_late:
                    raise Failure(
                        "no connection to the database became free",
                        "The dashboard tries again with every request; --connections allows more.",
                    ) from error
        self.lent.add(id(connection))
        try:
            with connection:
                yield connection
        finally:
            self.lent.discard(id(connection))
            self.pool.putconn(connection)

    def whose(self) -> tuple[str, str]:
        """Return the name of the database, and the user whose connections all viewers share."""
        if self.known is None:
            with explained(), self.lend() as connection:
                self.known = connection.info.dbname, connection.info.user
        return self.known

    @contextmanager
    def as_viewer(self, viewer: Viewer, *, writes: bool = False) -> Iterator[Connection]:
        """Lend a connection in a transaction that has the rights of the viewer."""
        try:
            with (
                explained(),
                self.lend() as connection,
                transaction(connection),
            ):
                mode = "read write" if writes else "read only"
                connection.execute(
                    f"set transaction {mode}; set local lock_timeout = '5s';"
                    f" set local statement_timeout = '{STATEMENT_SECONDS}s'".encode()
                )
                if viewer.claims is not None:
                    connection.execute(
                        "select set_config('request.jwt.claims', %s, true)",
                        [json.dumps(viewer.claims)],
                    )
                if viewer.role is not None:
                    connection.execute(
                        sql.SQL("set local role {}").format(sql.Identifier(viewer.role))
                    )
                yield connection
        except Failure as failure:
            if not isinstance(failure.__cause__, errors.QueryCanceled):
                raise
            raise Failure(
                f"the database took more than {STATEMENT_SECONDS} seconds",
                "Choose a shorter range, or look at less at once.",
            ) from failure.__cause__

    def answer(self, viewer: Viewer, question: Question, *, writes: bool = False) -> Rows:
        """Return the rows of a question."""
        with self.as_viewer(viewer, writes=writes) as connection:
            return run(connection, question)


def run(connection: Connection, question: Question) -> Rows:
    """Return the rows of a question over a connection."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(question.statement(), question.values()).fetchall()


Answered = list[tuple[Question, Rows]]


def follow(asking: Asking[T], answer: Callable[[Question], Rows]) -> tuple[T, Answered]:
    """Drive a generator of questions to its end; return its result and what was answered.

    A Failure is raised in the generator where it asked, so that it may make something of it.
    """
    answered: Answered = []
    try:
        question = next(asking)
        while True:
            try:
                rows = answer(question)
            except Failure as failure:
                question = asking.throw(failure)
                continue
            answered.append((question, rows))
            question = asking.send(rows)
    except StopIteration as end:
        return end.value, answered


def as_csv(rows: Rows) -> str:
    """Return rows as CSV with a heading, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([cell(value) for value in row.values()])
    return text.getvalue()


def cell(value: Any) -> str:
    """Return a value as CSV shows it."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return str(value)
