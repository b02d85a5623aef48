"""Connect to PostgreSQL and turn its errors into one `Error:` and one `Hint:` line."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from importlib.resources import files
from typing import IO, TYPE_CHECKING, Any

import click
import psycopg

from pgkit.dsn import DSN_HINT, KEEPALIVE, UnreadableDsn, read_dsn
from pgkit.hints import in_commands

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

Connection = psycopg.Connection[tuple[Any, ...]]
AsyncConnection = psycopg.AsyncConnection[tuple[Any, ...]]

CONNECTION_HINT = (
    "Check --dsn or DATABASE_URL (without one, the PG* variables of libpq apply). "
    "`pgkit up` starts a local server."
)

RIGHTS_HINT = (
    "Reports need `grant perf_analyst to LOGIN`, other commands `grant perf_admin to LOGIN`. The"
    " user who ran `pgkit migrate` or a superuser can run that."
)
NODE_HINT = (
    "A node of the cluster does not answer. Start it again. Until then no run starts, and calls"
    " and reports of its series fail. `pgkit health` says whether all nodes answer."
)
MISSING = (
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.UndefinedObject,
    psycopg.errors.UndefinedTable,
)
WORKER = ("this is a worker of a cluster", "Connect to the coordinator.")
ENCODING_HINT = "Use a database in UTF8: create database NAME encoding 'UTF8' template template0."


class Failure(click.ClickException):
    """An expected failure: exit code 1, an `Error:` line, and a `Hint:` line where there is one."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"Error: {self.message}", file=file, err=True)
        if self.hint:
            click.echo(f"Hint: {self.hint}", file=file, err=True)


@contextmanager
def connect(dsn: str, *, autocommit: bool = False) -> Iterator[Connection]:
    """Open a connection and explain what goes wrong inside the block, which is one transaction.

    With `autocommit` each statement is a transaction of its own, which has what pgkit relies on
    only inside of `transaction`. `dsn` is anything libpq takes: a URI, `key=value` pairs, or empty
    for the PG* variables.
    """
    with explained(), open_connection(dsn) as connection:
        if autocommit:
            yield connection
        else:
            try:
                with transaction(connection):
                    yield connection
            except MISSING:
                # A worker has some of our tables and functions, and not others.
                refuse_worker(connection)
                raise


def refuse_worker(connection: Connection) -> None:
    """Fail where this is a worker of a cluster of Citus."""
    row = connection.execute("select to_regclass('pg_catalog.pg_dist_local_group')").fetchone()
    if row == (None,):
        return
    row = connection.execute("select groupid from pg_catalog.pg_dist_local_group").fetchone()
    if row != (0,):
        raise Failure(*WORKER)


def open_connection(dsn: str) -> Connection:
    """Make a connection; every connection of pgkit is made here, by `open_pool` or by
    `open_async_connection`.

    Without prepared statements, because a pooler may give the next transaction to another session.
    """
    return psycopg.connect(autocommit=True, prepare_threshold=None, **parse_dsn(dsn))


def open_pool(
    dsn: str, most: int, tell: Callable[[psycopg.OperationalError | None], None]
) -> "ConnectionPool[Connection]":
    """Make a pool of connections like those of `open_connection`, none of them before it is used.

    The pool itself does not say why it cannot connect, so `tell` gets the error of each attempt,
    or None where it succeeds. Only here is psycopg_pool imported, which only the dashboard needs.
    """
    from psycopg_pool import ConnectionPool

    class Told(psycopg.Connection[Any]):
        @classmethod
        def connect(cls, *args: Any, **kwargs: Any) -> Any:
            try:
                connection = super().connect(*args, **kwargs)
            except psycopg.OperationalError as error:
                tell(error)
                raise
            tell(None)
            return connection

    return ConnectionPool(
        connection_class=Told,
        kwargs={
            "autocommit": True,
            "prepare_threshold": None,
            **KEEPALIVE,
            **parse_dsn(dsn),
        },
        min_size=0,
        max_size=most,
        max_idle=300,
        check=ConnectionPool.check_connection,
        open=True,
    )


