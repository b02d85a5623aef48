"""Keep functions of the version before until no call can need them.

A call that is running when an upgrade commits goes on in the old text of its function, and finds
what it calls by the new catalog. So an upgrade drops no function. One that another signature
replaces moves to a schema perf_retired_<number> that is made for it, and one that has no file any
more stays where it is. Both are dropped when the calls of the version before are over.
"""

import time
from collections.abc import Callable, Iterable

import psycopg
from psycopg import sql

from pgkit.database import Connection, query

# How long an upgrade waits, after it has committed, for calls of the version before.
PATIENCE_S = 2.0
SCHEMA = "perf_retired_"


def replace(
    connection: Connection, function: str, text: str, warn: Callable[[str], None]
) -> list[str]:
    """Run the text that makes a function; return signatures of functions that it replaced.

    PostgreSQL cannot change arguments or result of a function in place.
    """
    try:
        with connection.transaction():
            connection.execute(text.encode())
        return []
    except (
        # The function and its new signature, side by side, cannot be told apart by their name.
        psycopg.errors.AmbiguousFunction,
        psycopg.errors.InvalidFunctionDefinition,
        psycopg.errors.WrongObjectType,
    ):
        moved = make_room(connection, function)
        connection.execute(text.encode())
    for old in moved:
        for new in read_signatures(connection, [function]):
            names = {"old": old, "new": new}
            for (demand,) in connection.execute(query("new_demands"), names).fetchall():
                warn(f"{function}: {demand}; a call that runs during this upgrade may fail")
    return moved


def read_signatures(connection: Connection, functions: Iterable[str]) -> list[str]:
    """Return the signatures of functions, given with their schema."""
    return [row[0] for row in connection.execute(query("signatures"), [[*functions]])]


def make_room(connection: Connection, function: str) -> list[str]:
    """Move the functions of this name out of the way, and retire them; return their signatures.

    They keep their names, because the bodies call their parameters by them.
    """
    moved = []
    for signature in read_signatures(connection, [function]):
        # A schema for each, because perf and perf_internal have functions of the same name, and
        # those of an earlier upgrade may still be there.
        row = connection.execute(query("free_retired_schema")).fetchone()
        assert row is not None
        schema, owner = row
        connection.execute(
            sql.SQL("create schema {} authorization {}").format(
                sql.Identifier(schema), sql.Identifier(owner)
            )
        )
        connection.execute(f"alter routine {signature} set schema {schema}".encode())
        moved.append(f"{schema}{signature[signature.index('.') :]}")
    retire(connection, moved)
    return moved


def retire(connection: Connection, signatures: Iterable[str]) -> None:
    """Remember that these functions are to be dropped."""
    connection.execute(
        "insert into perf_internal.retired_functions (signature)"
        " select unnest(%s::text[]) on conflict do nothing",
        [[*signatures]],
    )


def retire_missing(connection: Connection, were: Iterable[str], are: Iterable[str]) -> None:
    """Retire functions that the version before had and this one has not, and no others."""
    names = [*are]
    retire(connection, read_signatures(connection, set(were).difference(names)))
    connection.execute(
        "delete from perf_internal.retired_functions where split_part(signature, '(', 1) = any(%s)",
        [names],
    )


def read_retired(connection: Connection) -> list[str]:
    """Return the signatures of functions that are to be dropped."""
    table = "perf_internal.retired_functions"
    if connection.execute("select to_regclass(%s)", [table]).fetchone() == (None,):
        return []
    return [
        row[0]
        for row in connection.execute(
            "select signature from perf_internal.retired_functions"
            " where to_regprocedure(signature) is not null order by 1"
        )
    ]


def drop_unused(connection: Connection, warn: Callable[[str], None]) -> None:
    """Drop retired functions that no call needs any more, inside a transaction of its own.

    Those that calls of the version before may still need after a while are left to the next
    migration, and so are those that an object of the user depends on.
    """
    if not read_retired(connection):
        return
    connection.execute(query("note_transactions"))
    give_up_at = time.monotonic() + PATIENCE_S
    needed: set[str] = set()
    while True:
        connection.execute("select pg_stat_clear_snapshot()")
        for (signature,) in connection.execute(query("unused_functions")).fetchall():
            if signature not in needed and (reason := drop(connection, signature)):
                warn(f"the old function {signature} stays: {reason}")
                needed.add(signature)
        left = [name for name in read_retired(connection) if name not in needed]
        if not left:
            break
        if time.monotonic() > give_up_at:
            names = ", ".join(left)
            warn(f"calls of the version before may still run; the next migration drops {names}")
            break
        time.sleep(0.05)


def drop(connection: Connection, signature: str) -> str | None:
    """Drop a function and forget it, or return why it has to stay."""
    try:
        with connection.transaction():
            connection.execute(f"drop routine if exists {signature}".encode())
            schema = signature.partition(".")[0]
            if schema.startswith(SCHEMA):
                connection.execute(f"drop schema if exists {schema}".encode())
            for table, column in (
                ("applied_rights", "object_name"),
                ("retired_functions", "signature"),
            ):
                connection.execute(
                    f"delete from perf_internal.{table} where {column} = %s".encode(), [signature]
                )
    except psycopg.errors.DependentObjectsStillExist as error:
        return error.diag.message_detail or error.diag.message_primary
    return None
