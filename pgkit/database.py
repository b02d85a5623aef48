"""Connect to PostgreSQL and turn its errors into one `Error:` and one `Hint:` line."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import IO, Any

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict

from pgkit.hints import in_commands

Connection = psycopg.Connection[tuple[Any, ...]]

CONNECTION_HINT = (
    "Check --dsn or DATABASE_URL (without one, the PG* variables of libpq apply). "
    "`pgkit up` starts a local server."
)


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
    """Open a connection, commit at the end of the block, and explain what goes wrong inside it.

    `dsn` is anything libpq takes: a URI, `key=value` pairs, or empty for the PG* variables.
    """
    parameters = parse_dsn(dsn)
    with explained(), psycopg.connect(autocommit=autocommit, **parameters) as connection:
        yield connection


def parse_dsn(dsn: str, **parameters: str) -> dict[str, Any]:
    """Return the connection parameters in `dsn`, with `parameters` put over them."""
    try:
        given = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError as error:
        raise Failure(f"cannot read the connection string: {first_line(error)}") from None
    return {"fallback_application_name": "pgkit", **given, **parameters}


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
    if error.sqlstate is None:
        if isinstance(error, psycopg.OperationalError):
            return Failure(first_line(error), CONNECTION_HINT)
        return None
    if isinstance(error, psycopg.errors.SyntaxError):
        return None
    message = error.diag.message_primary or first_line(error)
    hint = error.diag.message_hint
    if isinstance(
        error,
        psycopg.errors.InvalidSchemaName
        | psycopg.errors.UndefinedFunction
        | psycopg.errors.UndefinedTable,
    ):
        hint = "Run `pgkit migrate` to bring this database up to date."
    return Failure(message, hint and in_commands(hint))


def first_line(error: Exception) -> str:
    """Return the first line of an error's text."""
    return (str(error).splitlines() or [type(error).__name__])[0].strip()


def query(name: str) -> bytes:
    """Return the text of `queries/<name>.sql`."""
    return files("pgkit").joinpath("queries", f"{name}.sql").read_bytes()