async def open_async_connection(dsn: str) -> AsyncConnection:
    """Make a connection for asyncio. It notices within two minutes that the network is gone."""
    return await psycopg.AsyncConnection.connect(
        autocommit=True, prepare_threshold=None, **{**KEEPALIVE, **parse_dsn(dsn)}
    )


@asynccontextmanager
async def async_transaction(connection: AsyncConnection) -> AsyncIterator[None]:
    """Make the block a transaction that has the settings pgkit relies on."""
    async with connection.transaction():
        await connection.execute(query("settings"))
        yield


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Make the block a transaction that has the settings pgkit relies on."""
    with connection.transaction():
        connection.execute(query("settings"))
        yield


def parse_dsn(dsn: str, **parameters: str) -> dict[str, Any]:
    """Return the connection parameters in `dsn`, with `parameters` put over them.

    What is wrong with it is not repeated, because that may be a part of the password.
    """
    try:
        return read_dsn(dsn, **parameters)
    except UnreadableDsn:
        raise Failure("cannot read the connection string", DSN_HINT) from None


@contextmanager
def explained() -> Iterator[None]:
    """Turn a PostgreSQL error inside the block into a Failure, except where it is our own bug."""
    try:
        yield
    except psycopg.Error as error:
        failure = explain(error)
        if failure is None:
            raise
        raise failure from error


def explain(error: psycopg.Error) -> Failure | None:
    """Say in words of a user what went wrong, or nothing if the error is a bug of this tool."""
    message = error.diag.message_primary or first_line(error)
    # As PostgreSQL says in any language that it cannot convert between this and another encoding.
    is_about_encoding = "UTF8" in message and not error.diag.message_hint
    if error.sqlstate is None:
        if isinstance(error, psycopg.OperationalError):
            return Failure(message, ENCODING_HINT if is_about_encoding else CONNECTION_HINT)
        return None
    if isinstance(error, psycopg.errors.SyntaxError):
        return None
    hint = error.diag.message_hint
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        hint = (
            "This is a standby, or default_transaction_read_only is on for the server, this "
            "database or this user."
        )
    elif isinstance(error, psycopg.errors.UntranslatableCharacter) and is_about_encoding:
        hint = ENCODING_HINT
    elif isinstance(
        error,
        MISSING,
    ) and re.search(r"\bperf(_internal)?\b", message):
        hint = "Run `pgkit migrate` to bring this database up to date."
    elif error.sqlstate.startswith("08") and "remote node" in message:
        hint = NODE_HINT
    elif isinstance(error, psycopg.errors.InsufficientPrivilege) and not hint:
        if re.search(r"\b(perf_internal|applied_files)\b", message):
            hint = "Ask as the user who ran `pgkit migrate`."
        elif re.match("permission denied for (function|procedure|table|view|schema perf)", message):
            hint = RIGHTS_HINT
    return Failure(message, hint and in_commands(hint))


@contextmanager
def named_as(names: Mapping[str, str]) -> Iterator[None]:
    """Let a failure inside the block call the arguments of a function as a command does.

    A message begins with the argument it is about: `rate must be`, `metrics[0]: ...`,
    `rate + minimum_effect must be`.
    """
    try:
        yield
    except Failure as failure:
        begin = re.match(r"(?:\w+ \+ )?\w+(?= must\b| is too\b|\[)", failure.message)
        if begin is None:
            raise
        called = re.sub(r"\w+", lambda word: names.get(word[0], word[0]), begin[0])
        raise Failure(called + failure.message[begin.end() :], failure.hint) from failure


def first_line(said: Exception | str) -> str:
    """Return the first line of a text, or of an error's text."""
    return (str(said).splitlines() or [type(said).__name__])[0].strip()


def query(name: str) -> bytes:
    """Return the text of `queries/<name>.sql`."""
    return files("pgkit").joinpath("queries", f"{name}.sql").read_bytes()
